import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Fault } from '@kith/core/fault/fault.ts'
import { FaultError } from '@kith/core/fault/fault.ts'
import { encode } from '@kith/wire/bencode.ts'
import { utf8 } from '@kith/wire/bytes.ts'
import {
  announceQuery,
  decodeAnnounced,
  decodeScrape,
  encodeAnnounced,
  encodeScrape,
  parseAnnounceQuery,
  parseScrapeQuery,
  scrapeQuery,
  withQuery,
} from './announce.ts'
import { decodeUdpRequest, decodeUdpResponse, encodeUdpRequest, encodeUdpResponse } from './udp-tracker.ts'
import { scrapeUrl, trackerUrl, udpTracker } from './tracker-url.ts'

const hash = fc.uint8Array({ minLength: 20, maxLength: 20 })
const announce = fc.record({
  infoHash: hash,
  peerId: hash,
  port: fc.integer({ min: 1, max: 65_535 }),
  uploaded: fc.maxSafeNat(),
  downloaded: fc.maxSafeNat(),
  left: fc.maxSafeNat(),
  wanted: fc.nat(1000),
  key: fc.nat(),
  event: fc.constantFrom('started' as const, 'completed' as const, 'stopped' as const),
})

function faultIn(work: () => unknown): Fault | undefined {
  try {
    work()
  } catch (error) {
    if (error instanceof FaultError) return error.fault
    throw error
  }
  return undefined
}

const faultOf = (work: () => unknown): string | undefined => faultIn(work)?.code

test('a tracker reads what we ask, whatever bytes are in it', () => {
  fc.assert(
    fc.property(announce, (of) => {
      const read = parseAnnounceQuery(announceQuery(of))
      for (const name of ['port', 'uploaded', 'downloaded', 'left', 'wanted', 'event'] as const)
        assert.equal(read[name], of[name], name)
      assert.deepEqual([...read.infoHash], [...of.infoHash])
      assert.deepEqual([...read.peerId], [...of.peerId])
    }),
  )
})

test('the query stands behind the one that the address has', () => {
  assert.equal(withQuery('http://t/announce', 'a=1'), 'http://t/announce?a=1')
  assert.equal(withQuery('http://t/announce?pass=x', 'a=1'), 'http://t/announce?pass=x&a=1')
  assert.equal(withQuery('http://t/announce?pass=x&', 'a=1'), 'http://t/announce?pass=x&a=1')
})

test('answers: compact, version 6, and lists of dictionaries', () => {
  const answer = decodeAnnounced(
    encode({
      interval: 900,
      complete: 3,
      incomplete: 4,
      peers: Uint8Array.of(127, 0, 0, 1, 0x1a, 0xe1),
      peers6: new Uint8Array(18).fill(1),
    }),
    0,
  )
  assert.deepEqual(answer.peers, [
    { host: '127.0.0.1', port: 6881 },
    { host: '101:101:101:101:101:101:101:101', port: 257 },
  ])
  assert.deepEqual([answer.interval, answer.seeds, answer.others], [900, 3, 4])
  const list = decodeAnnounced(
    encode({
      interval: 900,
      peers: [
        { ip: '10.0.0.1', port: 5 },
        { ip: 'nonsense', port: 5 },
        { ip: '10.0.0.2', port: 0 },
      ],
    }),
    0,
  )
  assert.deepEqual(list.peers, [{ host: '10.0.0.1', port: 5 }])
})

test('a refusal is told in the words of the tracker, and wild intervals are bounded', () => {
  assert.equal(
    faultOf(() => decodeAnnounced(encode({ 'failure reason': 'no \x07thanks' }), 0)),
    'bittorrent/tracker-refused',
  )
  assert.equal(decodeAnnounced(encode({ interval: 0, peers: '' }), 0).interval, 1_800)
  assert.equal(decodeAnnounced(encode({ interval: 1, peers: '' }), 0).interval, 10)
  assert.equal(decodeAnnounced(encode({ interval: 1e9, peers: '' }), 0).interval, 21_600)
})

test('garbage is a fault, over HTTP and UDP, on both sides', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(4 as const, 6 as const), (bytes, family) => {
      faultOf(() => decodeAnnounced(bytes, 0))
      faultOf(() => decodeUdpRequest(bytes))
      faultOf(() => decodeUdpResponse(bytes, family))
      faultOf(() => parseAnnounceQuery(new TextDecoder('latin1').decode(bytes)))
    }),
  )
  assert.equal(
    faultOf(() => parseAnnounceQuery('info_hash=short&peer_id=x&port=1')),
    'bittorrent/announce',
  )
})

test('what our tracker says is what our client reads', () => {
  const peers = [{ host: '10.1.2.3', port: 7, id: new Uint8Array(20) }]
  for (const compact of [true, false]) {
    const read = decodeAnnounced(
      encodeAnnounced({ interval: 60, minimumInterval: 30, seeds: 1, others: 2, peers, compact, noPeerId: false }),
      0,
    )
    assert.deepEqual(read.peers, [{ host: '10.1.2.3', port: 7 }])
    assert.equal(read.minimumInterval, 30)
  }
  const scraped = encodeScrape([{ infoHash: new Uint8Array(20).fill(65), seeds: 1, others: 2, completed: 3 }])
  assert.equal(
    new TextDecoder().decode(scraped),
    `d5:filesd20:${'A'.repeat(20)}d8:completei1e10:downloadedi3e10:incompletei2eeee`,
  )
  assert.deepEqual(parseScrapeQuery(`info_hash=${'A'.repeat(20)}&info_hash=short`), [utf8('A'.repeat(20))])
})

test('UDP requests and answers come back as they were (BEP 15)', () => {
  fc.assert(
    fc.property(announce, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.nat(), (of, connection, transaction) => {
      const read = decodeUdpRequest(encodeUdpRequest({ kind: 'announce', transaction, connection, path: '/x', ...of }))
      assert.ok(read.kind === 'announce')
      assert.deepEqual(
        { ...read, infoHash: [...read.infoHash], peerId: [...read.peerId], path: '/x' },
        {
          kind: 'announce',
          transaction,
          connection,
          ...of,
          path: '/x',
          infoHash: [...of.infoHash],
          peerId: [...of.peerId],
        },
      )
    }),
  )
  const connect = encodeUdpRequest({ kind: 'connect', transaction: 0x01020304 })
  assert.equal(connect.toHex(), '00000417271019800000000001020304')
  const peers = [{ host: '1.2.3.4', port: 5 }]
  const answer = decodeUdpResponse(
    encodeUdpResponse({ kind: 'announce', transaction: 9, announced: { interval: 60, seeds: 1, others: 2, peers } }, 4),
    4,
  )
  assert.deepEqual(answer, {
    kind: 'announce',
    transaction: 9,
    announced: { interval: 60, seeds: 1, others: 2, peers },
  })
  const refusal = decodeUdpResponse(encodeUdpResponse({ kind: 'error', transaction: 9, message: utf8('no') }, 4), 4)
  assert.ok(refusal.kind === 'error' && new TextDecoder().decode(refusal.message) === 'no')
})

test('addresses of trackers', () => {
  assert.equal(trackerUrl(' http://t.example/announce '), 'http://t.example/announce')
  for (const bad of ['', 'ftp://t/', 'wss://t/', 'http://', 'udp:t'])
    assert.equal(
      faultOf(() => trackerUrl(bad)),
      'bittorrent/tracker-url',
      bad,
    )
  assert.deepEqual(udpTracker('udp://[::1]:80/x?y'), { host: '::1', port: 80, path: '/x?y' })
  assert.equal(udpTracker('http://t/'), undefined)
})

test('a tracker that refuses says when to come back (BEP 31), in every form that is seen', () => {
  const retryAt = (wish: unknown): number | undefined =>
    faultIn(() => decodeAnnounced(encode({ 'failure reason': 'busy', 'retry in': wish as string }), 1_000_000))?.retryAt
  assert.equal(retryAt(5), 1_300_000)
  assert.equal(retryAt('5'), 1_300_000)
  assert.equal(retryAt('never'), Infinity)
  assert.equal(retryAt(1e9), 1_000_000 + 21_600_000)
  for (const nonsense of [0, -1, 'soon', '', []]) assert.equal(retryAt(nonsense), undefined)
})

test('a scrape is asked beside the announce, and read for one torrent (BEP 48)', () => {
  assert.equal(scrapeUrl('http://a.example/x/announce?key=1'), 'http://a.example/x/scrape?key=1')
  assert.equal(scrapeUrl('http://a.example/announce.php'), 'http://a.example/scrape.php')
  assert.equal(scrapeUrl('http://a.example/a'), undefined)
  assert.equal(scrapeUrl('http://a.example/announce/x'), undefined)
  const infoHash = Uint8Array.from({ length: 20 }, (_, i) => i * 13)
  const answer = encodeScrape([{ infoHash, seeds: 3, others: 4, completed: 5 }])
  assert.deepEqual(decodeScrape(answer, infoHash), { seeds: 3, others: 4, completed: 5 })
  assert.equal(decodeScrape(answer, new Uint8Array(20)), undefined)
  assert.equal(
    faultOf(() => decodeScrape(encode({ 'failure reason': 'no' }), infoHash)),
    'bittorrent/tracker-refused',
  )
  assert.deepEqual(parseScrapeQuery(scrapeQuery(infoHash)), [infoHash])
})
