import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { Kith } from '@kith/interop/kith.ts'
import { accessible, everyLook, launch, openPage, picture } from './browser.ts'

const skip = existsSync('/usr/bin/chromium') ? false : 'needs the Debian package chromium'

let folder: string
let kith: Kith
let browser: Browser
let page: Page

before(async () => {
  if (skip !== false) return
  folder = await mkdtemp(join(tmpdir(), 'kith-webdav-page-'))
  kith = await Kith.start(join(folder, 'kith'))
  await kith.client.call('setSetting', { params: { id: 'webdav.port' }, body: { value: 0 } })
  for (const name of ['Music', 'Letters']) {
    await mkdir(join(folder, name))
    await writeFile(join(folder, name, `${name}.txt`), name)
    await kith.client.call('shareFolder', { body: { path: join(folder, name) } })
  }
  browser = await launch()
  page = await openPage(browser, kith)
  await page.getByTestId('nav-library').first().click()
  await page.getByTestId('library-webdav').click()
})

after(async () => {
  if (skip !== false) return
  await browser.close()
  await kith.stop()
  await rm(folder, { recursive: true, force: true })
})

const address = async (): Promise<string> => (await page.getByTestId('webdav-address').textContent())!

/** What a file manager would be told: it says who it is in the same way. */
async function ask(method: string, path: string, password: string, body?: string): Promise<number> {
  const authorization = `Basic ${Buffer.from(`ana:${password}`).toString('base64')}`
  const made = await fetch(new URL(path, await address()), {
    method,
    headers: { authorization },
    ...(body === undefined ? {} : { body }),
  })
  await made.arrayBuffer()
  return made.status
}

test('nothing listens until it is switched on, and nobody may come', { skip }, async () => {
  await page.getByText('Only programs of this machine reach them').waitFor()
  await page.getByText('Nobody may come yet').waitFor()
  assert.equal(await page.getByTestId('webdav-address').count(), 0)
  await page.getByRole('switch', { name: 'Shared folders for file managers' }).click()
  await page.getByTestId('webdav-address').waitFor()
  assert.match(await address(), /^http:\/\/127\.0\.0\.1:\d+\/$/)
  assert.equal(await ask('PROPFIND', '/', 'nothing yet'), 401)
})

test('a user is made with rights for each folder, and they hold', { skip }, async () => {
  await page.getByRole('button', { name: 'Add a user' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('../ana')
  await dialog.getByLabel('Password').fill('long enough')
  await dialog.getByLabel('Rights in Music').selectOption('Read')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.getByTestId('fault').waitFor()
  await dialog.getByLabel('Name').fill('ana')
  await picture(page, 'webdav-user')
  await accessible(page, 'a user of WebDAV')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await page.getByTestId('webdav-users').getByText('reads Music').waitFor()
  assert.equal(await ask('GET', '/Music/Music.txt', 'long enough'), 200)
  assert.equal(await ask('GET', '/Music/Music.txt', 'wrong enough'), 401)
  assert.equal(await ask('PUT', '/Music/more.txt', 'long enough', 'more'), 403)
  assert.equal(await ask('GET', '/Letters/Letters.txt', 'long enough'), 404)
})

test('rights and password are changed, each without the other', { skip }, async () => {
  const change = async (): Promise<void> => {
    await page.getByRole('button', { name: 'More about ana' }).click()
    await page.getByRole('menuitem', { name: 'Change rights or password' }).click()
  }
  const dialog = page.getByRole('dialog')
  await change()
  assert.equal(await dialog.getByLabel('Rights in Music').inputValue(), 'read')
  await dialog.getByLabel('Rights in Music').selectOption('Nothing')
  await dialog.getByLabel('Rights in Letters').selectOption('Read and write')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await page.getByTestId('webdav-users').getByText('reads and writes Letters').waitFor()
  assert.equal(await ask('PUT', '/Letters/more.txt', 'long enough', 'more'), 201)
  assert.equal(await ask('GET', '/Music/Music.txt', 'long enough'), 404)
  await change()
  await dialog.getByLabel('Password').fill('another one')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.waitFor({ state: 'detached' })
  assert.equal(await ask('GET', '/Letters/more.txt', 'long enough'), 401)
  assert.equal(await ask('GET', '/Letters/more.txt', 'another one'), 200)
  await everyLook(page, 'library-webdav', '/library?part=webdav')
  await page.setViewportSize({ width: 1440, height: 900 })
})

test('other machines are let in, by TLS, and shut out again', { skip }, async () => {
  const beyond = page.getByRole('switch', { name: 'Other machines may reach them' })
  await beyond.click()
  await page.getByText('Both travel inside TLS').waitFor()
  await page.getByTestId('webdav-address').getByText('https://').waitFor()
  await picture(page, 'webdav-open')
  await kith.client.call('setSetting', { params: { id: 'webdav.encryption' }, body: { value: 'never' } })
  await page.reload()
  await page.getByText('Both travel in the open').waitFor()
  await accessible(page, 'WebDAV in the open')
  await kith.client.call('unsetSetting', { params: { id: 'webdav.encryption' } })
  await beyond.click()
  await page.getByTestId('webdav-address').getByText('http://127.0.0.1:').waitFor()
})

test('a user is removed, and the door is shut', { skip }, async () => {
  await page.getByRole('button', { name: 'More about ana' }).click()
  await page.getByRole('menuitem', { name: 'Remove' }).click()
  await page.getByText('Nobody may come yet').waitFor()
  assert.equal(await ask('GET', '/Letters/more.txt', 'another one'), 401)
  const before = await address()
  await page.getByRole('switch', { name: 'Shared folders for file managers' }).click()
  await page.getByTestId('webdav-address').waitFor({ state: 'detached' })
  await assert.rejects(fetch(before))
})
