import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Bitfield } from '@kith/wire/bitfield.ts'
import { utf8 } from '@kith/wire/bytes.ts'
import { decodeExtendedHandshake, encodeExtendedHandshake } from '../wire/extended.ts'
import { encodeMessage } from '../wire/peer.ts'
import { PeerTalk } from './peer-talk.ts'
import { drain, handshakeOf, hear, infoHash, opened, ourId, setup, theirId } from './test-kit/talks.ts'

const bytes = (hex: string): Uint8Array => Uint8Array.fromHex(hex.replaceAll(' ', ''))

test('who dials sends the handshake at once, with the bits of the fast and the extension protocol', () => {
  const talk = new PeerTalk({ role: 'dial', setup: setup(), now: 0 })
  const { sent } = drain(talk)
  assert.equal(sent.length, 68)
  assert.deepEqual(sent.subarray(0, 20), utf8('\u0013BitTorrent protocol'))
  assert.deepEqual(sent.subarray(20, 28), bytes('00 00 00 00 00 10 00 04'))
  assert.deepEqual(sent.subarray(28, 48), infoHash)
  assert.deepEqual(sent.subarray(48), ourId)
  assert.equal(talk.stage, 'greeting')
})

test('who accepts answers as soon as the torrent is named', () => {
  const talk = new PeerTalk({ role: 'accept', setup: setup(), now: 0 })
  assert.equal(drain(talk).sent.length, 0)
  talk.receive(handshakeOf().subarray(0, 47), 0)
  assert.equal(drain(talk).sent.length, 0)
  talk.receive(handshakeOf().subarray(47, 48), 0)
  assert.equal(drain(talk).sent.length, 68)
  assert.equal(talk.stage, 'naming')
  talk.receive(handshakeOf().subarray(48), 0)
  assert.deepEqual(drain(talk).events, [{ kind: 'opened' }])
  assert.equal(talk.stage, 'open')
  assert.deepEqual(talk.remoteId, theirId)
  assert.equal(talk.client, 'libtorrent 2.0.8')
  assert.equal(talk.supportsFast, true)
})

for (const { name, greeting, code } of [
  { name: 'another protocol', greeting: utf8('GET / HTTP/1.1\r\n'), code: 'bittorrent/not-bittorrent' },
  {
    name: 'another torrent',
    greeting: handshakeOf({ infoHash: new Uint8Array(20) }),
    code: 'bittorrent/wrong-torrent',
  },
  { name: 'ourselves', greeting: handshakeOf({ peerId: ourId }), code: 'bittorrent/self' },
]) {
  test(`a greeting by ${name} ends the talk`, () => {
    const talk = new PeerTalk({ role: 'dial', setup: setup(), now: 0 })
    drain(talk)
    talk.receive(greeting, 0)
    const { closed, sent } = drain(talk)
    assert.equal(closed?.code, code)
    assert.equal(closed?.kind, 'peer')
    assert.equal(sent.length, 0)
    assert.equal(talk.stage, 'closed')
    assert.equal(talk.deadline, undefined)
  })
}

test('who is dialled by itself says hello and goes in order, so that the side that dialled knows', () => {
  const accepting = new PeerTalk({ role: 'accept', setup: setup(), now: 0 })
  accepting.receive(handshakeOf({ peerId: ourId }), 0)
  const hello = accepting.poll()
  assert.ok(hello?.kind === 'send')
  assert.deepEqual(accepting.poll(), { kind: 'close' })
  assert.equal(accepting.poll(), undefined)
  assert.equal(accepting.stage, 'closed')
  const dialling = new PeerTalk({ role: 'dial', setup: setup(), now: 0 })
  drain(dialling)
  dialling.receive(hello.bytes, 0)
  assert.equal(drain(dialling).closed?.code, 'bittorrent/self')
})

test('the greeting is followed by our extended handshake', () => {
  const talk = new PeerTalk({ role: 'dial', setup: setup({ uploadOnly: true }), now: 0 })
  drain(talk)
  talk.receive(handshakeOf({ extended: true }), 0)
  const { sent } = drain(talk)
  assert.equal(sent[4], 20)
  assert.equal(sent[5], 0)
  const said = decodeExtendedHandshake(sent.subarray(6))
  assert.deepEqual(said, {
    extensions: { ut_metadata: 2, ut_pex: 1, upload_only: 4, lt_donthave: 3 },
    client: 'Kith 0.1.0',
    listenPort: 7338,
    reqq: 2_000,
    yourIp: undefined,
    metadataSize: 20_000,
    uploadOnly: true,
    completeAgoSeconds: undefined,
  })
})

test('a private torrent does not speak of peer exchange', () => {
  const talk = new PeerTalk({ role: 'dial', setup: setup({ exchange: false }), now: 0 })
  drain(talk)
  talk.receive(handshakeOf({ extended: true }), 0)
  assert.equal(decodeExtendedHandshake(drain(talk).sent.subarray(6)).extensions.ut_pex, undefined)
  const payload = encodeExtendedHandshake({ extensions: { ut_pex: 9 } })
  talk.receive(encodeMessage({ kind: 'extended', id: 0, payload }), 0)
  assert.equal(talk.supportsExchange, false)
})

test('what we have is said in the shortest way', () => {
  const some = new Bitfield(10)
  some.set(0)
  some.set(9)
  const full = new Bitfield(10)
  full.setAll()
  const said = (have: Bitfield, fast: boolean): Uint8Array => {
    const talk = opened({}, { fast })
    talk.tellHave(have)
    return drain(talk).sent
  }
  assert.deepEqual(said(full, true), bytes('00000001 0e'))
  assert.deepEqual(said(new Bitfield(10), true), bytes('00000001 0f'))
  assert.deepEqual(said(some, true), bytes('00000003 05 8040'))
  assert.deepEqual(said(full, false), bytes('00000003 05 ffc0'))
  assert.deepEqual(said(new Bitfield(10), false), bytes(''))
})

test('all that is said in one go leaves in one write', () => {
  const talk = opened()
  talk.tellInterested()
  talk.request(3, 16_384, 16_384)
  talk.request(4, 0, 16_384)
  talk.cancel(4, 0, 16_384)
  talk.tellHavePiece(2)
  const { sent, sends } = drain(talk)
  assert.equal(sends, 1)
  assert.deepEqual(
    sent,
    bytes(
      '00000001 02  0000000d 06 00000003 00004000 00004000  0000000d 06 00000004 00000000 00004000' +
        '0000000d 08 00000004 00000000 00004000',
    ),
  )
})

test('changes of what we have are said only after the first word about it', () => {
  const talk = opened()
  talk.tellHave(new Bitfield(10))
  drain(talk)
  talk.tellHavePiece(2)
  assert.deepEqual(drain(talk).sent, bytes('00000005 04 00000002'))
})

test('saying the same twice says it once', () => {
  const talk = opened()
  talk.unchoke()
  talk.unchoke()
  talk.tellInterested()
  talk.tellInterested()
  assert.deepEqual(drain(talk).sent, bytes('00000001 01 00000001 02'))
  talk.choke()
  talk.choke()
  talk.tellNotInterested()
  assert.deepEqual(drain(talk).sent, bytes('00000001 00 00000001 03'))
})

test('before it is open nothing can be said', () => {
  const talk = new PeerTalk({ role: 'accept', setup: setup(), now: 0 })
  talk.tellInterested()
  talk.unchoke()
  talk.request(0, 0, 16_384)
  talk.tellHavePiece(1)
  talk.tellUploadOnly(true)
  assert.equal(drain(talk).sent.length, 0)
  assert.equal(talk.amInterested, false)
})

test('upload-only: said in the handshake, and once more when it changed before the peer could be told', () => {
  const talk = opened({}, { extended: true })
  talk.tellUploadOnly(true)
  assert.equal(drain(talk).sent.length, 0)
  const payload = encodeExtendedHandshake({ extensions: { upload_only: 33 }, uploadOnly: true })
  const { sent, events } = hear(talk, { kind: 'extended', id: 0, payload })
  assert.deepEqual(sent, bytes('00000003 14 21 01'))
  assert.deepEqual(events, [{ kind: 'extended' }, { kind: 'uploadOnly' }])
  assert.equal(talk.uploadOnly, true)
  talk.tellUploadOnly(true)
  assert.equal(drain(talk).sent.length, 0)
  assert.deepEqual(hear(talk, { kind: 'extended', id: 4, payload: Uint8Array.of(0) }).events, [{ kind: 'uploadOnly' }])
  assert.equal(talk.uploadOnly, false)
})

test('the extended handshake tells who it is; a second one only what changed', () => {
  const talk = opened({}, { extended: true })
  const first = encodeExtendedHandshake({
    extensions: { ut_metadata: 2, ut_pex: 7 },
    client: 'qBit\u202etorrent/4.5.2\n',
    listenPort: 6881,
    reqq: 500,
    metadataSize: 31_235,
  })
  assert.deepEqual(hear(talk, { kind: 'extended', id: 0, payload: first }).events, [{ kind: 'extended' }])
  assert.equal(talk.client, 'qBittorrent/4.5.2')
  assert.equal(talk.listenPort, 6881)
  assert.equal(talk.reqq, 500)
  assert.equal(talk.metadataSize, 31_235)
  assert.equal(talk.supportsExchange, true)
  hear(talk, { kind: 'extended', id: 0, payload: encodeExtendedHandshake({ extensions: { ut_pex: 0 } }) })
  assert.equal(talk.supportsExchange, false)
  assert.equal(talk.reqq, 500)
  assert.equal(talk.metadataSize, 31_235)
  assert.equal(talk.client, 'qBittorrent/4.5.2')
})

test('a peer that does not say how many requests it accepts gets 250', () => {
  assert.equal(opened().reqq, 250)
})

test('metadata known later is announced with a second handshake', () => {
  const talk = opened({ metadataSize: undefined }, { extended: true })
  talk.tellMetadataSize(4_711)
  assert.equal(decodeExtendedHandshake(drain(talk).sent.subarray(6)).metadataSize, 4_711)
})

test('metadata: asked, given and refused in the words of BEP 9', () => {
  const talk = opened({}, { extended: true })
  hear(talk, { kind: 'extended', id: 0, payload: encodeExtendedHandshake({ extensions: { ut_metadata: 3 } }) })
  talk.requestMetadata(1)
  assert.deepEqual(drain(talk).sent.subarray(5), utf8('\u0003d8:msg_typei0e5:piecei1ee'))
  talk.sendMetadata(0, 20_000, utf8('xyz'))
  assert.deepEqual(drain(talk).sent.subarray(5), utf8('\u0003d8:msg_typei1e5:piecei0e10:total_sizei20000eexyz'))
  talk.rejectMetadata(5)
  assert.deepEqual(drain(talk).sent.subarray(5), utf8('\u0003d8:msg_typei2e5:piecei5ee'))
  const say = (payload: string): unknown => hear(talk, { kind: 'extended', id: 2, payload: utf8(payload) }).events
  assert.deepEqual(say('d8:msg_typei0e5:piecei1ee'), [{ kind: 'metadataRequest', piece: 1 }])
  assert.deepEqual(say('d8:msg_typei2e5:piecei1ee'), [{ kind: 'metadataReject', piece: 1 }])
  assert.deepEqual(say('d8:msg_typei1e5:piecei0e10:total_sizei3eeabc'), [
    { kind: 'metadataData', piece: 0, bytes: utf8('abc') },
  ])
  assert.deepEqual(say('d8:msg_typei9e5:piecei0ee'), [])
})

test('peers are exchanged with their flags, version 4 and 6', () => {
  const talk = opened({}, { extended: true })
  hear(talk, { kind: 'extended', id: 0, payload: encodeExtendedHandshake({ extensions: { ut_pex: 1 } }) })
  const seed = { host: '1.2.3.4', port: 6881 }
  const other = { host: '2001:db8::1', port: 51_413 }
  const gone = { host: '5.6.7.8', port: 1 }
  talk.tellExchange(
    [
      { endpoint: seed, seed: true },
      { endpoint: other, seed: false },
    ],
    [gone],
  )
  talk.receive(drain(talk).sent, 0)
  assert.deepEqual(drain(talk).events, [{ kind: 'exchange', added: [seed, other], seeds: [seed], dropped: [gone] }])
})

test('the peer’s lost pieces are known', () => {
  const talk = opened({}, { extended: true })
  hear(talk, { kind: 'haveAll' })
  assert.equal(talk.haveAll, true)
  const lost = hear(talk, { kind: 'extended', id: 3, payload: Uint8Array.of(0, 0, 0, 9) })
  assert.deepEqual(lost.events, [{ kind: 'dontHave', piece: 9 }])
  assert.equal(talk.haveAll, false)
  assert.equal(talk.have?.count, 9)
})
