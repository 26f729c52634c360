import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { test } from 'node:test'
import { Kith } from '../kith.ts'
import type { Scratch } from '../material.ts'
import { awkwardTree, bytesFrom, put, scratch, tree } from '../material.ts'
import { Aria2 } from '../peers/aria2.ts'
import type { ForeignClient } from '../peers/client.ts'
import { fetched, until } from '../peers/client.ts'
import type { MadeTorrent } from '../peers/libtorrent.ts'
import { Libtorrent } from '../peers/libtorrent.ts'
import { Opentracker } from '../peers/opentracker.ts'
import { needs } from '../peers/process.ts'
import { QBittorrent } from '../peers/qbittorrent.ts'
import { Transmission } from '../peers/transmission.ts'

const size = 24 * 1024 * 1024 + 12_345
const python = '/usr/lib/python3/dist-packages/libtorrent'

const clients: readonly { program: string; start(folder: string): Promise<ForeignClient> }[] = [
  { program: python, start: (folder) => Libtorrent.start(folder) },
  { program: 'transmission-daemon', start: (folder) => Transmission.start(folder) },
  { program: 'aria2c', start: (folder) => Aria2.start(folder) },
  { program: 'qbittorrent-nox', start: (folder) => QBittorrent.start(folder) },
]

/** A tracker of somebody else, and a torrent made by somebody else that it knows. */
async function setting(
  folder: Scratch,
  path: string,
  kind: 'http' | 'udp',
): Promise<MadeTorrent & { tracker: Opentracker } & AsyncDisposable> {
  await using resources = new AsyncDisposableStack()
  const tracker = resources.use(await Opentracker.start(folder.at('tracker')))
  await using maker = await Libtorrent.start(folder.at('maker'))
  const made = await maker.create(path, { trackers: [tracker[kind]] })
  await tracker.allow(made.infoHash)
  const owned = resources.move()
  return { ...made, tracker, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/** Waits until a tracker of Kith counts so many peers. */
async function peersAt(tracker: Kith, peers: number): Promise<void> {
  const counted = async (): Promise<number | undefined> =>
    (await tracker.client.call('network', { params: { id: 'bittorrent' } })).directory?.counts['peers']
  await until(async () => (await counted()) === peers, undefined, counted)
}

for (const { program, start } of clients) {
  const name = program.split('/').at(-1)!

  test(`Kith fetches from ${name}`, async (t) => {
    if (!needs(t, program, python, 'opentracker')) return
    await using folder = await scratch()
    await put(folder.at('seed', 'linux.iso'), bytesFrom(name, size))
    await using made = await setting(folder, folder.at('seed', 'linux.iso'), 'http')
    await using seed = await start(folder.at(name))
    await seed.add({ torrent: made.torrent, folder: folder.at('seed') })
    await fetched(seed)
    await made.tracker.announced(made.infoHash)
    await using kith = await Kith.start(folder.at('kith'))
    const { id } = await kith.add(made.torrent)
    await kith.complete(id)
    assert.deepEqual(await tree(kith.downloads), { 'linux.iso': (await tree(folder.at('seed')))['linux.iso'] })
  })

  test(`${name} fetches from Kith`, async (t) => {
    if (!needs(t, program, python, 'opentracker')) return
    await using folder = await scratch()
    await put(folder.at('seed', 'linux.iso'), bytesFrom(`${name} 2`, size))
    // aria2 has no UDP trackers without its DHT.
    await using made = await setting(folder, folder.at('seed', 'linux.iso'), program === 'aria2c' ? 'http' : 'udp')
    // The leech comes first: Transmission dials no loopback address, so that Kith has to hear of it.
    await using leech = await start(folder.at(name))
    await mkdir(folder.at('leech'))
    await leech.add({ torrent: made.torrent, folder: folder.at('leech') })
    await made.tracker.announced(made.infoHash)
    await using kith = await Kith.start(folder.at('kith'))
    const { id } = await kith.add(made.torrent, folder.at('seed'))
    await fetched(leech)
    assert.deepEqual(await tree(folder.at('leech')), await tree(folder.at('seed')))
    await kith.until(id, ({ up }) => up >= size)
  })

  test(`a folder of awkward files, from Kith to ${name} and back, by the magnet alone and Kith's own tracker`, async (t) => {
    if (!needs(t, program)) return
    await using folder = await scratch()
    await awkwardTree(folder.at('seed', 'awkward'))
    await using tracker = await Kith.start(folder.at('tracker'), [
      'bittorrent.directory=true',
      'bittorrent.directory_port=0',
      'bittorrent.directory_interval=10',
    ])
    const { directory } = await tracker.client.call('network', { params: { id: 'bittorrent' } })
    await using first = await Kith.start(folder.at('first'))
    const { link, transfer } = await first.publish(folder.at('seed', 'awkward'), [directory!.addresses[0]!])
    // Transmission dials no loopback address: Kith rests until the tracker knows of it, and is told of it at once then.
    const dialled = program === 'transmission-daemon'
    if (dialled) {
      await first.client.call('pause', { params: { id: transfer } })
      await peersAt(tracker, 0)
    }
    await using middle = await start(folder.at(name))
    await mkdir(folder.at('middle'))
    await middle.add({ magnet: link, folder: folder.at('middle') })
    if (dialled) {
      await peersAt(tracker, 1)
      await first.client.call('resume', { params: { id: transfer } })
    }
    // About 20 s with Transmission: once it has the description it closes all connections and starts anew, waits to be
    // dialled again, and shows interest only when its clock of 10 s strikes.
    await fetched(middle)
    // Transmission 3.00 makes no empty files.
    const expected = Object.entries(await tree(folder.at('seed'))).filter(
      ([, digest]) => program !== 'transmission-daemon' || !digest.startsWith('0 '),
    )
    assert.deepEqual(await tree(folder.at('middle')), Object.fromEntries(expected))
    // Transmission remembers peers by address alone: at the same one as the first, another daemon is a seed to it.
    if (dialled) return
    await first.stop()
    await using last = await Kith.start(folder.at('last'))
    const { id } = await last.add(link)
    await last.complete(id)
    assert.deepEqual(await tree(last.downloads), await tree(folder.at('seed')))
  })
}
