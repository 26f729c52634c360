import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { Kith } from '@kith/interop/kith.ts'
import { freePort } from '@kith/interop/peers/process.ts'
import { accessible, becomes, everyLook, launch, onRefusal, patienceMs, picture, until, watch } from './browser.ts'

const noBrowser = existsSync('/usr/bin/chromium') ? false : 'needs the Debian package chromium'
const screens = ['home', 'find', 'transfers', 'library', 'talk', 'nearby', 'networks', 'settings', 'log'] as const

let folder: string
let seed: Kith
let kith: Kith
let browser: Browser
let page: Page
let link: string
let port: number

before(async () => {
  if (noBrowser !== false) return
  folder = await mkdtemp(join(tmpdir(), 'kith-page-'))
  seed = await Kith.start(join(folder, 'seed'))
  // An address that it has again when it comes back, whoever else has dialled meanwhile.
  port = await freePort()
  kith = await Kith.start(join(folder, 'kith'), [`api.port=${port}`])
  const content = join(folder, 'debian-netinst.iso')
  await writeFile(content, randomBytes(24 * 1024 * 1024))
  await seed.client.call('switchDirectory', { params: { id: 'bittorrent' }, body: { on: true } })
  const { directory } = await seed.client.call('network', { params: { id: 'bittorrent' } })
  link = (await seed.publish(content, directory!.addresses.slice(0, 1))).link
  browser = await launch()
  page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  page.setDefaultTimeout(90_000)
  await watch(page)
})

after(async () => {
  if (noBrowser !== false) return
  await browser.close()
  await kith.stop()
  await seed.stop()
  await rm(folder, { recursive: true, force: true })
})

test('the one-time link opens the page, once', { skip: noBrowser }, async () => {
  const { url } = await kith.client.call('link')
  await page.goto(url)
  await page.getByTestId('nav-home').first().waitFor()
  assert.doesNotMatch(page.url(), /#t=/, 'the secret does not stay in the address')
  const other = await browser.newContext()
  const stranger = await other.newPage()
  await stranger.goto(url)
  await stranger.locator('input[type=password], [role=alert]').first().waitFor()
  await other.close()
})

test('the page wants nothing that its own policy refuses', { skip: noBrowser }, async () => {
  const fresh = await browser.newPage()
  fresh.setDefaultTimeout(patienceMs)
  const refusals: string[] = []
  await onRefusal(fresh, (what) => refusals.push(what))
  await fresh.goto((await kith.client.call('link')).url)
  await fresh.getByTestId('nav-home').first().waitFor()
  for (const screen of screens) {
    await fresh.goto(new URL(screen === 'home' ? '/' : `/${screen}`, page.url()).href)
    await fresh.getByTestId('nav-home').first().waitFor()
    await fresh.locator('h1').first().waitFor()
  }
  assert.deepEqual(refusals, [])
  // The assertion sees a refusal where there is one.
  await fresh.evaluate(() => {
    const script = document.createElement('script')
    script.textContent = '0'
    document.body.append(script)
  })
  await until('a refusal is seen', async () => refusals.length > 0)
  await fresh.close()
})

test('the box above leads to Find, and takes links as Add does', { skip: noBrowser }, async () => {
  const box = page.getByTestId('search-box')
  await box.fill('night trains')
  await box.press('Enter')
  await page.waitForURL(/\/find\?q=night/)
  await becomes('night trains', () => page.getByTestId('find-box').inputValue())
  // Find has a box of its own.
  await becomes(0, () => box.count())
  await page.getByTestId('nav-home').first().click()
  await box.focus()
  await page.evaluate((text) => {
    const clipboardData = new DataTransfer()
    clipboardData.setData('text', text)
    document.activeElement!.dispatchEvent(
      new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }),
    )
  }, link)
  const dialog = page.getByRole('dialog')
  await becomes(link, () => dialog.getByTestId('add-link').inputValue())
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  await box.fill(link)
  await box.press('Enter')
  await becomes(link, () => dialog.getByTestId('add-link').inputValue())
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
})

test('a magnet is added, finishes, pauses, resumes, and is removed', { skip: noBrowser }, async () => {
  await page.getByTestId('nav-transfers').first().click()
  await page.getByTestId('add-open').first().click()
  await page.getByTestId('add-link').fill(link)
  await picture(page, 'add')
  await page.getByTestId('add-submit').click()
  const row = page.getByTestId('transfer-row').first()
  await row.waitFor()
  await page.waitForFunction(
    () => document.querySelector('[data-testid=transfer-row]')?.getAttribute('data-state') === 'giving',
  )
  await picture(page, 'transfers')
  await row.click()
  await page.getByTestId('action-pause').first().click()
  await page.waitForFunction(
    () => document.querySelector('[data-testid=transfer-row]')?.getAttribute('data-state') === 'paused',
  )
  await page.getByTestId('action-resume').first().click()
  await page.waitForFunction(
    () => document.querySelector('[data-testid=transfer-row]')?.getAttribute('data-state') === 'giving',
  )
  await page.getByTestId('action-remove').first().click()
  await page.getByTestId('remove-confirm').click()
  await page.getByTestId('transfer-row').first().waitFor({ state: 'detached' })
  await becomes(0, async () => (await kith.client.call('transfers', { query: {} })).total)
})

test('a setting is changed in the page and holds in the daemon', { skip: noBrowser }, async () => {
  await page.getByTestId('nav-settings').first().click()
  const box = page.getByTestId('setting-speed.down')
  await box.fill('5000')
  await box.press('Enter')
  await until('the setting', async () => {
    const setting = await kith.client.call('setting', { params: { id: 'speed.down' } })
    return setting.value === 5000 && setting.origin === 'page'
  })
})

test('every screen is accessible, wide and narrow, light and dark', { skip: noBrowser }, async () => {
  await kith.add(link)
  for (const screen of screens) await everyLook(page, screen, screen === 'home' ? '/' : `/${screen}`)
})

test('on a phone, what the bar has no room for is behind More', { skip: noBrowser }, async () => {
  await page.setViewportSize({ width: 360, height: 740 })
  await page.goto(new URL('/', page.url()).href)
  await page.getByTestId('nav-more-small').click()
  await page.getByTestId('nav-talk-sheet').waitFor()
  await picture(page, 'more')
  await accessible(page, 'more')
  await page.getByTestId('nav-talk-sheet').click()
  await page.waitForURL(/\/talk$/)
  await page.getByTestId('nav-talk-sheet').waitFor({ state: 'detached' })
})

test('keys lead to every screen', { skip: noBrowser }, async () => {
  await page.setViewportSize({ width: 1440, height: 900 })
  for (const [keys, path] of [
    ['gf', '/find'],
    ['gc', '/talk'],
    ['gw', '/nearby'],
    ['gt', '/transfers'],
  ] as const) {
    for (const key of keys) await page.keyboard.press(key)
    await page.waitForURL((url) => url.pathname === path)
    await page.locator('h1').first().waitFor()
  }
  await page.keyboard.press('g')
  await page.keyboard.press('h')
  await page.waitForURL((url) => url.pathname === '/')
  await page.keyboard.press('/')
  await page.waitForURL((url) => url.pathname === '/find')
})

test('the page notices when the daemon is gone, and recovers alone', { skip: noBrowser }, async () => {
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.goto(new URL('/', page.url()).href)
  await kith.stop()
  await page.locator('[data-connected=false]').first().waitFor()
  await picture(page, 'gone')
  // The same address, so that the open page finds it again.
  await kith.start()
  await page.locator('[data-connected=true]').first().waitFor()
})
