import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Choker } from './choker.ts'
import { metadataPieceSize } from '../wire/extended.ts'
import { MetadataFetch } from './metadata.ts'
import { OwnAddresses } from './own-addresses.ts'
import { PeerBook } from './peer-book.ts'
import { Exchange } from './exchange.ts'
import type { Session } from './session.ts'
import { Hours } from '@kith/core/network/test-kit/hours.ts'
import { peerKey } from './peer-key.ts'
import { twins } from './twins.ts'
import { RequestWindow } from './request-window.ts'
import { hash } from '@kith/wire/hash/sha.ts'

const random = { number: () => 0, bytes: (length: number) => new Uint8Array(length) }

function candidate(
  worth: number,
  more: { interested?: boolean; snubbed?: boolean; choked?: boolean; unchokedAt?: number } = {},
): { interested: boolean; choked: boolean; worth: number; unchokedAt: number; snubbed: boolean } {
  return { interested: true, choked: true, worth, unchokedAt: 0, snubbed: false, ...more }
}

test('the choker gives slots to the best, and one by chance to another for half a minute', () => {
  const choker = new Choker<ReturnType<typeof candidate>>(random)
  const peers = [5, 1, 4, 2, 3].map((worth) => candidate(worth))
  const first = choker.choose(peers, 3, false, 0)
  assert.deepEqual(
    [...first].map(({ worth }) => worth),
    [5, 4, 1],
  )
  assert.deepEqual(choker.choose(peers, 3, false, 29_000), first, 'the optimistic one keeps its slot')
  assert.deepEqual(
    [...choker.choose(peers, 3, false, 31_000)].map(({ worth }) => worth),
    [5, 4, 2],
  )
})

test('who is not interested gets nothing, and who keeps us waiting comes last', () => {
  const choker = new Choker<ReturnType<typeof candidate>>(random)
  const chosen = choker.choose(
    [candidate(9, { interested: false }), candidate(8, { snubbed: true }), candidate(1)],
    1,
    false,
    0,
  )
  assert.deepEqual(
    [...chosen].map(({ worth }) => worth),
    [1],
  )
})

test('while only giving, slots go round: whoever waited longest is next', () => {
  const choker = new Choker<ReturnType<typeof candidate>>(random)
  const now = 200_000
  const peers = [
    candidate(9, { unchokedAt: now - 61_000, choked: false }),
    candidate(0, { unchokedAt: now - 150_000 }),
    candidate(5, { unchokedAt: now - 10_000, choked: false }),
  ]
  const chosen = [...choker.choose(peers, 2, true, now)]
  assert.ok(chosen.includes(peers[2]!), 'its turn is not over')
})

test('the book gives the promising first, waits after failures, and forgets no ban', () => {
  const book = new PeerBook(new OwnAddresses())
  const [a, b] = [
    { host: '10.0.0.1', port: 1 },
    { host: '10.0.0.2', port: 2 },
  ]
  assert.equal(book.add(a, 'tracker'), true)
  assert.equal(book.add(a, 'exchange'), false)
  assert.equal(book.add({ host: '10.0.0.3', port: 0 }, 'tracker'), false)
  assert.deepEqual(book.take(0, true), a)
  assert.equal(book.take(0, true), undefined)
  book.done(a, { kind: 'unreachable' }, 0)
  assert.equal(book.take(14_999, true), undefined)
  book.add(b, 'tracker')
  book.ban(b)
  assert.deepEqual(book.take(15_000, true), a)
  assert.equal(book.banned(b), true)
})

test('the request window grows while the rate does, follows delay × rate, and shrinks to one when snubbed', () => {
  const window = new RequestWindow()
  assert.equal(window.size(2_000), 32)
  for (let block = 0; block < 500; block++) window.arrived(10)
  window.tick(8_000_000)
  assert.equal(window.size(2_000), 532)
  assert.equal(window.size(250), 250, 'never more than the peer accepts')
  window.tick(8_000_000)
  window.tick(100_000)
  for (let second = 0; second < 30; second++) window.tick(100_000)
  assert.ok(window.size(2_000) < 10)
  window.snub()
  assert.equal(window.size(2_000), 1)
  window.arrived(undefined)
  assert.ok(window.size(2_000) >= 4)
})

test('metadata comes from one peer, in pieces that were asked for, and has to be the right one', () => {
  const info = Uint8Array.from({ length: metadataPieceSize * 2 + 5 }, (_, at) => at)
  const fetch = new MetadataFetch(info.length)
  assert.equal(fetch.add(0, info.subarray(0, metadataPieceSize)), false, 'not asked yet')
  assert.deepEqual(fetch.next(), [0, 1, 2])
  assert.equal(fetch.add(2, new Uint8Array(4)), false, 'wrong length')
  for (const piece of [2, 0, 1])
    assert.equal(fetch.add(piece, info.subarray(piece * metadataPieceSize, (piece + 1) * metadataPieceSize)), true)
  assert.equal(fetch.complete, true)
  assert.deepEqual(fetch.verified(hash('sha1', info)), info)
  assert.equal(fetch.verified(new Uint8Array(20)), undefined)
})

test('a peer is blamed by its address, and on loopback by its id too', () => {
  assert.equal(peerKey({ host: '192.0.2.1', port: 5 }, new Uint8Array(2)), '192.0.2.1')
  assert.equal(peerKey({ host: '127.0.0.1', port: 5 }, Uint8Array.of(1, 2)), '127.0.0.1/0102')
})

test('hearsay comes after what trackers tell, and makes room for it', () => {
  const book = new PeerBook(new OwnAddresses())
  const at = (net: number, host: number): { host: string; port: number } => ({
    host: `198.${net}.${host >> 8}.${host & 255}`,
    port: 80,
  })
  for (let host = 0; host < 4_000; host++) assert.equal(book.add(at(51, host), 'exchange'), true)
  assert.equal(book.add(at(51, 4_000), 'exchange'), false)
  const [known, news] = [at(51, 17), at(18, 1)]
  assert.equal(book.add(news, 'tracker'), true)
  assert.equal(book.add(known, 'tracker'), false)
  assert.equal(book.size, 4_000)
  assert.deepEqual(
    [book.take(0, true), book.take(0, true)].sort((a, b) => a!.host.localeCompare(b!.host)),
    [news, known],
  )
})

test('a tracker that tells again of one that failed has it dialled sooner', () => {
  const book = new PeerBook(new OwnAddresses())
  const peer = { host: '192.0.2.1', port: 1 }
  book.add(peer, 'tracker')
  for (let now = 0, failures = 0; failures < 5; now += 3_600_000, failures++) {
    assert.deepEqual(book.take(now, true), peer)
    book.done(peer, { kind: 'unreachable' }, 0)
  }
  assert.equal(book.take(239_999, true), undefined)
  book.add(peer, 'exchange')
  assert.equal(book.take(239_999, true), undefined)
  book.add(peer, 'tracker')
  assert.equal(book.take(119_999, true), undefined)
  assert.deepEqual(book.take(120_000, true), peer)
})

test('a peer that tells of too many is believed no more than others, and again after a while', () => {
  const clock = new Hours()
  const exchange = new Exchange(clock)
  const session = { connection: { remote: { host: '192.0.2.1', port: 1 } } } as Session
  const crowd = Array.from({ length: 150 }, (_, at) => ({ host: `198.51.100.${at}`, port: 80 }))
  const heard = (): number => exchange.believed(session, crowd).length
  assert.deepEqual([heard(), heard(), heard()], [150, 50, 0])
  clock.go(30_000)
  assert.deepEqual([heard(), heard()], [100, 0])
  clock.go(24 * 3_600_000)
  assert.deepEqual([heard(), heard(), heard()], [150, 50, 0])
})

test('of two connections with one peer both sides keep the same; nobody cuts off another by coming with its id', () => {
  const [small, large] = [new Uint8Array(20).fill(1), new Uint8Array(20).fill(2)]
  const session = (remoteId: Uint8Array, incoming: boolean, host: string): Session =>
    ({ talk: { stage: 'open', remoteId }, connection: { incoming, remote: { host, port: 1 } } }) as unknown as Session
  const kept = (ours: Uint8Array, older: Session, newer: Session): Session | undefined =>
    twins(newer, [older, newer], ours)?.kept
  const [out, incoming] = [session(small, false, '10.0.0.1'), session(small, true, '10.0.0.1')]
  for (const [older, newer] of [
    [out, incoming],
    [incoming, out],
  ] as const)
    assert.equal(kept(large, older, newer), incoming)
  const [ourOut, ourIncoming] = [session(large, false, '10.0.0.1'), session(large, true, '10.0.0.1')]
  assert.equal(kept(small, ourIncoming, ourOut), ourOut)
  for (const ours of [small, large]) {
    const id = ours === small ? large : small
    const here = session(id, true, '10.0.0.1')
    const thief = session(id, true, '10.0.0.66')
    const again = session(id, true, '10.0.0.1')
    assert.equal(kept(ours, here, thief), here)
    assert.equal(kept(ours, here, again), again)
  }
})
