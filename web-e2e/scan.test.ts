import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { encodeQR } from 'qr'
import type { Page } from 'playwright-core'
import { Kith } from '@kith/interop/kith.ts'
import { device } from '@kith/interop/neighbours/people.ts'
import { accessible, launch, openPage, picture } from './browser.ts'

const skip = existsSync('/usr/bin/chromium') ? false : 'needs the Debian package chromium'
const timeout = 300_000

let folder: string
let ann: Kith
let bob: Kith
let link: string

before(async () => {
  if (skip !== false) return
  folder = await mkdtemp(join(tmpdir(), 'kith-scan-'))
  ann = await Kith.start(join(folder, 'ann'), ['general.device_name=ann'])
  bob = await Kith.start(join(folder, 'bob'), ['general.device_name=bob'])
  link = (await bob.client.call('invite', { body: {} })).link
})

after(async () => {
  if (skip !== false) return
  await ann.stop()
  await bob.stop()
  await rm(folder, { recursive: true, force: true })
})

/** A film of one second that shows a code, as Chromium takes it for a camera: YUV4MPEG2, white around. */
function film(text: string): Buffer {
  const [width, height] = [640, 480]
  const rows = encodeQR(text, 'raw', { ecc: 'low', border: 4 })
  const scale = Math.floor(height / rows.length)
  const luma = Buffer.alloc(width * height, 235)
  const [left, top] = [width - rows.length * scale, height - rows.length * scale].map((rest) => rest >> 1) as [
    number,
    number,
  ]
  for (const [y, row] of rows.entries()) {
    for (const [x, dark] of row.entries()) {
      if (!dark) continue
      for (let line = 0; line < scale; line++) {
        const at = (top + y * scale + line) * width + left + x * scale
        luma.fill(16, at, at + scale)
      }
    }
  }
  const frame = Buffer.concat([Buffer.from('FRAME\n'), luma, Buffer.alloc((width * height) / 2, 128)])
  const head = Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\n`)
  return Buffer.concat([head, ...Array.from({ length: 10 }, () => frame)])
}

async function enterDialog(page: Page): Promise<void> {
  await page.getByTestId('nav-nearby').first().click()
  await page.getByRole('button', { name: 'Enter an invitation' }).click()
}

const field = (page: Page): ReturnType<Page['getByLabel']> => page.getByLabel('Link of invitation, or an address')

async function holds(page: Page, text: string): Promise<void> {
  await page.waitForFunction((wanted) => document.querySelector('textarea')?.value === wanted, text)
}

test('an invitation is read from a picture that is chosen or pasted', { skip, timeout }, async () => {
  await using browser = await launch()
  const page = await openPage(browser, ann)
  // The code that a page shows is the one that another reads.
  const other = await openPage(browser, bob)
  await other.getByTestId('nav-nearby').first().click()
  await other.getByRole('button', { name: 'Invite a device' }).click()
  await other.getByTestId('qr').waitFor()
  const shown = join(folder, 'code.png')
  await other.getByTestId('qr').screenshot({ path: shown })
  await enterDialog(page)
  await picture(page, 'scan-dialog')
  await accessible(page, 'entering an invitation')
  await page.getByTestId('scan-picture').setInputFiles(shown)
  await page.getByText('The code is read.').waitFor()
  assert.match(await field(page).inputValue(), /^kith:pair\?/)
  await field(page).fill('')
  const [image, empty] = [await other.getByTestId('qr').screenshot(), await other.locator('h1').first().screenshot()]
  await page.getByTestId('scan-picture').setInputFiles({ name: 'h1.png', mimeType: 'image/png', buffer: empty })
  await page.getByText('There is no QR code to be seen in h1.png').waitFor()
  const text = { name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('text') }
  await page.getByTestId('scan-picture').setInputFiles(text)
  await page.getByText('a.png is no picture that this browser can read.').waitFor()
  await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0))
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': new Blob([bytes], { type: 'image/png' }) })])
  }, image.toString('base64'))
  await field(page).focus()
  await page.keyboard.press('Control+V')
  await page.getByText('The code is read.').waitFor()
  assert.match(await field(page).inputValue(), /^kith:pair\?/)
})

test('an invitation is read by the camera, and connects', { skip, timeout }, async () => {
  const video = join(folder, 'code.y4m')
  await writeFile(video, film(link))
  await using browser = await launch('/usr/bin/chromium', [
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-video-capture=${video}`,
  ])
  const page = await openPage(browser, ann)
  await enterDialog(page)
  await page.setViewportSize({ width: 390, height: 844 })
  // Without leave there is a reason, and the other ways stay.
  await page.getByRole('button', { name: 'Scan with the camera' }).click()
  await page.getByText('The camera may not be used').waitFor()
  await page.context().grantPermissions(['camera', 'clipboard-read', 'clipboard-write'])
  await page.getByRole('button', { name: 'Scan with the camera' }).click()
  // A quick machine has read it before anybody looks.
  const read = page.getByText('The code is read.')
  await page.getByTestId('camera').or(read).first().waitFor()
  await picture(page, 'scan-camera-phone')
  await holds(page, link)
  await page.getByTestId('camera').waitFor({ state: 'detached' })
  await read.waitFor()
  await accessible(page, 'after scanning')
  await page.getByRole('button', { name: 'Connect' }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await device(ann, 'bob', ({ standing }) => standing === 'paired')
})
