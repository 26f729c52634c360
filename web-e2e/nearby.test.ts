import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { Kith } from '@kith/interop/kith.ts'
import { accessible, becomes, everyLook, launch, openPage, patienceMs, picture } from './browser.ts'

const noBrowser = existsSync('/usr/bin/chromium') ? false : 'needs the Debian package chromium'

let folder: string
let ann: Kith
let bob: Kith
let browser: Browser
let page: Page
let other: Page

async function open(kith: Kith): Promise<Page> {
  const made = await openPage(browser, kith)
  await made.getByTestId('nav-nearby').first().click()
  return made
}

before(async () => {
  if (noBrowser !== false) return
  folder = await mkdtemp(join(tmpdir(), 'kith-nearby-page-'))
  ann = await Kith.start(join(folder, 'ann'), ['general.device_name=ann'])
  bob = await Kith.start(join(folder, 'bob'), ['general.device_name=bob'])
  browser = await launch()
  page = await open(ann)
  other = await open(bob)
})

after(async () => {
  if (noBrowser !== false) return
  await browser.close()
  await ann.stop()
  await bob.stop()
  await rm(folder, { recursive: true, force: true })
})

test('Nearby says that nothing is offered, and pairs by digits on both sides', { skip: noBrowser }, async () => {
  await page.getByText('Nothing of this machine is offered').waitFor()
  await page.getByRole('button', { name: 'Enter an invitation' }).click()
  await page.getByLabel('Link of invitation, or an address').fill(`127.0.0.1:${await bob.port()}`)
  await page.getByRole('button', { name: 'Connect' }).click()
  await page.getByRole('button', { name: 'Pair with bob' }).click()
  const digits = (await page.getByTestId('digits').textContent())!
  assert.match(digits, /^\d{6}$/)
  await becomes(digits, () => other.getByTestId('digits').textContent())
  await page.getByText('bob has to show the same digits').waitFor()
  // Whoever listens hears digits, one by one.
  await page.getByRole('status').getByText(digits.replaceAll(/\B/g, ' '), { exact: true }).waitFor()
  await picture(page, 'nearby-digits')
  await accessible(page, 'digits')
  await page.getByRole('button', { name: 'The digits are the same' }).click()
  await page.getByRole('button', { name: 'Waiting for bob' }).waitFor()
  await other.getByRole('button', { name: 'The digits are the same' }).click()
  await page.getByRole('button', { name: 'Send to bob' }).waitFor()
  await other.getByRole('button', { name: 'Send to ann' }).waitFor()
})

test('a device is forgotten, and comes back by an invitation', { skip: noBrowser }, async () => {
  await page.getByRole('button', { name: 'More for bob' }).click()
  await page.getByRole('menuitem', { name: 'Forget this device' }).click()
  await page.getByRole('button', { name: 'Send to bob' }).waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Invite a device' }).click()
  const link = (await page.getByTestId('invitation').textContent())!
  assert.match(link, /^kith:pair\?/)
  await page.getByTestId('qr').waitFor()
  await picture(page, 'nearby-invite')
  await accessible(page, 'invitation')
  await other.getByRole('button', { name: 'Enter an invitation' }).click()
  await other.getByLabel('Link of invitation, or an address').fill(link)
  await other.getByRole('button', { name: 'Connect' }).click()
  await other.getByRole('button', { name: 'Send to ann' }).waitFor()
  await page.getByText('This invitation is used').waitFor()
  await page.keyboard.press('Escape')
  // The next one is a new one from the first moment on.
  await page.getByRole('button', { name: 'Invite a device' }).click()
  await page.getByTestId('invitation').waitFor()
  assert.equal(await page.getByText('This invitation is used').count(), 0)
  await page.getByRole('button', { name: 'Take it back' }).click()
  await page.getByTestId('invitation').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Send to bob' }).waitFor()
})

test('a file is sent, waits for a yes, and arrives', { skip: noBrowser }, async () => {
  const path = join(folder, 'holiday.jpg')
  await writeFile(path, Buffer.alloc(300_000, 'sea'))
  await page.getByRole('button', { name: 'Send to bob' }).click()
  await page.getByLabel('File or folder of Kith’s machine').fill(path)
  await page.getByRole('dialog').getByRole('button', { name: 'Send' }).click()
  const gift = other.getByTestId('gifts')
  await gift.getByText('holiday.jpg').waitFor()
  await everyLook(other, 'nearby', '/nearby')
  await other.setViewportSize({ width: 1440, height: 900 })
  await other.getByRole('button', { name: 'Take it: holiday.jpg' }).click()
  await gift.waitFor({ state: 'detached' })
  const arrived = join(bob.downloads, 'holiday.jpg')
  const sent = await readFile(path)
  for (const end = Date.now() + patienceMs; ; await new Promise((done) => setTimeout(done, 50))) {
    if (sent.equals(await readFile(arrived).catch(() => Buffer.alloc(0)))) break
    assert.ok(Date.now() < end, 'it arrives')
  }
})

test('what lies on a shelf is fetched', { skip: noBrowser }, async () => {
  const path = join(folder, 'recipes.txt')
  await writeFile(path, 'soup')
  await bob.client.call('putOnShelf', { body: { path } })
  for (const end = Date.now() + patienceMs; ; await new Promise((done) => setTimeout(done, 50))) {
    if ((await ann.client.call('shelf', { params: { id: 'bob' } })).length > 0) break
    assert.ok(Date.now() < end, 'it is on the shelf')
  }
  await page.getByRole('button', { name: 'Shelf of bob' }).click()
  await page.getByRole('button', { name: 'Get recipes.txt' }).waitFor()
  await picture(page, 'nearby-shelf')
  await accessible(page, 'shelf')
  await page.getByRole('button', { name: 'Get recipes.txt' }).click()
  await page.getByText('recipes.txt is being fetched').waitFor()
  await page.keyboard.press('Escape')
})

test('shared folders of a device are a tree, of which files and folders are fetched', { skip: noBrowser }, async () => {
  const shared = join(folder, 'Pictures')
  await mkdir(join(shared, 'sea', 'deep'), { recursive: true })
  const long = new Date(Date.now() - 60_000)
  for (const name of ['list of pictures.txt', 'sea/wave.jpg', 'sea/deep/fish 1.jpg', 'sea/deep/fish 2.jpg']) {
    await writeFile(join(shared, name), `${name} is a picture`)
    await utimes(join(shared, name), long, long)
  }
  await bob.client.call('shareFolder', { body: { path: shared, audience: 'friends' } })
  await until('the files are read', async () => {
    const [first] = await bob.client.call('sharedFolders')
    return first?.known.files === 4
  })
  await page.getByRole('link', { name: 'Shared folders of bob' }).click()
  const tree = page.getByTestId('tree')
  await tree.getByRole('button', { name: 'Pictures', exact: true }).click()
  await tree.getByText('list of pictures.txt').waitFor()
  await tree.getByRole('button', { name: 'Get list of pictures.txt' }).click()
  await page.getByText('list of pictures.txt is being fetched').waitFor()
  await arrives('list of pictures.txt', 'list of pictures.txt is a picture')
  // By the keyboard: down into the folder, and out again.
  await tree.getByRole('listitem').first().focus()
  await page.keyboard.press('Enter')
  await tree.getByText('wave.jpg').waitFor()
  await everyLook(page, 'tree', new URL(page.url()).pathname + new URL(page.url()).search)
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.getByRole('navigation', { name: 'Where this is' }).getByRole('link', { name: 'Pictures' }).click()
  await tree.getByRole('button', { name: 'Get sea' }).click()
  await arrives('sea/deep/fish 2.jpg', 'sea/deep/fish 2.jpg is a picture')
  await arrives('sea/wave.jpg', 'sea/wave.jpg is a picture')
  await page.goto(new URL('/nearby/folders?device=nobody&name=nobody', page.url()).href)
  await page.getByTestId('fault').waitFor()
  await page.getByTestId('nav-nearby').first().click()
})

test('a game is offered to nobody at first, then granted, joined and left', { skip: noBrowser }, async () => {
  await other.getByLabel('Game', { exact: true }).selectOption({ label: 'OpenTTD' })
  await other.getByRole('button', { name: 'Offer a game of this machine' }).click()
  const offered = other.getByTestId('offered-games')
  await offered.getByText('Nobody plays now').waitFor()
  assert.deepEqual(await ann.client.call('nearbyGames'), [])
  await offered.getByLabel('ann').check()
  await page.getByText('OpenTTD of bob').waitFor()
  await picture(page, 'nearby-games')
  await accessible(page, 'games')
  await page.getByRole('button', { name: 'Join OpenTTD' }).click()
  // It is one line, and not one to join and one to leave.
  await page.getByRole('button', { name: 'Join OpenTTD' }).waitFor({ state: 'detached' })
  await becomes(1, () => page.getByText('OpenTTD of bob').count())
  await page.getByText(/port \d+ of this machine/).waitFor()
  await page.getByRole('button', { name: 'Leave OpenTTD' }).click()
  await page.getByRole('button', { name: 'Join OpenTTD' }).click()
  await page.getByRole('button', { name: 'Leave OpenTTD' }).waitFor()
  await offered.getByRole('button', { name: 'Offer no more: OpenTTD' }).click()
  await page.getByText('OpenTTD is not offered to this machine any more').first().waitFor()
  await becomes(0, () => page.getByText('OpenTTD of bob').count())
})

test(
  'the connection is lent to nobody at first, then granted, used with a meter, and taken back',
  { skip: noBrowser },
  async () => {
    assert.deepEqual((await bob.client.call('internet')).loans, [])
    await page.getByLabel('Device', { exact: true }).selectOption({ label: 'bob' })
    await page.getByRole('button', { name: 'Ask for theirs' }).click()
    await other.getByText('ann asks for the connection').waitFor()
    await other.getByLabel('Device', { exact: true }).selectOption({ label: 'ann' })
    await other.getByText('Speed and places').click()
    await other.getByLabel('No faster than').selectOption({ label: '5 MB/s' })
    await other.getByLabel('But not to').fill('not a place!')
    await other.getByRole('button', { name: 'Lend', exact: true }).click()
    await other.getByText('no place that can be allowed').first().waitFor()
    await other.getByLabel('Close this message').first().click()
    await other.getByText('no place that can be allowed').first().waitFor({ state: 'detached' })
    await other.getByLabel('But not to').fill('*:25, 192.0.2.0/24')
    await other.getByRole('button', { name: 'Lend', exact: true }).click()
    await other.getByText('Lent to ann').waitFor()
    await other.getByText('no faster than 5 MB/s · not to *:25, 192.0.2.0/24').waitFor()
    const [loan] = (await bob.client.call('internet')).loans
    assert.deepEqual([loan?.downLimit, loan?.refused, loan?.home], [5_000_000, ['*:25', '192.0.2.0/24'], false])
    await page.getByText('Connection of bob').waitFor()
    await page.getByRole('button', { name: 'Use it: connection of bob' }).click()
    await page.getByText(/proxy at 127\.0\.0\.1:\d+/).waitFor()
    await picture(page, 'nearby-internet')
    await accessible(page, 'internet, borrower')
    await accessible(other, 'internet, lender')
    await picture(other, 'nearby-lending')
    await other.getByRole('switch', { name: 'Lend the connection of this machine' }).click()
    await other.getByText('lends its connection to nobody').waitFor()
    await other.getByText('Switched off').waitFor()
    await page.getByRole('button', { name: 'Stop' }).click()
    await other.getByRole('button', { name: 'Take it back' }).click()
    await other.getByText('Lent to ann').waitFor({ state: 'detached' })
    await until('nothing is lent', async () => (await bob.client.call('internet')).loans.length === 0)
  },
)

/** A file of this content is in ann's downloads. */
async function arrives(name: string, content: string): Promise<void> {
  await until(`${name} arrives`, async () => {
    const there = await readFile(join(ann.downloads, name), 'utf8').catch(() => '')
    return there === content
  })
}

async function until(what: string, ask: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + patienceMs; !(await ask()); await new Promise((done) => setTimeout(done, 50))) {
    assert.ok(Date.now() < end, what)
  }
}
