import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { Kith } from '@kith/interop/kith.ts'
import { becomes, everyLook, launch, openPage, picture, until } from './browser.ts'

const noBrowser = existsSync('/usr/bin/chromium') ? false : 'needs the Debian package chromium'

let folder: string
let music: string
let kith: Kith
let browser: Browser
let page: Page

before(async () => {
  if (noBrowser !== false) return
  folder = await mkdtemp(join(tmpdir(), 'kith-library-page-'))
  music = join(folder, 'Music')
  await mkdir(join(music, 'live'), { recursive: true })
  const long = new Date(Date.now() - 60_000)
  for (const [name, bytes] of [
    ['live/Café del Mar.flac', 30_000_000],
    ['Field recordings.wav', 1_000_000],
    ['Lecture on swarms.mp4', 20_000],
  ] as const) {
    await writeFile(join(music, name), Buffer.alloc(bytes, name))
    await utimes(join(music, name), long, long)
  }
  await symlink('/', join(music, 'everything'))
  kith = await Kith.start(join(folder, 'kith'))
  browser = await launch()
  page = await openPage(browser, kith)
  await page.getByTestId('nav-library').first().click()
})

after(async () => {
  if (noBrowser !== false) return
  await browser.close()
  await kith.stop()
  await rm(folder, { recursive: true, force: true })
})

test('a folder is shared, and what is in it is read while hashing can rest', { skip: noBrowser }, async () => {
  await page.getByText('No folder is shared').waitFor()
  await kith.client.call('pauseHashing')
  await page.getByTestId('share-open').click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Folder on the computer of Kith').fill(join(folder, 'none'))
  await dialog.getByTestId('share-submit').click()
  await dialog.getByTestId('fault').getByText(join(folder, 'none')).waitFor()
  // Found by looking through the folders of the machine.
  await dialog.getByLabel('Folder on the computer of Kith').fill(folder)
  await dialog.getByRole('button', { name: 'Browse' }).click()
  await dialog.getByRole('button', { name: 'Music' }).click()
  await dialog.getByTestId('fault').waitFor({ state: 'detached' })
  await dialog.getByLabel('Who may see it').selectOption('friends')
  await picture(page, 'share')
  await dialog.getByTestId('share-submit').click()
  await dialog.waitFor({ state: 'detached' })
  const card = page.getByTestId('shared-folder')
  await card.getByText('3 are still to be read').waitFor()
  await card.getByText('1 thing is left out').click()
  await card.getByText('everything is a link').waitFor()
  await becomes('paused', () => page.getByTestId('hashing').getAttribute('data-state'))
  await picture(page, 'library-paused')
  await page.getByTestId('hashing-switch').click()
  await card.getByText('3 files, ').waitFor()
  await page.getByTestId('hashing').waitFor({ state: 'detached' })
  const [shared] = await kith.client.call('sharedFolders')
  assert.equal(shared?.path, music)
  assert.equal(shared.audience, 'friends')
  assert.equal(shared.known.files, 3)
})

test('how a folder is shared is changed', { skip: noBrowser }, async () => {
  const card = page.getByTestId('shared-folder')
  await card.getByRole('button', { name: 'More about Music' }).click()
  await page.getByRole('menuitem', { name: 'Change' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('Sound')
  await dialog.getByLabel('Who may see it').selectOption('everyone')
  await dialog.getByLabel('On all networks').uncheck()
  await dialog.getByLabel('BitTorrent').uncheck()
  await dialog.getByLabel('Leave out').fill('*.mp4\n.*')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await card.getByText('2 files, ').waitFor()
  const [shared] = await kith.client.call('sharedFolders')
  assert.equal(shared?.name, 'Sound')
  assert.equal(shared.audience, 'everyone')
  assert.deepEqual(shared.ignore, ['*.mp4', '.*'])
  assert.ok(shared.networks!.length > 0 && !shared.networks!.includes('bittorrent'), String(shared.networks))
})

test('files are searched, and their links copied', { skip: noBrowser }, async () => {
  await page.getByTestId('library-files').click()
  const rows = page.getByTestId('shared-files').getByRole('listitem')
  await page.getByText('2 files').waitFor()
  await page.getByLabel('Words, "a phrase", begin*').fill('cafe type:audio')
  await page.getByText('1 file', { exact: false }).waitFor()
  await rows.getByText('Café del Mar.flac', { exact: true }).waitFor()
  await becomes(1, () => rows.count())
  await rows.getByRole('button', { name: 'More about' }).click()
  await page.getByRole('menuitem', { name: 'Copy magnet link' }).click()
  await page.getByText('Copied').waitFor()
  const { rows: found } = await kith.client.call('sharedFiles', { query: { q: 'cafe' } })
  const { magnet } = await kith.client.call('sharedLinks', { params: { id: String(found[0]!.id) } })
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), magnet)
  assert.match(magnet, /urn:tree:tiger:/)
  await page.getByTestId('library-asked').click()
  await page.getByLabel('Words, "a phrase", begin*').fill('')
  await page.getByText('Nobody has taken anything yet').waitFor()
})

test('every part of the library is accessible, wide and narrow, light and dark', { skip: noBrowser }, async () => {
  for (const part of ['folders', 'files', 'asked']) await everyLook(page, `library-${part}`, `/library?part=${part}`)
})

test('a folder is shared no more, and again', { skip: noBrowser }, async () => {
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.goto(new URL('/library', page.url()).href)
  await page.getByRole('button', { name: 'More about Sound' }).click()
  await page.getByRole('menuitem', { name: 'Share no more' }).click()
  await page.getByText('No folder is shared').waitFor()
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByTestId('shared-folder').getByText('2 files, ').waitFor()
  const [again] = await until('the folder', async () => {
    const all = await kith.client.call('sharedFolders')
    return all.length === 1 ? all : undefined
  })
  assert.deepEqual(again!.ignore, ['*.mp4', '.*'])
})
