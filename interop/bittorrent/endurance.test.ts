import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { Kith, sleep } from '../kith.ts'
import { bytesFrom, put, scratch, tree } from '../material.ts'
import { rogueSeed } from '../peers/rogue.ts'
import { Libtorrent } from '../peers/libtorrent.ts'
import { WebServer } from '../peers/opentracker.ts'
import { needs } from '../peers/process.ts'

const python = '/usr/lib/python3/dist-packages/libtorrent'
const mebibyte = 1024 * 1024
/** Memory between sockets and disk: what can be lost at a kill, and no more. */
const inFlight = 48 * mebibyte

/** A daemon that is a tracker for the others of a test. */
async function trackerAt(home: string): Promise<{ kith: Kith; url: string } & AsyncDisposable> {
  const kith = await Kith.start(home, [
    'bittorrent.directory=true',
    'bittorrent.directory_port=0',
    'bittorrent.directory_interval=10',
  ])
  const { directory } = await kith.client.call('network', { params: { id: 'bittorrent' } })
  return { kith, url: directory!.addresses[0]!, [Symbol.asyncDispose]: () => kith[Symbol.asyncDispose]() }
}

test('killed twenty times during one transfer, it ends with the right bytes and fetches nothing twice', async (t) => {
  if (!needs(t, python)) return
  await using folder = await scratch()
  await using tracker = await trackerAt(folder.at('tracker'))
  const size = 160 * mebibyte
  await put(folder.at('seed', 'big.iso'), bytesFrom('killed', size))
  await using seed = await Libtorrent.start(folder.at('lt'), { settings: { upload_rate_limit: 16 * mebibyte } })
  const { torrent } = await seed.create(folder.at('seed', 'big.iso'), {
    trackers: [tracker.url],
    pieceLength: 256 * 1024,
  })
  await seed.add({ torrent, folder: folder.at('seed') })
  await using kith = await Kith.start(folder.at('kith'))
  const { id } = await kith.add(torrent)
  let recorded = 0
  let lost = 0
  for (let kill = 0; kill < 20; kill++) {
    await sleep(250 + 13 * kill)
    const before = (await kith.transfer(id)).had
    await kith.kill()
    await kith.start()
    const after = (await kith.transfer(id)).had
    assert.ok(after >= before, `after kill ${kill + 1} ${after} bytes are had, and ${before} were before it`)
    recorded = after
    lost++
  }
  const done = await kith.complete(id)
  assert.deepEqual(await tree(kith.downloads), await tree(folder.at('seed')))
  const { up } = await seed.status()
  t.diagnostic(`${lost} kills, ${recorded} bytes had at the last, the seed gave ${up} of ${size} bytes`)
  assert.ok(up <= size + 20 * inFlight, `the seed gave ${up} bytes for ${size}`)
  assert.equal(done.wasted, 0)
})

test('a peer that sends bad bytes is found and banned, and the transfer ends right', async (t) => {
  if (!needs(t, python)) return
  await using folder = await scratch()
  await using tracker = await trackerAt(folder.at('tracker'))
  const bytes = bytesFrom('rogue', 16 * mebibyte)
  await put(folder.at('seed', 'file.bin'), bytes)
  await using maker = await Libtorrent.start(folder.at('lt'), { settings: { upload_rate_limit: 2 * mebibyte } })
  const made = await maker.create(folder.at('seed', 'file.bin'), { trackers: [tracker.url], pieceLength: 256 * 1024 })
  await using rogue = await rogueSeed({
    infoHash: made.infoHash,
    bytes,
    pieceLength: 256 * 1024,
    mode: 'corrupt',
    tracker: tracker.url,
    host: '127.0.0.2',
  })
  await using kith = await Kith.start(folder.at('kith'))
  const { id } = await kith.add(made.torrent)
  await kith.until(id, ({ banned }) => banned.length > 0)
  await maker.add({ torrent: made.torrent, folder: folder.at('seed') })
  const done = await kith.complete(id)
  assert.deepEqual(await tree(kith.downloads), await tree(folder.at('seed')))
  assert.match(done.banned[0]!, /^bittorrent\/127\.0\.0\.2/)
  assert.ok(rogue.given > 0)
})

for (const mode of [
  'silent',
  'dribble',
  'wrong-length',
  'unasked',
  'huge-frame',
  'lying-bitfield',
  'huge-metadata',
  'lying-have',
  'greedy',
  'dribbled-block',
] as const) {
  test(`a rogue peer (${mode}) does not keep a transfer from its end`, async (t) => {
    if (!needs(t, python)) return
    await using folder = await scratch()
    await using tracker = await trackerAt(folder.at('tracker'))
    const bytes = bytesFrom(mode, 4 * mebibyte)
    await put(folder.at('seed', 'file.bin'), bytes)
    await using good = await Libtorrent.start(folder.at('lt'))
    const made = await good.create(folder.at('seed', 'file.bin'), { trackers: [tracker.url], pieceLength: 64 * 1024 })
    await using rogue = await rogueSeed({
      infoHash: made.infoHash,
      bytes,
      pieceLength: 64 * 1024,
      mode,
      tracker: tracker.url,
      host: '127.0.0.2',
    })
    await using kith = await Kith.start(folder.at('kith'))
    const { id } = await kith.add(made.torrent)
    await kith.until(id, () => rogue.connections > 0)
    await good.add({ torrent: made.torrent, folder: folder.at('seed') })
    await kith.complete(id)
    assert.deepEqual(await tree(kith.downloads), await tree(folder.at('seed')))
    const { residentBytes } = await kith.client.call('status')
    assert.ok(residentBytes < 400 * mebibyte, `the daemon has ${residentBytes} bytes of memory`)
  })
}

test('four seeds that have only parts each', async (t) => {
  if (!needs(t, python)) return
  await using folder = await scratch()
  await using tracker = await trackerAt(folder.at('tracker'))
  const size = 16 * mebibyte
  const bytes = bytesFrom('parts', size)
  await put(folder.at('whole', 'file.bin'), bytes)
  await using resources = new AsyncDisposableStack()
  const seeds: Libtorrent[] = []
  for (let n = 0; n < 4; n++) seeds.push(resources.use(await Libtorrent.start(folder.at(`lt${n}`))))
  const { torrent } = await seeds[0]!.create(folder.at('whole', 'file.bin'), {
    trackers: [tracker.url],
    pieceLength: 128 * 1024,
  })
  for (const [n, seed] of seeds.entries()) {
    // Everything but a quarter is zero: what libtorrent checks and finds is that quarter.
    const part = new Uint8Array(size)
    part.set(bytes.subarray((n * size) / 4, ((n + 1) * size) / 4), (n * size) / 4)
    await put(folder.at(`part${n}`, 'file.bin'), part)
    await seed.add({ torrent, folder: folder.at(`part${n}`), only: true })
  }
  await using kith = await Kith.start(folder.at('kith'))
  const { id } = await kith.add(torrent)
  await kith.complete(id)
  assert.deepEqual(await tree(kith.downloads), await tree(folder.at('whole')))
})

test('web seeds alone: a file, and a folder of odd files', async (t) => {
  if (!needs(t, python, 'lighttpd')) return
  await using folder = await scratch()
  await put(folder.at('web', 'one file.bin'), bytesFrom('web', 5 * mebibyte + 77))
  for (const [name, size] of [
    ['a', 100_001],
    ['sub folder/b é.txt', 300_007],
    ['c', 0],
    ['d', 1],
  ] as const) {
    await put(folder.at('web', 'folder', name), bytesFrom(name, size))
  }
  await using server = await WebServer.start(folder.at('lighttpd'), folder.at('web'))
  await using maker = await Libtorrent.start(folder.at('lt'))
  await using kith = await Kith.start(folder.at('kith'))
  const one = await maker.create(folder.at('web', 'one file.bin'), { webSeeds: [`${server.url}one%20file.bin`] })
  const many = await maker.create(folder.at('web', 'folder'), { webSeeds: [server.url] })
  for (const { torrent } of [one, many]) await kith.complete((await kith.add(torrent)).id)
  assert.deepEqual(await tree(kith.downloads), await tree(folder.at('web')))
})

test('a full disk stops the transfer with a fault, and room lets it go on', async (t) => {
  if (!needs(t, python)) return
  if (process.getuid?.() !== 0) return t.skip('needs root, to mount a small tmpfs')
  await using folder = await scratch()
  await using tracker = await trackerAt(folder.at('tracker'))
  const small = folder.at('small')
  await mkdir(small)
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', small])
  try {
    await writeFile(`${small}/ballast`, new Uint8Array(12 * mebibyte))
    await put(folder.at('seed', 'file.bin'), bytesFrom('full', 20 * mebibyte))
    await using seed = await Libtorrent.start(folder.at('lt'))
    const { torrent } = await seed.create(folder.at('seed', 'file.bin'), { trackers: [tracker.url] })
    await seed.add({ torrent, folder: folder.at('seed') })
    await using kith = await Kith.start(folder.at('kith'))
    const { id } = await kith.add(torrent, small)
    const stopped = await kith.until(id, ({ state }) => state === 'trouble')
    assert.equal(stopped.fault?.code, 'disk/full')
    assert.equal(stopped.fault?.kind, 'local')
    await rm(`${small}/ballast`)
    await kith.complete(id)
    assert.deepEqual(await tree(small), await tree(folder.at('seed')))
    await kith.stop()
  } finally {
    execFileSync('umount', ['-l', small])
  }
})

test('a file that was deleted or changed behind its back is noticed on recheck, and fetched again', async (t) => {
  if (!needs(t, python)) return
  await using folder = await scratch()
  await using tracker = await trackerAt(folder.at('tracker'))
  for (const name of ['a', 'b', 'c']) await put(folder.at('seed', 'set', name), bytesFrom(name, 3 * mebibyte))
  await using seed = await Libtorrent.start(folder.at('lt'))
  const { torrent } = await seed.create(folder.at('seed', 'set'), { trackers: [tracker.url], pieceLength: 64 * 1024 })
  await seed.add({ torrent, folder: folder.at('seed') })
  await using kith = await Kith.start(folder.at('kith'))
  const { id } = await kith.add(torrent)
  await kith.complete(id)
  await kith.client.call('pause', { params: { id } })
  const set = `${kith.downloads}/set`
  await rm(`${set}/a`)
  await truncate(`${set}/b`, mebibyte)
  const c = await readFile(`${set}/c`)
  c[5]! ^= 1
  await writeFile(`${set}/c`, c)
  await kith.client.call('recheck', { params: { id } })
  const checked = await kith.until(id, ({ state, had }) => state === 'paused' && had < 9 * mebibyte)
  assert.ok(checked.had >= 3.8 * mebibyte && checked.had < 4.1 * mebibyte, `${checked.had} bytes are still right`)
  await kith.client.call('resume', { params: { id } })
  await kith.complete(id)
  assert.deepEqual(await tree(kith.downloads), await tree(folder.at('seed')))
})

test('an idle daemon rests: less than one percent of a processor, less than 120 MiB of its own', async () => {
  await using folder = await scratch()
  await using kith = await Kith.start(folder.at('kith'))
  const cpuMs = async (): Promise<number> => {
    const text = await readFile(`/proc/${kith.pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    // The kernel counts in hundredths of a second.
    return (Number(fields[11]) + Number(fields[12])) * 10
  }
  const windowMs = 5_000
  // What a start leaves to do may take a while on a busy machine.
  for (const end = Date.now() + 180_000; ;) {
    const before = await cpuMs()
    await sleep(windowMs)
    const used = (await cpuMs()) - before
    if (used < windowMs / 100) break
    assert.ok(Date.now() < end, `it used ${used} ms of ${windowMs}`)
  }
  const ownKib = Number(/^RssAnon:\s+(\d+)/m.exec(await readFile(`/proc/${kith.pid}/status`, 'utf8'))?.[1])
  assert.ok(ownKib > 0 && ownKib < 120 * 1024, `an idle daemon has ${ownKib} KiB of its own`)
})
