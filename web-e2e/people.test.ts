import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { Kith } from '@kith/interop/kith.ts'
import { freePort } from '@kith/interop/peers/process.ts'
import { accessible, becomes, everyLook, launch, openPage, picture, until } from './browser.ts'

const noBrowser = existsSync('/usr/bin/chromium') ? false : 'needs the Debian package chromium'

let folder: string
/** Keeps a hub, and is on it. */
let ann: Kith
let bob: Kith
let browser: Browser
let page: Page
let hub: string
let lists: Server

async function share(kith: Kith, path: string, files: number): Promise<void> {
  await kith.client.call('shareFolder', { body: { path } })
  await until('hashing', async () => ((await kith.client.call('hashing')).known.files === files ? true : undefined))
}

before(async () => {
  if (noBrowser !== false) return
  folder = await mkdtemp(join(tmpdir(), 'kith-people-page-'))
  const [theirs, own] = [join(folder, 'Music'), join(folder, 'Own')]
  await mkdir(join(theirs, 'Harbour songs', 'live'), { recursive: true })
  await mkdir(join(theirs, 'Lighthouse'))
  await mkdir(own)
  const same = randomBytes(60_000)
  for (const [name, bytes] of [
    ['Harbour songs/01 Harbour at night.flac', randomBytes(300_000)],
    ['Harbour songs/02 Harbour in the morning.flac', same],
    ['Harbour songs/live/Harbour, live.flac', randomBytes(70_000)],
    ['Harbour map.pdf', randomBytes(20_000)],
    ['Lighthouse/One.flac', randomBytes(30_000)],
  ] as const)
    await writeFile(join(theirs, name), bytes)
  await writeFile(join(own, 'Harbour morning (mine).flac'), same)
  lists = createServer((_request, response) => {
    response.end(
      '<?xml version="1.0" encoding="utf-8"?><Hublist Name="test"><Hubs>' +
        '<Hub Name="The reading room" Address="adc://hub.example:1511" Description="Books" Users="12"/>' +
        '</Hubs></Hublist>',
    )
  })
  await new Promise<void>((done) => lists.listen(0, '127.0.0.1', done))
  const port = await freePort()
  hub = `adc://127.0.0.1:${port}`
  ann = await Kith.start(join(folder, 'ann'), [
    `directconnect.directoryPort=${port}`,
    'directconnect.directoryName=Harbour hub',
    'directconnect.nick=ann',
    `directconnect.hubLists=http://127.0.0.1:${(lists.address() as AddressInfo).port}/hublist.xml`,
  ])
  bob = await Kith.start(join(folder, 'bob'), ['directconnect.nick=bob'])
  await share(bob, theirs, 5)
  await share(ann, own, 1)
  browser = await launch()
  page = await openPage(browser, ann)
})

after(async () => {
  if (noBrowser !== false) return
  await browser.close()
  await ann.stop()
  await bob.stop()
  lists.close()
  await rm(folder, { recursive: true, force: true })
})

test('our hub is opened in the page, and entered', { skip: noBrowser }, async () => {
  await page.getByTestId('nav-networks').first().click()
  await page.getByTestId('directory-directconnect').click()
  await page.getByTestId('keeper-open').waitFor()
  await page.getByTestId('nav-talk').first().click()
  await page.getByTestId('hubs-open').click()
  await page.getByTestId('hub-address').fill(hub)
  await page.getByTestId('hub-enter').click()
  await page.getByTestId('hubs').getByText('Connected').waitFor()
  // A hub that was not there yet would be tried again after minutes.
  await bob.client.call('attach', { params: { id: 'directconnect' }, body: { address: hub } })
  // Lists are fetched when somebody looks; this one is ours.
  await page.getByTestId('known-hubs').click()
  await page.getByRole('button', { name: 'Enter The reading room' }).waitFor()
  await picture(page, 'hubs')
  await accessible(page, 'hubs')
  await page.keyboard.press('Escape')
  // A link to a hub is something to add like any other.
  await page.getByTestId('nav-transfers').first().click()
  await page.getByTestId('add-open').first().click()
  await page.getByTestId('add-link').fill(hub)
  await page.getByTestId('add-submit').click()
  await page.getByText('Going to the hub').waitFor()
  await page.waitForURL('**/talk')
  await until('bob comes to the hub', async () => {
    const { total } = await ann.client.call('people', { query: { filter: 'bob' } })
    return total === 1 ? true : undefined
  })
})

test(
  'what others share is found, with who has it, and a row is fetched',
  { skip: noBrowser, timeout: 300_000 },
  async () => {
    await page.keyboard.press('g')
    await page.keyboard.press('f')
    await page.getByTestId('find-box').fill('harbour')
    await page.getByTestId('find-box').press('Enter')
    const rows = page.getByTestId('found-row')
    await rows.nth(3).waitFor()
    // What we have too is one row with theirs.
    const shared = rows.filter({ hasText: 'In your library' })
    await shared.filter({ hasText: '1 person' }).waitFor()
    await becomes(1, () => shared.count())
    await becomes('cannot', () => page.getByTestId('asked-bittorrent').getAttribute('data-state'))
    await picture(page, 'find')
    const map = rows.filter({ hasText: 'Harbour map.pdf' })
    await map.getByTestId('found-get').click()
    await map.getByText('Here').waitFor()
    const [transfer] = (await ann.client.call('transfers', { query: {} })).rows
    assert.equal(transfer!.name, 'Harbour map.pdf')
    // By the keyboard: to the rows, and from one to the next.
    const index = (): Promise<number> =>
      page.evaluate(() => Number((document.activeElement as HTMLElement).dataset['index']))
    await page.locator('body').press('k')
    const first = await until('a row has the keys', async () => {
      const at = await index()
      return Number.isNaN(at) ? undefined : { at }
    })
    await page.keyboard.press('j')
    await becomes(first.at + 1, index)
    await page.getByTestId('find-watch').click()
    await page.locator('[data-testid=find-watch][aria-pressed=true]').waitFor()
    const [watched] = await ann.client.call('searches')
    assert.equal(watched?.watch?.news, 0)
    await everyLook(page, 'find', new URL(page.url()).pathname + new URL(page.url()).search)
  },
)

test(
  'somebody is browsed from what was found, and a folder is fetched',
  { skip: noBrowser, timeout: 300_000 },
  async () => {
    await page.setViewportSize({ width: 1440, height: 900 })
    const row = page.getByTestId('found-row').filter({ hasText: 'live.flac' })
    await row.getByTestId('found-holders').click()
    await accessible(page, 'holders')
    await page.getByRole('dialog').getByText('Browse').click()
    await page.getByTestId('browsed-row').first().waitFor()
    await page.locator('h1').filter({ hasText: 'bob' }).waitFor()
    await page.getByRole('link', { name: 'Music' }).click()
    const album = page.getByTestId('browsed-row').filter({ hasText: 'Harbour songs' })
    await album.waitFor()
    const address = new URL(page.url())
    await everyLook(page, 'browse', address.pathname + address.search)
    await page.setViewportSize({ width: 1440, height: 900 })
    await album.getByTestId('browsed-get').click()
    await until('the folder comes', async () => {
      const { rows } = await ann.client.call('transfers', { query: { label: 'Harbour songs' } })
      return rows.length === 3 && rows.every(({ progress }) => progress === 1) ? true : undefined
    })
    assert.ok(existsSync(join(ann.downloads, 'Harbour songs', 'live', 'Harbour, live.flac')))
  },
)

test('a folder that was found is fetched from its row', { skip: noBrowser, timeout: 300_000 }, async () => {
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.keyboard.press('g')
  await page.keyboard.press('f')
  await page.getByTestId('find-box').fill('lighthouse type:folder')
  await page.getByTestId('find-box').press('Enter')
  const row = page.getByTestId('found-row').filter({ hasText: 'Lighthouse' })
  await row.first().waitFor()
  await row.first().getByTestId('found-get').click()
  await page.getByText('Added 1 file of Lighthouse').waitFor()
  await until('the folder comes', async () =>
    existsSync(join(ann.downloads, 'Lighthouse', 'One.flac')) ? true : undefined,
  )
})

test('rooms and private talks are in one list, live', { skip: noBrowser, timeout: 300_000 }, async () => {
  const hubRoom = async (kith: Kith) => (await kith.client.call('rooms')).find(({ kind }) => kind === 'public')!
  await bob.client.call('say', { params: { id: (await hubRoom(bob)).id }, body: { text: 'Good morning, harbour' } })
  await page.getByTestId('nav-unread').first().waitFor()
  await page.getByTestId('nav-talk').first().click()
  const room = page.getByTestId('room').filter({ hasText: 'Harbour hub' })
  await room.getByTestId('unread').waitFor()
  await room.click()
  await page.getByTestId('messages').getByText('Good morning, harbour').waitFor()
  await page.getByTestId('say').fill('Good morning, bob')
  await page.getByTestId('say').press('Enter')
  await page.getByTestId('messages').getByText('Good morning, bob').waitFor()
  await until('bob hears it', async () => {
    const said = await bob.client.call('messages', { params: { id: (await hubRoom(bob)).id } })
    return said.find(({ text, from }) => text === 'Good morning, bob' && from === 'ann')
  })
  await page.getByTestId('nav-unread').first().waitFor({ state: 'detached' })

  // Somebody speaks to us while we look elsewhere.
  await page.getByTestId('nav-transfers').first().click()
  await bob.client.call('say', { params: { id: (await hubRoom(bob)).id }, body: { text: 'Ann, do you hear?' } })
  await page.getByTestId('nav-unread').filter({ hasText: '1' }).first().waitFor()
  await page.getByTestId('nav-talk').first().click()
  await room.getByTestId('mentioned').waitFor()
  await room.click()
  await page.getByTestId('mention').getByText('Ann, do you hear?').waitFor()

  // What the hub offers is in its menu.
  await page.getByRole('button', { name: 'What Harbour hub offers' }).click()
  await page.getByTestId('room-command').filter({ hasText: 'Count users' }).click()
  await page.getByTestId('messages').getByText('2 users').first().waitFor()

  // A private talk, from the list of who is there.
  const person = page.getByTestId('person').filter({ hasText: 'bob' })
  await person.getByRole('button').click()
  await page.getByTestId('person-talk').click()
  // Until the talk is open, what is typed is for everybody.
  const between = page.locator('[data-testid=say][aria-label*=bob]')
  await between.fill('Between us')
  await between.press('Enter')
  await page.getByTestId('messages').getByText('Between us').waitFor()
  await until('bob hears it', async () => {
    const talk = (await bob.client.call('rooms')).find(({ kind, unread }) => kind === 'private' && unread === 1)
    return talk?.last?.text === 'Between us' ? true : undefined
  })
  await page.getByTestId('room').filter({ hasText: 'Harbour hub' }).click()
  await page.getByTestId('messages').getByText('Good morning, harbour').waitFor()
  const address = new URL(page.url())
  await everyLook(page, 'talk', address.pathname + address.search)
  await everyLook(page, 'rooms', '/talk')
  await page.setViewportSize({ width: 360, height: 740 })
  await page.goto(address.href)
  await page.getByRole('button', { name: 'Who is here' }).click()
  await page.getByTestId('person').first().waitFor()
  await picture(page, 'people')
  await accessible(page, 'people')
})

test('the keeper of the hub sends away, bans, lifts and registers', { skip: noBrowser, timeout: 300_000 }, async () => {
  const id = 'directconnect'
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.goto(new URL('/networks', page.url()).href)
  await page.getByTestId('keeper-open').click()
  const visitor = page.getByTestId('visitor').filter({ hasText: 'bob' })
  await visitor.waitFor()
  await everyLook(page, 'keeper', '/networks/keeper')
  await page.setViewportSize({ width: 1440, height: 900 })
  await visitor.getByRole('button').click()
  await page.getByTestId('visitor-ban').click()
  await page.getByTestId('ban-reason').fill('too loud')
  await picture(page, 'ban')
  await accessible(page, 'ban')
  await page.getByTestId('ban-confirm').click()
  await until('bob is banned', async () => {
    const [ban] = await ann.client.call('exclusions', { params: { id } })
    return ban?.nick === 'bob' && ban.reason === 'too loud' && ban.until !== undefined ? true : undefined
  })
  await visitor.waitFor({ state: 'detached' })
  await page.getByTestId('keeper-bans').click()
  await page.getByTestId('ban').waitFor()
  await everyLook(page, 'bans', '/networks/keeper?part=bans')
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.getByTestId('ban-lift').click()
  await page.getByTestId('ban').waitFor({ state: 'detached' })
  assert.deepEqual(await ann.client.call('exclusions', { params: { id } }), [])
  await page.getByTestId('keeper-registered').click()
  await page.getByTestId('register-open').click()
  await page.getByTestId('register-nick').fill('carol')
  await page.getByTestId('register-password').fill('a long secret')
  await accessible(page, 'register')
  await page.getByTestId('register-confirm').click()
  await page.getByTestId('registrations').getByText('carol').waitFor()
  const { registrations } = await ann.client.call('registrations', { params: { id } })
  assert.equal(registrations[0]?.nick, 'carol')
  await page.getByTestId('announce').fill('The harbour closes at ten')
  await page.getByTestId('announce').press('Enter')
  await page.getByText('All were told').waitFor()
})
