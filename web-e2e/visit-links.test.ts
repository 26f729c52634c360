import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { Kith } from '@kith/interop/kith.ts'
import { accessible, everyLook, launch, openPage, patienceMs, picture, until } from './browser.ts'

const skip = existsSync('/usr/bin/chromium') ? false : 'needs the Debian package chromium'

let folder: string
let kith: Kith
let browser: Browser
/** The owner's page, and the browser of somebody without the app. */
let page: Page
let phone: Page

before(async () => {
  if (skip !== false) return
  folder = await mkdtemp(join(tmpdir(), 'kith-visit-links-'))
  kith = await Kith.start(join(folder, 'kith'), ['general.device_name=ann'])
  browser = await launch()
  page = await openPage(browser, kith)
  phone = await (await browser.newContext({ viewport: { width: 360, height: 740 } })).newPage()
  phone.setDefaultTimeout(patienceMs)
  await page.getByTestId('nav-nearby').first().click()
})

after(async () => {
  if (skip !== false) return
  await browser.close()
  await kith.stop()
  await rm(folder, { recursive: true, force: true })
})

/** By loopback, which is the last of the addresses: the others are of the machine that the test runs on. */
async function link(): Promise<string> {
  const visits = page.getByTestId('visits')
  return until('the link', async () => {
    const first = (await visits.getByTestId('visit-link').textContent())!
    const others = await visits.getByTestId('visit-others').locator('li').allTextContents()
    return [first, ...others].find((one) => one.startsWith('http://127.'))
  })
}

test('something is offered by a link with a PIN, taken, and the link ends', { skip }, async () => {
  const gift = join(folder, 'summer.jpg')
  const bytes = randomBytes(500_000)
  await writeFile(gift, bytes)
  await page.getByRole('button', { name: 'Offer by a link' }).click()
  const dialog = page.getByRole('dialog')
  const make = dialog.getByRole('button', { name: 'Make the link' })
  assert.ok(await make.isDisabled())
  await dialog.getByLabel('File or folder of Kith’s machine').fill(join(folder, 'winter.jpg'))
  await make.click()
  await dialog.getByTestId('fault').waitFor()
  await dialog.getByLabel('File or folder of Kith’s machine').fill(gift)
  await dialog.getByLabel('PIN').fill('471147')
  await dialog.getByLabel('For', { exact: true }).selectOption('4 hours')
  await picture(page, 'visit-link-dialog')
  await accessible(page, 'offering by a link')
  await make.click()
  const visits = page.getByTestId('visits')
  await visits.getByText('Offered: summer.jpg').waitFor()
  await visits.getByText('with a PIN').waitFor()
  await visits.getByTestId('qr').waitFor()
  const [made] = await kith.client.call('visits')
  assert.ok(made!.pin && Math.abs(made!.until - Date.now() - 4 * 3_600_000) < 120_000)
  const address = await link()
  await phone.goto(address)
  await phone.getByLabel('PIN').fill('471147')
  await phone.getByRole('button').click()
  const coming = phone.waitForEvent('download')
  await phone.getByRole('link').click()
  assert.ok(bytes.equals(await readFile(await (await coming).path())))
  await visits.getByRole('button', { name: 'End “Offered: summer.jpg”' }).click()
  await visits.getByText('Offered: summer.jpg').waitFor({ state: 'detached' })
  await assert.rejects(fetch(address))
})

test('files that somebody sends wait for a yes; a no keeps them out', { skip }, async () => {
  await page.getByRole('button', { name: 'Receive by a link' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Make the link' }).click()
  const visits = page.getByTestId('visits')
  await visits.getByText('Nobody has asked yet').waitFor()
  await phone.goto(await link())
  const buffer = randomBytes(800_000)
  const files = ['yes.jpg', 'no.jpg'].map((name) => ({ name, mimeType: 'image/jpeg', buffer }))
  await phone.getByLabel('Files to send').setInputFiles(files[0]!)
  await visits.getByRole('button', { name: 'Take yes.jpg' }).waitFor()
  await everyLook(page, 'visits', '/nearby')
  await page.setViewportSize({ width: 1440, height: 900 })
  await visits.scrollIntoViewIfNeeded()
  await picture(page, 'visits-ask')
  await visits.getByRole('button', { name: 'Take yes.jpg' }).click()
  await visits.getByText('Arrived').waitFor()
  await phone.getByText('Arrived.').waitFor()
  assert.ok(buffer.equals(await readFile(join(kith.downloads, 'yes.jpg'))))
  await phone.goto(await link())
  await phone.getByLabel('Files to send').setInputFiles(files[1]!)
  await visits.getByRole('button', { name: 'Refuse no.jpg' }).click()
  await visits.getByText('Refused').waitFor()
  assert.equal(existsSync(join(kith.downloads, 'no.jpg')), false)
  await visits.getByRole('button', { name: 'End “Files can be sent here”' }).click()
  await visits.getByText('Files can be sent here').waitFor({ state: 'detached' })
  assert.deepEqual(await kith.client.call('visits'), [])
})
