import assert from 'node:assert/strict'
import { test } from 'node:test'
import { concat, latin1, utf8 } from '@kith/wire/bytes.ts'
import { attempt } from '@kith/wire/fault.ts'
import { decodeHandshake, encodeHandshake, handshakeHead, infoHashIn, newPeerId } from './handshake.ts'

const infoHash = Uint8Array.from({ length: 20 }, (_, at) => at)
const peerId = utf8('-TR3000-000000000000')
const none = { extended: false, fast: false, dht: false, v2: false }
const self = { program: 'Kith', version: '0.12.3', device: 'desk' }
const random = { number: () => 0.5, bytes: (length: number) => new Uint8Array(length).fill(0xab) }

test('a handshake is 68 bytes as BEP 3 lays them out', () => {
  const expected = concat([utf8('\u0013BitTorrent protocol'), new Uint8Array(8), infoHash, peerId])
  assert.deepEqual(encodeHandshake({ abilities: none, infoHash, peerId }), expected)
})

test('reserved bits of BEP 5, 6, 10 and 52', () => {
  const reserved = (abilities: object): string =>
    encodeHandshake({ abilities: { ...none, ...abilities }, infoHash, peerId })
      .subarray(20, 28)
      .toHex()
  assert.equal(reserved({ extended: true }), '0000000000100000')
  assert.equal(reserved({ fast: true }), '0000000000000004')
  assert.equal(reserved({ dht: true }), '0000000000000001')
  assert.equal(reserved({ v2: true }), '0000000000000010')
  const all = { extended: true, fast: true, dht: true, v2: true }
  assert.deepEqual(decodeHandshake(encodeHandshake({ abilities: all, infoHash, peerId })), {
    abilities: all,
    infoHash,
    peerId,
  })
})

test('the head is recognised with 48 bytes, and something else at its first wrong byte', () => {
  const handshake = encodeHandshake({ abilities: none, infoHash, peerId })
  for (let length = 0; length < 48; length++) assert.equal(handshakeHead(handshake.subarray(0, length)), undefined)
  assert.equal(handshakeHead(handshake.subarray(0, 48)), true)
  assert.deepEqual(infoHashIn(handshake.subarray(0, 48)), infoHash)
  assert.equal(handshakeHead(utf8('\u0013BitTorrent protocoL')), false)
  assert.equal(handshakeHead(utf8('$')), false)
  const wrong = attempt(() => decodeHandshake(handshake.subarray(0, 67)))
  assert.equal(wrong.ok ? undefined : wrong.fault.code, 'bittorrent/not-bittorrent')
})

test('our peer id tells program and version, or nothing', () => {
  assert.equal(latin1(newPeerId(self, false, random)), '-KH0C30-VVVVVVVVVVVV')
  assert.deepEqual(newPeerId(self, true, random), new Uint8Array(20).fill(0xab))
})
