import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import type { UploadView } from '@kith/api/uploads.ts'
import { Kith } from '@kith/interop/kith.ts'
import { device, until } from '@kith/interop/neighbours/people.ts'
import { type Cut, Cutter } from './cutter.ts'
import { accessible, drag, everyLook, launch, openPage, picture } from './browser.ts'

const skip = existsSync('/usr/bin/chromium') ? false : 'needs the Debian package chromium'

let folder: string
let ann: Kith
let bob: Kith
let browser: Browser
let page: Page

before(async () => {
  if (skip !== false) return
  folder = await mkdtemp(join(tmpdir(), 'kith-uploads-page-'))
  ann = await Kith.start(join(folder, 'ann'), ['general.device_name=ann'])
  bob = await Kith.start(join(folder, 'bob'), ['general.device_name=bob'])
  const { link } = await bob.client.call('invite', { body: {} })
  await ann.client.call('openInvitation', { body: { link } })
  await device(bob, 'ann', ({ standing }) => standing === 'paired')
  browser = await launch()
  page = await openPage(browser, ann)
  await page.getByTestId('nav-nearby').first().click()
})

after(async () => {
  if (skip !== false) return
  await browser.close()
  await ann.stop()
  await bob.stop()
  await rm(folder, { recursive: true, force: true })
})

/** Bytes that come as they are written. */
function streamed(body: ReadableStream<Uint8Array>): RequestInit & { readonly duplex: 'half' } {
  const headers = {
    'tus-resumable': '1.0.0',
    'upload-offset': '0',
    'content-type': 'application/offset+octet-stream',
  }
  return { method: 'PATCH', headers, body, duplex: 'half' }
}

/** Takes what bob is offered, and gives the bytes of a file that comes with it. */
async function taken(name: string, path: string): Promise<Buffer> {
  const gift = await until(
    async () => (await bob.client.call('gifts')).find((one) => one.name === name),
    `${name} is offered`,
  )
  await bob.client.call('takeGift', { params: { id: gift.id }, body: {} })
  const { transfer } = await until(async () => {
    const { rows } = await bob.client.call('transfers', { query: {} })
    const found = rows.find((one) => one.name === name)
    return found === undefined || (found.state !== 'giving' && found.state !== 'done') ? undefined : { transfer: found }
  }, `${name} is there`)
  assert.equal(transfer.name, name)
  return readFile(join(bob.downloads, path))
}

test('files and folders that are dropped on a device are sent to it', { skip }, async () => {
  const film = join(folder, 'a film.bin')
  const bytes = randomBytes(5_000_000)
  await writeFile(film, bytes)
  const row = page.getByTestId('device-bob')
  await drag(page, row, [film], false)
  await row.getByText('Drop it here to send it to bob').waitFor()
  await page.getByTestId('drop-hint').waitFor()
  await picture(page, 'nearby-drop')
  await accessible(page, 'dropping on a device')
  await drag(page, row, [film], true)
  await page.getByText('Offered to bob').first().waitFor()
  await page.getByTestId('drop-hint').waitFor({ state: 'detached' })
  assert.ok(bytes.equals(await taken('a film.bin', 'a film.bin')))

  const sea = join(folder, 'sea')
  await mkdir(join(sea, 'deep'), { recursive: true })
  await writeFile(join(sea, '1.txt'), 'one')
  await writeFile(join(sea, 'deep', '2.txt'), 'two')
  await drag(page, row, [sea], true)
  assert.equal((await taken('sea', 'sea/deep/2.txt')).toString(), 'two')
  assert.equal(await readFile(join(bob.downloads, 'sea', '1.txt'), 'utf8'), 'one')

  // What is dropped elsewhere is added, as ever.
  await drag(page, page.getByRole('heading', { level: 1 }), [film], true)
  await page.getByRole('dialog', { name: 'Add' }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog', { name: 'Add' }).waitFor({ state: 'detached' })
})

test('what is dropped goes on after breaks, and after the page was loaded anew', { skip }, async () => {
  const part = 3_000_000
  const bytes = randomBytes(5 * part)
  const tape = join(folder, 'tape.bin')
  await writeFile(tape, bytes)
  const { url } = await ann.client.call('link')
  await using cutter = await Cutter.before(Number(new URL(url).port), part)
  const other = await openPage(browser, ann, cutter.link(url))
  await other.getByTestId('nav-nearby').first().click()
  const upload = async (): Promise<UploadView | undefined> =>
    (await ann.client.call('uploads')).find(({ name }) => name === 'tape.bin')
  const there = (most: number): Promise<UploadView> =>
    until(async () => {
      const found = await upload()
      return found !== undefined && found.done >= most ? found : undefined
    }, `${most} bytes are there`)
  // As often as the browser tries: it cannot come to an end before.
  cutter.cuts.push('break', ...Array<Cut>(20).fill('lose'))
  // It is told for some seconds, and by then it may have gone on.
  const told = other.getByText('The connection to Kith broke. It goes on by itself.').first().waitFor()
  const [{ id }] = await Promise.all([
    drag(other, other.getByTestId('device-bob'), [tape], true).then(() => there(part + 1_000_000)),
    told,
  ])
  await other.reload()
  await other.getByText('It waits for its browser.').waitFor()
  cutter.cuts.length = 0
  await drag(other, other.getByTestId('device-bob'), [tape], true)
  await other.getByText('Offered to bob').first().waitFor()
  const whole = await upload()
  assert.deepEqual([whole?.id, whole?.state], [id, 'whole'])
  assert.ok(bytes.equals(await readFile(whole!.path)))
  assert.ok(bytes.equals(await taken('tape.bin', 'tape.bin')))
  assert.ok(cutter.brought < 2 * bytes.length, `${cutter.brought} bytes were sent`)
  await other.close()
})

test('a phone sends files of its own', { skip }, async () => {
  await page.setViewportSize({ width: 360, height: 740 })
  await page.getByRole('button', { name: 'Send to bob' }).click()
  const photos = ['one', 'two'].map((name) => ({
    name: `${name}.jpg`,
    mimeType: 'image/jpeg',
    buffer: Buffer.from(`the photo ${name}`),
  }))
  await page.getByLabel('Files of this browser').setInputFiles(photos)
  await accessible(page, 'sending from a phone')
  await picture(page, 'nearby-send-phone')
  await page.getByRole('dialog').getByRole('button', { name: 'Send', exact: true }).click()
  assert.equal((await taken('one', 'one/two.jpg')).toString(), 'the photo two')
  await page.setViewportSize({ width: 1440, height: 900 })
})

test('files are dropped into a talk, and taken there', { skip }, async () => {
  await page.getByTestId('nav-talk').first().click()
  await page.getByTestId('room').filter({ hasText: 'bob' }).click()
  const song = join(folder, 'song.txt')
  await writeFile(song, 'la la la')
  const talk = page.getByTestId('conversation')
  await drag(page, talk, [song], false)
  await page.getByTestId('drop-here').getByText('Drop it here to send it to bob').waitFor()
  await drag(page, talk, [song], true)
  await page.getByTestId('drop-here').waitFor({ state: 'detached' })
  await page.getByText('A file for you: song.txt').first().waitFor()
  assert.equal((await taken('song.txt', 'song.txt')).toString(), 'la la la')
  await until(async () => {
    const said = await bob.client.call('messages', { params: { id: 'ann' } })
    return said.some(({ text }) => text === 'A file for you: song.txt') ? true : undefined
  }, 'bob reads of it')

  // By a button too, and what the other sends is taken where they talk.
  await page.getByTestId('attach').setInputFiles({ name: 'note.txt', mimeType: 'text/plain', buffer: Buffer.from('n') })
  assert.equal((await taken('note.txt', 'note.txt')).toString(), 'n')
  await writeFile(join(folder, 'answer.txt'), 'yes')
  await bob.client.call('send', { body: { path: join(folder, 'answer.txt'), to: ['ann'] } })
  await page.getByTestId('gifts').getByText('answer.txt').waitFor()
  await everyLook(page, 'talk-files', new URL(page.url()).pathname + new URL(page.url()).search)
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.getByRole('button', { name: 'Take it' }).click()
  await until(async () => {
    const there = await readFile(join(ann.downloads, 'answer.txt'), 'utf8').catch(() => '')
    return there === 'yes' ? true : undefined
  }, 'the answer is here')

  // A room of several is made on the page too.
  await page.getByTestId('nav-talk').first().click()
  await page.getByRole('button', { name: 'Talk with several' }).click()
  await page.getByLabel('Name of the room').fill('Family')
  await page.getByLabel('bob').check()
  await accessible(page, 'gathering people')
  await page.getByRole('button', { name: 'Make the room' }).click()
  await page.getByTestId('say').fill('hello all')
  await page.keyboard.press('Enter')
  await until(async () => {
    const room = (await bob.client.call('rooms')).find(({ title }) => title === 'Family')
    return room?.last?.text === 'hello all' ? true : undefined
  }, 'bob is in it')
  await page.getByTestId('nav-nearby').first().click()
})

test('what comes from a browser is seen, ended, and kept as long as it is given', { skip }, async () => {
  const { id } = await ann.client.call('beginUpload', { body: { files: [{ name: 'long.bin', size: 10 ** 7 }] } })
  const uploads = page.getByTestId('uploads')
  await uploads.getByText('long.bin').waitFor()
  await everyLook(page, 'uploads', '/nearby')
  await page.setViewportSize({ width: 1440, height: 900 })
  const feed = new TransformStream<Uint8Array, Uint8Array>()
  const brought = assert.rejects(
    ann.client.raw(`/uploads/${id}/files/0`, streamed(feed.readable)),
    /ended|broke|answer/,
  )
  const writer = feed.writable.getWriter()
  await writer.write(new Uint8Array(10 ** 6))
  await uploads.getByText(/^1\.?0* MB of 10\.?0* MB/).waitFor()
  await uploads.getByRole('button', { name: 'End the upload of long.bin' }).click()
  await uploads.waitFor({ state: 'detached' })
  await writer.close().catch(() => {})
  await brought
  const kept = join(ann.home, 'state', 'uploads')
  await until(async () => !(await readdir(kept)).includes(id) || undefined, 'nothing of it is kept')
  // What was sent before is given as long as it stands in the list, over a restart too.
  const before = await readdir(kept)
  assert.equal(before.length, 6)
  const { rows } = await ann.client.call('transfers', { query: {} })
  const film = rows.find(({ name }) => name === 'a film.bin')!
  await ann.client.call('bulk', { body: { action: 'remove', ids: [film.id] } })
  await ann.stop()
  await ann.start()
  await until(async () => ((await readdir(kept)).length === 5 ? true : undefined), 'what nothing gives is gone')
  const { rows: left } = await ann.client.call('transfers', { query: {} })
  assert.ok(left.every(({ name }) => name !== 'a film.bin'))
})
