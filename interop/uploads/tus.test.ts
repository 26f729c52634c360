import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import type { VisitAsk } from '@kith/api/visits.ts'
import { Kith } from '../kith.ts'
import { scratch } from '../material.ts'
import { until } from '../neighbours/people.ts'
import { needs } from '../peers/process.ts'

const tuspy = '/usr/lib/python3/dist-packages/tusclient/__init__.py'
const options = { timeout: 300_000 }
const part = 1_000_000
const run = promisify(execFile)

async function curl(...words: readonly string[]): Promise<{ readonly status: number; readonly offset: string }> {
  const { stdout } = await run('curl', ['-s', '-D', '-', '-o', '/dev/null', '-H', 'Tus-Resumable: 1.0.0', ...words])
  // A body that is announced is asked for with 100 first.
  const head = stdout.trim().split('\r\n\r\n').at(-1)!
  const status = Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1])
  return { status, offset: /^upload-offset: (\d+)/im.exec(head)?.[1] ?? '' }
}

/** Brings what stands in a file, from a place on. */
function patch(url: string, path: string, offset: number, ...more: readonly string[]): ReturnType<typeof curl> {
  const headers = ['Content-Type: application/offset+octet-stream', `Upload-Offset: ${offset}`]
  return curl('-X', 'PATCH', ...headers.flatMap((one) => ['-H', one]), '--data-binary', `@${path}`, ...more, url)
}

async function agree(kith: Kith, visit: string, name: string): Promise<VisitAsk> {
  const ask = await until(
    async () =>
      (await kith.client.call('visits'))
        .flatMap(({ asks }) => asks)
        .find((one) => one.name === name && one.state === 'waiting'),
    `${name} is asked for`,
  )
  await kith.client.call('answerVisit', { params: { id: visit, ask: ask.id }, body: { yes: true } })
  return ask
}

test('curl brings a file to the receive page in two parts, over a restart of the daemon', options, async (context) => {
  if (!needs(context, 'curl', tuspy)) return
  await using folder = await scratch()
  await using kith = await Kith.start(join(folder.path, 'home'))
  const bytes = randomBytes(2 * part)
  const [first, second] = [join(folder.path, 'first'), join(folder.path, 'second')]
  await writeFile(first, bytes.subarray(0, part))
  await writeFile(second, bytes.subarray(part))
  const { id, links } = await kith.client.call('openVisit', { body: { pin: '4711' } })
  const link = links.find((one) => one.startsWith('http://127.'))!
  const jar = join(folder.path, 'cookies')
  assert.equal((await curl('-X', 'POST', '-H', 'Upload-Length: 5', `${link}/asks`)).status, 401)
  assert.equal((await curl('-c', jar, '-d', 'pin=4711', link)).status, 303)
  const name = Buffer.from('größe.bin').toString('base64')
  const said = ['Tus-Resumable: 1.0.0', `Upload-Length: ${bytes.length}`, `Upload-Metadata: filename ${name}`]
  const headers = said.flatMap((one) => ['-H', one])
  const { stdout } = await run('curl', ['-s', '-D', '-', '-b', jar, '-X', 'POST', ...headers, `${link}/asks`])
  assert.match(stdout, /^HTTP\/1\.1 201/)
  const url = new URL(/^location: (.*)$/im.exec(stdout)![1]!.trim(), link).href
  // Nobody has said yes.
  assert.equal((await patch(url, first, 0, '-b', jar)).status, 423)
  await agree(kith, id, 'größe.bin')
  assert.deepEqual(await curl('-I', '-b', jar, url), { status: 200, offset: '0' })
  assert.deepEqual(await patch(url, first, 0, '-b', jar), { status: 204, offset: String(part) })
  assert.equal((await patch(url, second, 0, '-b', jar)).status, 409)
  await kith.kill()
  await kith.start()
  assert.deepEqual(await curl('-I', '-b', jar, url), { status: 200, offset: String(part) })
  assert.deepEqual(await patch(url, second, part, '-b', jar), { status: 204, offset: String(bytes.length) })
  assert.ok(bytes.equals(await readFile(join(kith.downloads, 'größe.bin'))))
  assert.deepEqual(await readdir(kith.downloads), ['größe.bin'])
})

test(
  'a tus client of others brings a file in parts: to the receive page, and to be sent from here',
  options,
  async (context) => {
    if (!needs(context, 'curl', tuspy)) return
    await using folder = await scratch()
    await using kith = await Kith.start(join(folder.path, 'home'))
    const bytes = randomBytes(3 * part + 17)
    const film = join(folder.path, 'film.bin')
    await writeFile(film, bytes)
    // It asks, brings one part and ends; another run knows only the address, and asks how much is there.
    const script = `
import sys
from tusclient import client
how, url, path, token = sys.argv[1:5]
headers = {'Authorization': 'Bearer ' + token} if token else {}
mine = client.TusClient(url, headers=headers)
if how == 'ask':
    print(mine.uploader(path, chunk_size=${part}, metadata={'filename': 'film.bin'}).create_url())
else:
    uploader = mine.uploader(path, chunk_size=${part}, url=url)
    print(uploader.offset)
    uploader.upload_chunk() if how == 'part' else uploader.upload()
    print(uploader.offset)
`
    const python = async (how: 'ask' | 'part' | 'rest', url: string, token = ''): Promise<readonly string[]> =>
      (await run('/usr/bin/python3', ['-c', script, how, url, film, token])).stdout.trim().split('\n')

    const { id, links } = await kith.client.call('openVisit', { body: {} })
    const link = links.find((one) => one.startsWith('http://127.'))!
    const [url = ''] = await python('ask', `${link}/asks`)
    await agree(kith, id, 'film.bin')
    assert.deepEqual(await python('part', url), ['0', String(part)])
    assert.deepEqual(await python('rest', url), [String(part), String(bytes.length)])
    assert.ok(bytes.equals(await readFile(join(kith.downloads, 'film.bin'))))

    const { secret } = await kith.client.call('newToken', { body: { name: 'tus', scopes: ['share'] } })
    const base = new URL((await kith.client.call('link')).url).origin
    const upload = await kith.client.call('beginUpload', {
      body: { files: [{ name: 'film.bin', size: bytes.length }] },
    })
    const file = `${base}/api/v1/uploads/${upload.id}/files/0`
    assert.equal((await curl('-I', file)).status, 401)
    assert.deepEqual(await python('part', file, secret), ['0', String(part)])
    assert.deepEqual(await python('rest', file, secret), [String(part), String(bytes.length)])
    assert.ok(bytes.equals(await readFile(upload.path)))
  },
)
