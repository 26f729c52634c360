import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bittorrent } from '@kith/bittorrent/index.ts'
import type { Settings } from '@kith/bittorrent/settings.ts'
import { encodeInfo } from '@kith/bittorrent/wire/create.ts'
import { encodeHandshake } from '@kith/bittorrent/wire/handshake.ts'
import { emptyHint, encodeHint } from '@kith/bittorrent/wire/hint.ts'
import { bytesOf, digestOf } from '@kith/core/content/digest.ts'
import type { Connection } from '@kith/core/network/net.ts'
import { defaults } from '@kith/core/network/schema.ts'
import { hash } from '@kith/wire/hash/sha.ts'
import type { FetchSubject } from './conformance/fetch.ts'
import { fetchSuite, swarm } from './conformance/fetch.ts'

const pieceLength = 32 * 1024

const subject: FetchSubject<Settings> = {
  network: bittorrent,
  settings: defaults(bittorrent.settings),
  async content(bytes) {
    const pieces: Uint8Array[] = []
    for (let at = 0; at < bytes.length; at += pieceLength)
      pieces.push(hash('sha1', bytes.subarray(at, at + pieceLength)))
    const layout = {
      name: 'file',
      single: true,
      size: bytes.length,
      files: [{ path: ['file'], offset: 0, size: bytes.length }],
    }
    const info = encodeInfo({
      layout,
      pieceLength,
      pieces: Uint8Array.from(pieces.flatMap((one) => [...one])),
      private: false,
    })
    return {
      content: { digests: [digestOf('btih', hash('sha1', info))] },
      // Who begins has nothing but the info-hash, and gets the description from the others (BEP 9).
      hint: (peers, complete) => encodeHint({ ...emptyHint, peers, ...(complete ? { info } : {}) }),
    }
  },
}

fetchSuite(subject)

void test('who is here by a connection of their own is not dialled again, also when they never say where they listen', async () => {
  const { clock, internet, bytes, start, end } = await swarm(subject, 8)
  const { content } = await subject.content(bytes)
  // The smallest id there is: the connection that it opened is the one that both keep.
  const hello = encodeHandshake({
    infoHash: bytesOf(content.digests[0]!),
    peerId: new Uint8Array(20),
    abilities: { extended: false, fast: true, dht: false, v2: false },
  })
  let dialled = 0
  const greet = (connection: Connection): void => {
    connection.open({ receive: () => {}, ended: () => {} })
    connection.send(hello)
  }
  const net = internet.net('10.0.0.9', 6881)
  await net.listen({
    recognise: () => true,
    accept: (connection) => {
      dialled++
      greet(connection)
    },
  })
  const { membership } = await start('10.0.0.1', true, ['10.0.0.9'])
  void net.connect({ host: '10.0.0.1', port: 6881 }).then(greet)
  assert.ok(await clock.until(() => dialled === 1 && membership.health.current.people === 1, 10_000))
  await clock.run(60_000)
  assert.equal(membership.health.current.people, 1)
  assert.equal(dialled, 1)
  await end()
})

void test('a torrent that another network describes differently gets no lane, and its own fault', async () => {
  const { clock, start, end } = await swarm(subject, 9)
  await start('10.0.0.1', true, [])
  const { transfer } = await start('10.0.0.2', false, ['10.0.0.1'])
  transfer.describe({
    layout: { name: 'file', single: true, size: 7, files: [{ path: ['file'], offset: 0, size: 7 }] },
    proofs: [],
  })
  assert.ok(await clock.until(() => transfer.troubles.get('bittorrent')?.code === 'transfer/contradiction', 10_000))
  // Another one comes when it is known already.
  await start('10.0.0.3', true, ['10.0.0.2'])
  await clock.run(30_000)
  assert.deepEqual([...transfer.lanes()], [])
  await end()
})

void test('who is told of its own address dials it once, and nobody else', async () => {
  const { clock, internet, start, end } = await swarm(subject, 10)
  const dialled: string[] = []
  const net = internet.net.bind(internet)
  internet.net = (host, port) => {
    const made = net(host, port)
    return {
      ...made,
      connect(to, options) {
        dialled.push(`${host} ${to.host}`)
        return made.connect(to, options)
      },
    }
  }
  const { membership } = await start('10.0.0.1', false, ['10.0.0.1'])
  await clock.run(3 * 60 * 60_000)
  assert.deepEqual(dialled, ['10.0.0.1 10.0.0.1'])
  assert.equal(membership.health.current.people, 0)
  await end()
})
