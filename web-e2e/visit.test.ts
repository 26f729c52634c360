import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Kith } from '@kith/interop/kith.ts'
import { accessible, launch, patienceMs, picture, until } from './browser.ts'

const skip = existsSync('/usr/bin/chromium') ? false : 'needs the Debian package chromium'
const phone = { viewport: { width: 360, height: 740 } }

test('somebody without the app takes a file and sends some, from a phone', { skip, timeout: 300_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kith-visit-'))
  await using _folder = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
  await using kith = await Kith.start(join(folder, 'home'), ['general.device_name=Ann'])
  await using browser = await launch()
  const page = await (await browser.newContext(phone)).newPage()
  page.setDefaultTimeout(patienceMs)
  const bytes = randomBytes(3_000_000)
  const gift = join(folder, 'for you ü.bin')
  await writeFile(gift, bytes)
  const linkOf = (links: readonly string[]): string => links.find((link) => link.startsWith('http://127.'))!

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
  const early = await fetch(`${linkOf(receive.links)}/asks/${first.id}`, { method: 'PUT', body: 'early' })
  assert.equal(early.status, 403)
  await kith.client.call('answerVisit', { params: { id: receive.id, ask: first.id }, body: { yes: true } })
  await page.getByText('Arrived.').waitFor()
  await accessible(page, 'after the upload')
  await picture(page, 'visit-receive-phone')
  assert.ok(bytes.equals(await readFile(join(kith.downloads, name))))

  const ask = async (said: unknown): Promise<Response> =>
    fetch(`${linkOf(receive.links)}/asks`, { method: 'POST', body: JSON.stringify(said) })
  const put = async (said: { name: string; size: number }, body: string): Promise<number> => {
    const { id } = (await (await ask(said)).json()) as { id: string }
    await kith.client.call('answerVisit', { params: { id: receive.id, ask: id }, body: { yes: true } })
    return (await fetch(`${linkOf(receive.links)}/asks/${id}`, { method: 'PUT', body })).status
  }
  assert.equal(await put({ name, size: 5 }, 'again'), 201)
  assert.equal(await put({ name: '../../../evil.txt', size: 4 }, 'evil'), 201)
  assert.equal(await put({ name: 'long.txt', size: 4 }, 'too long'), 400)
  assert.equal(await put({ name: 'short.txt', size: 4 }, 'x'), 400)
  for (const bad of [{}, { name: 5, size: 1 }, { name: 'a', size: -1 }, null])
    assert.equal((await ask(bad)).status, 403)
  const there = (await readdir(kith.downloads)).sort()
  assert.deepEqual(there.slice(-2), ['photo (2).jpg', 'photo.jpg'])
  assert.equal(there.length, 3)
  assert.equal((await readdir(folder)).includes('evil.txt'), false)
  assert.ok(bytes.equals(await readFile(join(kith.downloads, name))))
  assert.equal((await fetch(new URL('/AAAAAAAAAAAAAAAAAAAAAA', linkOf(receive.links)))).status, 404)
})
