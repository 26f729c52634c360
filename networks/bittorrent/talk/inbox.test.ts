import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Bitfield } from '@kith/wire/bitfield.ts'
import { concat, utf8 } from '@kith/wire/bytes.ts'
import type { PeerMessage } from '../wire/peer.ts'
import { encodeMessage } from '../wire/peer.ts'
import { encodeExchange, encodeExtendedHandshake } from '../wire/extended.ts'
import { PeerTalk } from './peer-talk.ts'
import type { PeerEvent } from './peer-talk.ts'
import { delivered, drain, handshakeOf, hear, opened, pieces, setup } from './test-kit/talks.ts'

const raw = (hex: string): Uint8Array => Uint8Array.fromHex(hex.replaceAll(' ', ''))

function faultOf(
  message: PeerMessage | Uint8Array,
  peer: { fast?: boolean; extended?: boolean } = {},
): string | undefined {
  const talk = opened({}, peer)
  talk.receive(message instanceof Uint8Array ? message : encodeMessage(message), 0)
  const { closed } = drain(talk)
  assert.equal(closed === undefined || closed.kind === 'peer', true)
  return closed?.code
}

test('choking, interest and pieces are told as they change', () => {
  const talk = opened()
  assert.equal(talk.choked, true)
  assert.deepEqual(hear(talk, { kind: 'unchoke' }).events, [{ kind: 'unchoked' }])
  assert.deepEqual(hear(talk, { kind: 'unchoke' }).events, [])
  assert.equal(talk.choked, false)
  assert.deepEqual(hear(talk, { kind: 'interested' }).events, [{ kind: 'interested' }])
  assert.equal(talk.interested, true)
  assert.deepEqual(hear(talk, { kind: 'notInterested' }).events, [{ kind: 'notInterested' }])
  assert.deepEqual(hear(talk, { kind: 'bitfield', bits: raw('8000') }).events, [{ kind: 'haves' }])
  assert.deepEqual(hear(talk, { kind: 'have', piece: 9 }).events, [{ kind: 'have', piece: 9 }])
  assert.deepEqual(hear(talk, { kind: 'have', piece: 9 }).events, [])
  assert.deepEqual([...talk.have!], [0, 9])
})

test('messages of extensions that nobody negotiated are passed over', () => {
  const talk = opened()
  assert.deepEqual(hear(talk, { kind: 'port', port: 6881 }).events, [])
  talk.receive(raw('00000003 15 0000'), 0)
  assert.deepEqual(hear(talk, { kind: 'extended', id: 77, payload: utf8('garbage') }).events, [])
  assert.equal(talk.stage, 'open')
})

const faults: readonly [name: string, message: PeerMessage | Uint8Array, code: string | undefined][] = [
  ['a have beyond the last piece', { kind: 'have', piece: 10 }, 'bittorrent/piece-range'],
  ['a short bitfield', { kind: 'bitfield', bits: raw('ff') }, 'bittorrent/bitfield'],
  ['a long bitfield', { kind: 'bitfield', bits: raw('ffc000') }, 'bittorrent/message-too-long'],
  ['spare bits', { kind: 'bitfield', bits: raw('fff0') }, 'bittorrent/bitfield'],
  ['a request beyond the last piece', { kind: 'request', piece: 10, begin: 0, length: 1 }, 'bittorrent/piece-range'],
  ['a request over the end', { kind: 'request', piece: 9, begin: 4_000, length: 1_001 }, 'bittorrent/block-range'],
  ['a request of nothing', { kind: 'request', piece: 9, begin: 0, length: 0 }, 'bittorrent/request-length'],
  ['a request to the very end', { kind: 'request', piece: 9, begin: 4_000, length: 1_000 }, undefined],
  ['a cancel over the end', { kind: 'cancel', piece: 0, begin: 32_768, length: 1 }, 'bittorrent/block-range'],
  [
    'a reject over the end',
    { kind: 'reject', piece: 0, begin: 2 ** 32 - 1, length: 2 ** 32 - 1 },
    'bittorrent/block-range',
  ],
  ['an allowed piece beyond the last', { kind: 'allowedFast', piece: 10 }, 'bittorrent/piece-range'],
  ['a word with a tail', raw('00000002 00 00'), 'bittorrent/message-length'],
  ['a short have', raw('00000003 04 0000'), 'bittorrent/message-length'],
  ['a piece without a place', raw('00000005 07 00000000'), 'bittorrent/message-length'],
  ['a message of 2 GiB', raw('80000000 04'), 'bittorrent/message-too-long'],
  ['a block over 128 KiB', raw('00020010 07'), 'bittorrent/message-too-long'],
  ['an extended message over 1 MiB', raw('00100001 14'), 'bittorrent/message-too-long'],
  [
    'an extended handshake that is no dictionary',
    { kind: 'extended', id: 0, payload: utf8('le') },
    'bittorrent/extension',
  ],
  ['a handshake of open lists', { kind: 'extended', id: 0, payload: utf8('l'.repeat(9_000)) }, 'bencode/too-deep'],
  [
    'metadata of 2 GiB',
    {
      kind: 'extended',
      id: 0,
      payload: encodeExtendedHandshake({ extensions: { ut_metadata: 1 }, metadataSize: 2 ** 31 }),
    },
    'bittorrent/metadata-too-long',
  ],
  [
    'a piece of metadata far away',
    { kind: 'extended', id: 2, payload: utf8('d8:msg_typei0e5:piecei4096ee') },
    'bittorrent/metadata-range',
  ],
  [
    'a negative piece of metadata',
    { kind: 'extended', id: 2, payload: utf8('d8:msg_typei0e5:piecei-1ee') },
    'bittorrent/extension',
  ],
  ['a lost piece beyond the last', { kind: 'extended', id: 3, payload: raw('0000000a') }, 'bittorrent/piece-range'],
  ['upload-only in two bytes', { kind: 'extended', id: 4, payload: raw('0001') }, 'bittorrent/extension'],
]

for (const [name, message, code] of faults) {
  test(`${name}: ${code ?? 'in order'}`, () => assert.equal(faultOf(message, { extended: true }), code))
}

test('a request over 128 KiB is a fault, whatever the piece length', () => {
  const talk = opened({ pieceCount: 1, pieceLength: 1 << 20, size: 1 << 20 })
  talk.receive(encodeMessage({ kind: 'request', piece: 0, begin: 0, length: 131_072 }), 0)
  assert.equal(drain(talk).events.length, 1)
  talk.receive(encodeMessage({ kind: 'request', piece: 0, begin: 0, length: 131_073 }), 0)
  assert.equal(drain(talk).closed?.code, 'bittorrent/request-length')
})

test('what is told of the pieces last counts, also a bitfield after single pieces, as aria2 sends it', () => {
  for (const first of [{ kind: 'haveAll' }, { kind: 'haveNone' }, { kind: 'have', piece: 1 }] as const) {
    const talk = opened()
    hear(talk, first)
    assert.equal(hear(talk, { kind: 'bitfield', bits: raw('8000') }).closed, undefined)
    assert.deepEqual([talk.have?.get(0), talk.have?.get(1), talk.have?.count], [true, false, 1])
  }
})

test('telling of all pieces again and again ends the talk', () => {
  const talk = opened()
  talk.receive(concat(Array.from({ length: 16 }, () => encodeMessage({ kind: 'haveAll' }))), 0)
  assert.equal(talk.stage, 'open')
  assert.equal(hear(talk, { kind: 'haveNone' }).closed?.code, 'bittorrent/flood')
})

test('fast messages of a peer that does not speak it are a fault', () => {
  for (const kind of ['haveAll', 'haveNone'] as const)
    assert.equal(faultOf({ kind }, { fast: false }), 'bittorrent/fast')
  assert.equal(faultOf({ kind: 'suggest', piece: 0 }, { fast: false }), 'bittorrent/fast')
  assert.equal(faultOf({ kind: 'reject', piece: 0, begin: 0, length: 1 }, { fast: false }), 'bittorrent/fast')
})

test('without the metadata its words about pieces are kept and judged later', () => {
  const unknown = { pieceCount: undefined, pieceLength: undefined, size: undefined }
  const say = (messages: readonly PeerMessage[]): PeerTalk => {
    const talk = opened(unknown)
    for (const message of messages) assert.deepEqual(hear(talk, message).events, [])
    talk.setPieces(pieces.pieceCount, pieces.pieceLength, pieces.size)
    return talk
  }
  const good = say([
    { kind: 'bitfield', bits: raw('8000') },
    { kind: 'have', piece: 9 },
  ])
  assert.deepEqual([...good.have!], [0, 9])
  const all = say([{ kind: 'haveAll' }])
  assert.equal(all.haveAll && all.have!.isFull, true)
  const single = say([{ kind: 'have', piece: 3 }])
  assert.deepEqual([...single.have!], [3])
  assert.equal(drain(say([{ kind: 'bitfield', bits: raw('800000') }])).closed?.code, 'bittorrent/bitfield')
  assert.equal(drain(say([{ kind: 'bitfield', bits: raw('8001') }])).closed?.code, 'bittorrent/piece-range')
  assert.equal(drain(say([{ kind: 'have', piece: 10 }])).closed?.code, 'bittorrent/piece-range')
  assert.equal(drain(say([{ kind: 'have', piece: 3_000_000 }])).closed?.code, 'bittorrent/piece-range')
  assert.equal(hear(opened(unknown), { kind: 'have', piece: 2 ** 32 - 1 }).closed?.code, 'bittorrent/piece-range')
})

test('without the metadata a peer with the fast extension hears that we have nothing, and later what came', () => {
  const talk = new PeerTalk({
    role: 'dial',
    setup: setup({ pieceCount: undefined, pieceLength: undefined, size: undefined }),
    now: 0,
  })
  drain(talk)
  talk.receive(handshakeOf(), 0)
  assert.deepEqual(drain(talk).sent, raw('00000001 0f'))
  talk.setPieces(pieces.pieceCount, pieces.pieceLength, pieces.size)
  const have = new Bitfield(10)
  have.set(7)
  talk.tellHave(have)
  assert.deepEqual(drain(talk).sent, raw('00000005 04 00000007'))
})

test('more than 2,000 waiting requests are rejected with the fast extension, and a fault without', () => {
  let waiting = 1_999
  const blocks = { ...setup().blocks, waiting: () => waiting }
  const request = { kind: 'request', piece: 1, begin: 0, length: 16_384 } as const
  const fast = opened({ blocks })
  assert.equal(hear(fast, request).events.length, 1)
  waiting = 2_000
  assert.deepEqual(hear(fast, request), {
    events: [],
    sent: raw('0000000d 10 00000001 00000000 00004000'),
    closed: undefined,
    sends: 1,
  })
  const slow = opened({ blocks }, { fast: false })
  slow.unchoke()
  assert.equal(hear(slow, request).closed?.code, 'bittorrent/request-flood')
})

test('requests that come in one read count too', () => {
  const talk = opened()
  talk.unchoke()
  talk.receive(
    concat(Array.from({ length: 2_001 }, () => encodeMessage({ kind: 'request', piece: 1, begin: 0, length: 5 }))),
    0,
  )
  const { events, sent } = drain(talk)
  assert.equal(events.length, 2_000)
  assert.equal(sent.length, 5 + 17)
})

test('metadata is given three times over, and not all at once', () => {
  const talk = opened({ metadataSize: 16_384 }, { extended: true })
  hear(talk, { kind: 'extended', id: 0, payload: encodeExtendedHandshake({ extensions: { ut_metadata: 1 } }) })
  const ask = encodeMessage({ kind: 'extended', id: 2, payload: utf8('d8:msg_typei0e5:piecei0ee') })
  talk.receive(concat(Array.from({ length: 65 }, () => ask)), 0)
  const first = drain(talk)
  assert.equal(first.events.length, 64)
  assert.deepEqual(first.sent.subarray(6), utf8('d8:msg_typei2e5:piecei0ee'))
  talk.receive(concat([ask, ask, ask]), 0)
  assert.equal(drain(talk).events.length, 2)
})

test('blocks that nobody asked for are passed over, counted, and end the talk in the end', () => {
  const none = { place: () => undefined, delivered: () => assert.fail('nothing was placed'), waiting: () => 0 }
  const talk = opened({ blocks: none })
  const junk = encodeMessage({ kind: 'piece', piece: 0, begin: 0, block: new Uint8Array(16_384) })
  for (let count = 0; count < 16; count++) talk.receive(junk, 0)
  assert.equal(talk.unwanted, 16 * 16_384)
  assert.equal(talk.stage, 'open')
  talk.receive(junk, 0)
  assert.equal(drain(talk).closed?.code, 'bittorrent/not-asked')
})

test('an abandoned block is passed over to its end', () => {
  const world = setup()
  const talk = new PeerTalk({ role: 'dial', setup: world, now: 0 })
  talk.receive(handshakeOf(), 0)
  talk.request(0, 0, 100)
  talk.request(0, 100, 100)
  const first = encodeMessage({ kind: 'piece', piece: 0, begin: 0, block: new Uint8Array(100).fill(1) })
  const second = encodeMessage({ kind: 'piece', piece: 0, begin: 100, block: new Uint8Array(100).fill(2) })
  talk.receive(first.subarray(0, 50), 0)
  talk.abandon()
  talk.receive(concat([first.subarray(50), second]), 0)
  assert.deepEqual(world[delivered], [{ piece: 0, begin: 100, length: 100, bytes: new Uint8Array(100).fill(2) }])
  assert.equal(talk.unwanted, 100)
  assert.equal(talk.received, 100)
})

test('memory of the wrong length is not written to', () => {
  const short = new Uint8Array(10)
  const blocks = { place: () => short, delivered: () => assert.fail('not whole'), waiting: () => 0 }
  const talk = opened({ blocks })
  hear(talk, { kind: 'piece', piece: 0, begin: 0, block: new Uint8Array(20).fill(9) })
  assert.deepEqual(short, new Uint8Array(10))
  assert.equal(talk.unwanted, 20)
})

const block = fc.record({ piece: fc.nat(8), begin: fc.nat(16_384), length: fc.integer({ min: 1, max: 16_384 }) })
const message: fc.Arbitrary<PeerMessage> = fc.oneof(
  fc.constantFrom('choke', 'unchoke', 'interested', 'notInterested', 'keepAlive').map((kind) => ({ kind })),
  fc.tuple(fc.constantFrom('have', 'suggest', 'allowedFast'), fc.nat(9)).map(([kind, piece]) => ({ kind, piece })),
  fc.tuple(fc.constantFrom('request', 'cancel', 'reject'), block).map(([kind, of]) => ({ kind, ...of })),
  fc.record({
    kind: fc.constant('piece' as const),
    piece: fc.nat(9),
    begin: fc.nat(100),
    block: fc.uint8Array({ maxLength: 700 }),
  }),
  fc.constant({ kind: 'extended', id: 1, payload: encodeExchange({ added: [], dropped: [] }) } as const),
  fc.constant({ kind: 'port', port: 1 } as const),
)

function run(
  stream: Uint8Array,
  cuts: readonly number[],
): { events: PeerEvent[]; blocks: unknown; fault: string | undefined } {
  const world = setup()
  const talk = new PeerTalk({ role: 'accept', setup: world, now: 0 })
  const edges = [...new Set(cuts.map((cut) => cut % (stream.length + 1)))].sort((a, b) => a - b)
  // The socket's buffer is used again for each read.
  const buffer = new Uint8Array(stream.length)
  let from = 0
  for (const to of [...edges, stream.length]) {
    buffer.fill(0xee)
    buffer.set(stream.subarray(from, to))
    talk.receive(buffer.subarray(0, to - from), 0)
    from = to
  }
  const { events, closed } = drain(talk)
  return { events, blocks: world[delivered], fault: closed?.code }
}

test('any cutting of a stream gives the same events and the same bytes', () => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 30 }), fc.array(fc.nat(), { maxLength: 40 }), (messages, cuts) => {
      const stream = concat([handshakeOf(), ...messages.map(encodeMessage)])
      const whole = run(stream, [])
      assert.equal(whole.fault, undefined)
      assert.deepEqual(run(stream, cuts), whole)
      assert.deepEqual(run(stream, stream.length < 3_000 ? Array.from(stream, (_, at) => at) : cuts), whole)
    }),
    { numRuns: 60 },
  )
})

test('any garbage behind the handshake ends in order or in a fault', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.array(fc.nat(), { maxLength: 9 }), (garbage, cuts) => {
      const stream = concat([handshakeOf({ extended: true }), garbage])
      const one = run(stream, [])
      assert.deepEqual(run(stream, cuts), one)
    }),
  )
})
