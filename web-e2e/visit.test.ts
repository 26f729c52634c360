import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import type { VisitAsk } from '@kith/api/visits.ts'
import { Kith } from '@kith/interop/kith.ts'
import { type Cut, Cutter } from './cutter.ts'
import { accessible, launch, patienceMs, picture, until } from './browser.ts'

const skip = existsSync('/usr/bin/chromium') ? false : 'needs the Debian package chromium'
const phone = { viewport: { width: 360, height: 740 } }

interface Visited extends AsyncDisposable {
  readonly folder: string
  readonly kith: Kith
  readonly page: Page
}

/** A daemon, and a phone that has no app. */
async function visitedFromPhone(): Promise<Visited> {
  await using made = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'kith-visit-'))
  made.defer(() => rm(folder, { recursive: true }))
  const kith = made.use(await Kith.start(join(folder, 'home'), ['general.device_name=Ann']))
  const browser = made.use(await launch())
  const page = await (await browser.newContext(phone)).newPage()
  page.setDefaultTimeout(patienceMs)
  const kept = made.move()
  return { folder, kith, page, [Symbol.asyncDispose]: () => kept[Symbol.asyncDispose]() }
}

const linkOf = (links: readonly string[]): string => links.find((link) => link.startsWith('http://127.'))!

test('somebody without the app takes a file and sends some, from a phone', { skip, timeout: 300_000 }, async () => {
  await using visited = await visitedFromPhone()
  const { folder, kith, page } = visited
  const bytes = randomBytes(3_000_000)
  const gift = join(folder, 'for you ü.bin')
  await writeFile(gift, bytes)

  // Offered with a PIN: a wrong one is told so, the right one leads to the file.
  const offer = await kith.client.call('openVisit', { body: { path: gift, pin: '4711' } })
  await page.goto(linkOf(offer.links))
  await accessible(page, 'the PIN')
  await page.getByLabel('PIN').fill('1234')
  await page.getByRole('button').click()
  await page.getByRole('alert').waitFor()
  await page.getByLabel('PIN').fill('4711')
  await page.getByRole('button').click()
  await page.getByText('This is for you').waitFor()
  await accessible(page, 'what is offered')
  await picture(page, 'visit-offer-phone')
  const coming = page.waitForEvent('download')
  await page.getByRole('link').click()
  const download = await coming
  assert.equal(download.suggestedFilename(), 'for you ü.bin')
  assert.ok(bytes.equals(await readFile(await download.path())))
  const file = `${linkOf(offer.links)}/files/0`
  assert.doesNotMatch(await (await fetch(file)).text(), /This is for you/)
  for (let tries = 0; tries < 6; tries++) await fetch(linkOf(offer.links), { method: 'POST', body: 'pin=0000' })
  assert.equal((await fetch(linkOf(offer.links), { method: 'POST', body: 'pin=4711', redirect: 'manual' })).status, 429)
  await kith.client.call('endVisit', { params: { id: offer.id } })
  await assert.rejects(fetch(linkOf(offer.links)))

  // Received: nothing comes before somebody agreed, and what was refused stays out.
  const receive = await kith.client.call('openVisit', { body: {} })
  await page.goto(linkOf(receive.links))
  await accessible(page, 'the upload')
  const name = 'photo.jpg'
  await page.getByLabel('Files to send').setInputFiles({ name, mimeType: 'image/jpeg', buffer: Buffer.from(bytes) })
  const asks = async (): ReturnType<typeof kith.client.call<'visits'>> => kith.client.call('visits')
  const first = await until('the question', async () => (await asks())[0]?.asks[0])
  assert.deepEqual([first.name, first.size, first.state], [name, bytes.length, 'waiting'])
  const tus = { 'tus-resumable': '1.0.0' }
  const bytesFrom = (offset: number): Record<string, string> => ({
    ...tus,
    'content-type': 'application/offset+octet-stream',
    'upload-offset': String(offset),
  })
  const early = await fetch(`${linkOf(receive.links)}/asks/${first.id}`, {
    method: 'PATCH',
    headers: bytesFrom(0),
    body: 'early',
  })
  assert.equal(early.status, 423)
  await kith.client.call('answerVisit', { params: { id: receive.id, ask: first.id }, body: { yes: true } })
  await page.getByText('Arrived.').waitFor()
  await accessible(page, 'after the upload')
  await picture(page, 'visit-receive-phone')
  assert.ok(bytes.equals(await readFile(join(kith.downloads, name))))

  const ask = async (said: unknown): Promise<Response> =>
    fetch(`${linkOf(receive.links)}/asks`, { method: 'POST', body: JSON.stringify(said) })
  const put = async (said: { name: string; size: number }, body: string): Promise<string> => {
    const { id } = (await (await ask(said)).json()) as { id: string }
    await kith.client.call('answerVisit', { params: { id: receive.id, ask: id }, body: { yes: true } })
    const at = `${linkOf(receive.links)}/asks/${id}`
    const { status } = await fetch(at, { method: 'PATCH', headers: bytesFrom(0), body })
    const { headers } = await fetch(at, { method: 'HEAD', headers: tus })
    return [status, headers.get('upload-offset')].join(' ')
  }
  assert.equal(await put({ name, size: 5 }, 'again'), '204 5')
  assert.equal(await put({ name: '../../../evil.txt', size: 4 }, 'evil'), '204 4')
  assert.equal(await put({ name: 'long.txt', size: 4 }, 'too long'), '413 0')
  assert.equal(await put({ name: 'short.txt', size: 4 }, 'x'), '204 1')
  for (const bad of [{}, { name: 5, size: 1 }, { name: 'a', size: -1 }, null])
    assert.equal((await ask(bad)).status, 403)
  // What is not whole yet is hidden.
  const there = (await readdir(kith.downloads)).filter((one) => !/^\.kith-.*\.part$/.test(one)).sort()
  assert.deepEqual(there.slice(-2), ['photo (2).jpg', 'photo.jpg'])
  assert.equal(there.length, 3)
  assert.equal((await readdir(folder)).includes('evil.txt'), false)
  assert.ok(bytes.equals(await readFile(join(kith.downloads, name))))
  assert.equal((await fetch(new URL('/AAAAAAAAAAAAAAAAAAAAAA', linkOf(receive.links)))).status, 404)
})

test(
  'what a phone sends goes on after breaks, a restart and a page that is loaded anew',
  { skip, timeout: 300_000 },
  async () => {
    await using visited = await visitedFromPhone()
    const { folder, kith, page } = visited
    const part = 4_000_000
    const bytes = randomBytes(5 * part)
    const film = join(folder, 'film.bin')
    await writeFile(film, bytes)
    const receive = await kith.client.call('openVisit', { body: { pin: '4711' } })
    const link = linkOf(receive.links)
    await using cutter = await Cutter.before(Number(new URL(link).port), part)
    const ask = async (): Promise<VisitAsk | undefined> => (await kith.client.call('visits'))[0]?.asks[0]
    const there = (most: number): Promise<unknown> =>
      until(`${most} bytes are there`, async () => ((await ask())?.received ?? 0) >= most)

    await page.goto(cutter.link(link))
    await page.getByLabel('PIN').fill('4711')
    await page.getByRole('button').click()
    // As often as the browser tries: it cannot come to an end before.
    cutter.cuts.push('break', ...Array<Cut>(20).fill('hold'))
    await page.getByLabel('Files to send').setInputFiles(film)
    const { id } = await until('the question', ask)
    await kith.client.call('answerVisit', { params: { id: receive.id, ask: id }, body: { yes: true } })
    // It breaks once, and then hangs: the daemon is killed, and starts again with what it had.
    await there(part + 1_000_000)
    await kith.kill()
    await page.getByText('No connection. It goes on by itself…').waitFor()
    await picture(page, 'visit-broken-phone')
    await accessible(page, 'a break')
    await kith.start()
    await page.getByText(/Going on from/).waitFor()
    await there(2 * part + 1_000_000)
    // It hangs again, and the page is loaded anew: nobody is asked again, and the PIN is known.
    await page.reload()
    await page.getByText('Not finished: film.bin').waitFor()
    await picture(page, 'visit-unfinished-phone')
    await accessible(page, 'what is not finished')
    cutter.cuts.length = 0
    assert.equal((await readdir(kith.downloads)).filter((name) => !name.startsWith('.')).length, 0)
    await page.getByLabel('Files to send').setInputFiles(film)
    await page.getByText('Arrived.').waitFor()
    assert.ok(bytes.equals(await readFile(join(kith.downloads, 'film.bin'))))
    assert.deepEqual(await readdir(kith.downloads), ['film.bin'])
    assert.equal((await kith.client.call('visits'))[0]?.asks.length, 1)
    // What was there was not sent again, but for what was on its way at each break.
    assert.ok(cutter.brought < 2 * bytes.length, `${cutter.brought} bytes were sent`)
    await kith.client.call('endVisit', { params: { id: receive.id } })
  },
)

test('whoever sends may stop, and what nobody wants any more is not kept', { skip, timeout: 300_000 }, async () => {
  await using visited = await visitedFromPhone()
  const { kith, page } = visited
  const receive = await kith.client.call('openVisit', { body: {} })
  const link = linkOf(receive.links)
  await using cutter = await Cutter.before(Number(new URL(link).port), 1_000_000)
  const asks = async (): Promise<readonly VisitAsk[]> => (await kith.client.call('visits'))[0]?.asks ?? []
  const agree = async (name: string): Promise<void> => {
    const { id } = await until(`${name} is asked`, async () => (await asks()).find((one) => one.name === name))
    await kith.client.call('answerVisit', { params: { id: receive.id, ask: id }, body: { yes: true } })
  }
  const state = async (name: string): Promise<string | undefined> =>
    (await asks()).find((one) => one.name === name)?.state
  await page.goto(cutter.link(link))
  cutter.cuts.push(...Array<Cut>(20).fill('hold'))
  const file = (name: string): { name: string; mimeType: string; buffer: Buffer } => ({
    name,
    mimeType: 'video/mp4',
    buffer: randomBytes(3_000_000),
  })
  await page.getByLabel('Files to send').setInputFiles(file('one.mp4'))
  await agree('one.mp4')
  await until('some came', async () => (await asks())[0]!.received > 0)
  await page.getByRole('button', { name: 'Stop one.mp4' }).click()
  await page.getByText('Stopped.').waitFor()
  await until('it is given up', async () => (await state('one.mp4')) === 'failed')
  assert.deepEqual(await readdir(kith.downloads), [])
  // The owner ends the page in the middle.
  await page.getByLabel('Files to send').setInputFiles(file('two.mp4'))
  await agree('two.mp4')
  await until('some came', async () => (await asks())[1]!.received > 0)
  await kith.client.call('endVisit', { params: { id: receive.id } })
  await until('nothing is left', async () => (await readdir(kith.downloads)).length === 0)
})
