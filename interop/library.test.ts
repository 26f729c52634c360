import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import type { LinkView } from '@kith/api/sharing.ts'
import { Kith } from './kith.ts'
import { bytesFrom, put, scratch } from './material.ts'
import { Libtorrent } from './peers/libtorrent.ts'
import { needs } from './peers/process.ts'

const run = promisify(execFile)
const program = join(dirname(import.meta.dirname), 'cli', 'kith.mjs')
const python = '/usr/lib/python3/dist-packages/libtorrent'
const part = 9_728_000
const block = 180 * 1024

/** Where trees, parts and blocks begin and end. */
const sizes = [
  0,
  1,
  1023,
  1024,
  1025,
  16 * 1024 - 1,
  16 * 1024,
  16 * 1024 + 1,
  block - 1,
  block,
  block + 1,
  1024 * 1024 + 1,
  ...[1, 2, 4].flatMap((count) => [count * part - 1, count * part, count * part + 1]),
]

test('kith hash prints what rhash prints, for files of awkward sizes', async (context) => {
  if (!needs(context, 'rhash')) return
  await using folder = await scratch()
  const files = sizes.map((size) => join(folder.path, `${size} bytes`))
  const bytes = repeated(sizes.at(-1)!)
  for (const [index, size] of sizes.entries()) await put(files[index]!, bytes.subarray(0, size))
  await using kith = await Kith.start(join(folder.path, 'home'))
  const short = files.slice(0, 12)
  const all = ['--sha1', '--tth', '--ed2k', '--aich', '--sha256']
  const rhash = async (of: readonly string[], ...args: string[]): Promise<string> =>
    (await run('rhash', [...args, ...of])).stdout
  assert.equal(await prints(kith, 'hash', ...files), await rhash(files, ...all))
  assert.equal(await prints(kith, 'hash', '--bsd', ...short), await rhash(short, '--bsd', ...all))
  for (const one of ['sha1', 'tth', 'ed2k', 'aich', 'sha256']) {
    assert.equal(await prints(kith, 'hash', '--only', one, ...short), await rhash(short, `--${one}`))
  }
})

test('what rhash calls a file in its links is what kith calls it', async (context) => {
  if (!needs(context, 'rhash')) return
  await using folder = await scratch()
  const file = join(folder.path, 'Grüße & more.bin')
  await put(file, repeated(2 * part))
  await using kith = await Kith.start(join(folder.path, 'home'))
  const [magnet, ed2k] = (await prints(kith, 'link', file)).trim().split('\n')
  const parse = (link: string): Promise<LinkView> => kith.client.call('parseLink', { body: { link } })
  for (const [ours, args] of [
    [magnet!, ['--magnet', '--sha1', '--tth', '--ed2k', '--aich', '--sha256']],
    [ed2k!, ['--ed2k-link']],
  ] as const) {
    const { stdout } = await run('rhash', [...args, file])
    const theirs = await parse(stdout.trim())
    const own = await parse(ours)
    assert.deepEqual([own.name, own.size], [theirs.name, theirs.size])
    assert.deepEqual(
      theirs.digests.filter((digest) => !own.digests.includes(digest)),
      [],
    )
    assert.ok(theirs.digests.length > 0)
  }
  assert.match(magnet!, /urn:bitprint:/)
  assert.match(ed2k!, /\|p=[0-9A-F]{32}:[0-9A-F]{32}:31D6CFE0D16AE931B73C59D7E0C089C0\|/)
})

test('a file that is given as a torrent has the name of that torrent in its link', async () => {
  await using folder = await scratch()
  const file = join(folder.path, 'given.bin')
  await put(file, repeated(100_000))
  await using kith = await Kith.start(join(folder.path, 'home'))
  assert.doesNotMatch(await prints(kith, 'link', file), /urn:btih/)
  const { link } = await kith.publish(file)
  const [btih] = /urn:btih:[0-9a-f]{40}/.exec(link)!
  assert.ok((await prints(kith, 'link', file)).includes(btih), link)
})

test('the version 2 torrent of a file alone is the one that libtorrent makes, with a piece or several', async (context) => {
  if (!needs(context, python)) return
  await using folder = await scratch()
  await using kith = await Kith.start(join(folder.path, 'home'))
  await using libtorrent = await Libtorrent.start(folder.at('libtorrent'))
  for (const size of [1, 16 * 1024 + 1, 1024 * 1024, 3 * 1024 * 1024 + 5, 2 * part + 7]) {
    const file = folder.at(`Grüße, ${size} bytes.bin`)
    await put(file, repeated(size))
    const { infoHash } = await libtorrent.create(file, { version2: true, pieceLength: 1024 * 1024 })
    const [magnet] = (await prints(kith, 'link', file)).split('\n')
    assert.equal(/urn:btmh:1220([0-9a-f]{64})/.exec(magnet!)?.[1], infoHash, `${size} bytes`)
  }
})

test('a folder that is shared is hashed, and over a kill nothing is hashed twice', async () => {
  await using folder = await scratch()
  const shared = join(folder.path, 'shared')
  await put(join(shared, 'long.bin'), repeated(5 * part + 3))
  await put(join(shared, 'short.txt'), 'short')
  await using kith = await Kith.start(join(folder.path, 'home'))
  await kith.client.call('shareFolder', { body: { path: shared, name: 'Ours' } })
  await until(async () => (await kith.client.call('hashing')).known.files === 2)
  const before = await kith.client.call('sharedFiles', { query: { q: 'long' } })
  await kith.kill()
  await kith.start()
  const status = await kith.client.call('hashing')
  assert.deepEqual([status.known.files, status.waiting.files], [2, 0])
  assert.deepEqual(await kith.client.call('sharedFiles', { query: { q: 'long' } }), before)
  assert.equal(before.rows[0]!.digests.length, 6)
})

test('the library from the command line', async () => {
  await using folder = await scratch()
  const shared = folder.at('Müsik')
  for (const name of ['Café del Mar.flac', 'nature film.mkv', 'film.txt']) await put(join(shared, name), name)
  await using kith = await Kith.start(folder.at('home'))
  const library = (...args: string[]): Promise<string> => prints(kith, 'library', ...args)
  assert.match(await library(), /No folder is shared/)
  assert.match(await library('add', shared, '--audience', 'local', '--networks', 'neighbours'), /local on neighbours/)
  const followed = (await library('status', '-f', '--json')).trim().split('\n')
  const last = JSON.parse(followed.at(-1)!) as { state: string; known: { files: number } }
  assert.deepEqual([last.state, last.known.files], ['idle', 3])
  assert.match(await library('ls'), /Müsik.*3 files/)
  const found = async (...words: string[]): Promise<string[]> =>
    (await library('find', ...words))
      .trim()
      .split('\n')
      .filter(Boolean)
      .map((line) => /[^/]+\.\w+/.exec(line)![0])
  assert.deepEqual((await found('film')).toSorted(), ['film.txt', 'nature film.mkv'])
  assert.deepEqual(await found('film', '-nature'), ['film.txt'])
  assert.deepEqual(await found('cafe', 'type:audio'), ['Café del Mar.flac'])
  assert.deepEqual(await found('nature film'), ['nature film.mkv'])
  assert.deepEqual(await found('nat*'), ['nature film.mkv'])
  const one = JSON.parse(await library('find', '--count', '1', 'film', '--json')) as { rows: unknown[]; total: number }
  assert.deepEqual([one.rows.length, one.total], [1, 2])
  assert.match(await library('asked'), /Nothing was given away yet/)
  assert.match(await library('pause'), /paused/)
  assert.match(await library('resume'), /idle/)
  assert.match(
    await library('set', 'Müsik', '--name', 'Music', '--audience', 'everyone', '--networks', 'all'),
    /Music.*everyone/,
  )
  await assert.rejects(library('set', 'Music', '--audience', 'cats'), /no audience/)
  await assert.rejects(library('add', folder.at('none')), /is no folder/)
  await library('rm', 'Music')
  assert.match(await library(), /No folder is shared/)
})

/** Bytes that come again, but at no boundary of any tree. */
function repeated(length: number): Uint8Array {
  const some = bytesFrom('library', 1024 * 1024 + 17)
  const bytes = new Uint8Array(length)
  for (let at = 0; at < length; at += some.length) bytes.set(some.subarray(0, length - at), at)
  return bytes
}

/** What the command line prints. */
async function prints({ home }: Kith, ...args: string[]): Promise<string> {
  return (await run(process.execPath, [program, '--home', home, ...args])).stdout
}

async function until(test: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 90_000; !(await test());) {
    if (Date.now() > end) assert.fail('it did not happen')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
