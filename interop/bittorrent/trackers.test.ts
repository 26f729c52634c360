import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { createSocket } from 'node:dgram'
import { test } from 'node:test'
import { Kith } from '../kith.ts'
import { bytesFrom, put, scratch, tree } from '../material.ts'
import { Aria2 } from '../peers/aria2.ts'
import { fetched, until } from '../peers/client.ts'
import { Libtorrent } from '../peers/libtorrent.ts'
import { needs } from '../peers/process.ts'
import { QBittorrent } from '../peers/qbittorrent.ts'

const size = 8 * 1024 * 1024 + 321
const python = '/usr/lib/python3/dist-packages/libtorrent'

const pairs = [
  { kind: 'HTTP', address: 0, program: 'aria2c', start: (folder: string) => Aria2.start(folder) },
  { kind: 'UDP', address: 1, program: 'qbittorrent-nox', start: (folder: string) => QBittorrent.start(folder) },
] as const

for (const { kind, address, program, start } of pairs) {
  test(`libtorrent and ${program} find each other through Kith's tracker alone, over ${kind}`, async (t) => {
    if (!needs(t, python, program)) return
    await using folder = await scratch()
    await put(folder.at('seed', 'linux.iso'), bytesFrom(kind, size))
    await using kith = await Kith.start(folder.at('kith'), [
      'bittorrent.directory_port=0',
      'bittorrent.directory_interval=10',
    ])
    const on = await kith.client.call('switchDirectory', { params: { id: 'bittorrent' }, body: { on: true } })
    await using seed = await Libtorrent.start(folder.at('libtorrent'))
    const made = await seed.create(folder.at('seed', 'linux.iso'), { trackers: [on.directory!.addresses[address]!] })
    await seed.add({ torrent: made.torrent, folder: folder.at('seed') })
    await fetched(seed)
    await using leech = await start(folder.at('leech'))
    await mkdir(folder.at('fetched'))
    await leech.add({ torrent: made.torrent, folder: folder.at('fetched') })
    await fetched(leech)
    assert.deepEqual(await tree(folder.at('fetched')), await tree(folder.at('seed')))
    await until(async () => {
      const { directory } = await kith.client.call('network', { params: { id: 'bittorrent' } })
      return directory!.counts['torrents'] === 1 && directory!.counts['peers'] === 2
    })
  })
}

interface BadTracker extends AsyncDisposable {
  readonly url: string
}

async function badHttp(listener: RequestListener): Promise<BadTracker> {
  const server = createHttpServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/announce`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Takes connections and says nothing, or closes them at once. */
async function badTcp(closes: boolean): Promise<BadTracker> {
  const sockets = new Set<{ destroy(): void }>()
  const server = createServer((socket) => {
    socket.on('error', () => {})
    if (closes) socket.destroy()
    else sockets.add(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/announce`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Answers every datagram with bytes that are no answer. */
async function badUdp(): Promise<BadTracker> {
  const socket = createSocket('udp4')
  socket.on('message', (_, from) => socket.send(Buffer.from('no tracker here'), from.port, from.address))
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  return {
    url: `udp://127.0.0.1:${socket.address().port}/announce`,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => socket.close(() => resolve())),
  }
}

test('trackers that answer garbage, lead in circles, dribble, or never answer are told of, and the next one is asked', async (t) => {
  if (!needs(t, python)) return
  await using folder = await scratch()
  await using resources = new AsyncDisposableStack()
  const bad = {
    garbage: resources.use(await badHttp((_, response) => response.end('<html>Welcome to our tracker</html>'))),
    endless: resources.use(
      await badHttp((_, response) => {
        response.on('error', () => {})
        const more = (): void =>
          void (response.destroyed || !response.write(Buffer.alloc(65_536, 'd')) ? 0 : setImmediate(more))
        response.on('drain', more)
        more()
      }),
    ),
    circle: resources.use(
      await badHttp((request, response) =>
        response.writeHead(302, { location: request.url!.startsWith('/a') ? '/b' : '/a' }).end(),
      ),
    ),
    missing: resources.use(await badHttp((_, response) => response.writeHead(404).end('gone'))),
    refuses: resources.use(await badHttp((_, response) => response.end('d14:failure reason9:no, nevere'))),
    closes: resources.use(await badTcp(true)),
    silent: resources.use(await badTcp(false)),
    udp: resources.use(await badUdp()),
  }
  await put(folder.at('seed', 'linux.iso'), bytesFrom('bad trackers', size))
  await using good = await Kith.start(folder.at('tracker'), [
    'bittorrent.directory=true',
    'bittorrent.directory_port=0',
    'bittorrent.directory_interval=10',
  ])
  const { directory } = await good.client.call('network', { params: { id: 'bittorrent' } })
  await using seed = await Libtorrent.start(folder.at('libtorrent'))
  const made = await seed.create(folder.at('seed', 'linux.iso'), { trackers: [directory!.addresses[0]!] })
  await seed.add({ torrent: made.torrent, folder: folder.at('seed') })
  await fetched(seed)

  await using kith = await Kith.start(folder.at('kith'))
  const trackers = [...Object.values(bad).map(({ url }) => url), directory!.addresses[0]!]
  const { id } = await kith.add(
    `magnet:?xt=urn:btih:${made.infoHash}${trackers.map((url) => `&tr=${encodeURIComponent(url)}`).join('')}`,
  )
  await kith.complete(id)
  assert.deepEqual(await tree(kith.downloads), await tree(folder.at('seed')))
  // The good one may answer before some of the bad ones do.
  const told = [bad.garbage, bad.endless, bad.circle, bad.missing, bad.refuses]
  const { gateways } = await kith.until(id, (transfer) =>
    told.every(({ url }) => transfer.gateways.some(({ address, fault }) => address === url && fault !== undefined)),
  )
  const codes = new Map(gateways.map(({ address, fault }) => [address, fault?.code]))
  assert.equal(codes.get(bad.garbage.url), 'bittorrent/tracker-garbage')
  assert.equal(codes.get(bad.endless.url), 'bittorrent/tracker-garbage')
  assert.equal(codes.get(bad.circle.url), 'http/redirect-circle')
  assert.equal(codes.get(bad.missing.url), 'bittorrent/tracker-status')
  assert.equal(codes.get(bad.refuses.url), 'bittorrent/tracker-refused')
  assert.equal(codes.get(directory!.addresses[0]!), undefined)
  assert.equal((await kith.client.call('status')).problems.length, 0)
})

test('a tracker that is taken away from a transfer counts us no more, over HTTP and UDP', async () => {
  await using folder = await scratch()
  await using tracker = await Kith.start(folder.at('tracker'), [
    'bittorrent.directory=true',
    'bittorrent.directory_port=0',
  ])
  const directory = async (): Promise<{ addresses: readonly string[]; counts: Readonly<Record<string, number>> }> =>
    (await tracker.client.call('network', { params: { id: 'bittorrent' } })).directory!
  const { addresses } = await directory()
  await using kith = await Kith.start(folder.at('kith'))
  for (const address of [addresses[0]!, addresses[1]!]) {
    const { id } = await kith.add(
      `magnet:?xt=urn:btih:${address.startsWith('udp') ? '6'.repeat(40) : '7'.repeat(40)}&tr=${encodeURIComponent(address)}`,
    )
    await until(async () => (await directory()).counts['peers'] === 1)
    await kith.client.call('removeGateway', { params: { id }, query: { address } })
    await until(async () => (await directory()).counts['peers'] === 0)
    assert.deepEqual((await kith.transfer(id)).gateways, [])
  }
})
