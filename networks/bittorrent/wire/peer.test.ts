import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { attempt } from '@kith/wire/fault.ts'
import type { PeerMessage } from './peer.ts'
import { decodeMessage, encodeMessage, pieceHeader, pieceHeaderSize } from './peer.ts'

const bytes = (hex: string): Uint8Array => Uint8Array.fromHex(hex.replaceAll(' ', ''))

const vectors: readonly [PeerMessage, string][] = [
  [{ kind: 'keepAlive' }, '00000000'],
  [{ kind: 'choke' }, '00000001 00'],
  [{ kind: 'unchoke' }, '00000001 01'],
  [{ kind: 'interested' }, '00000001 02'],
  [{ kind: 'notInterested' }, '00000001 03'],
  [{ kind: 'have', piece: 0x01020304 }, '00000005 04 01020304'],
  [{ kind: 'bitfield', bits: bytes('80ff') }, '00000003 05 80ff'],
  [{ kind: 'request', piece: 1, begin: 0x4000, length: 0x4000 }, '0000000d 06 00000001 00004000 00004000'],
  [{ kind: 'piece', piece: 1, begin: 2, block: bytes('abcd') }, '0000000b 07 00000001 00000002 abcd'],
  [{ kind: 'cancel', piece: 1, begin: 0, length: 5 }, '0000000d 08 00000001 00000000 00000005'],
  [{ kind: 'port', port: 6881 }, '00000003 09 1ae1'],
  [{ kind: 'suggest', piece: 2 }, '00000005 0d 00000002'],
  [{ kind: 'haveAll' }, '00000001 0e'],
  [{ kind: 'haveNone' }, '00000001 0f'],
  [{ kind: 'reject', piece: 0xffffffff, begin: 1, length: 2 }, '0000000d 10 ffffffff 00000001 00000002'],
  [{ kind: 'allowedFast', piece: 3 }, '00000005 11 00000003'],
  [{ kind: 'extended', id: 3, payload: bytes('6465') }, '00000004 14 03 6465'],
  [{ kind: 'unknown', id: 21 }, '00000001 15'],
]

for (const [message, hex] of vectors) {
  test(`${message.kind} as BEP 3, 6 and 10 write it`, () => {
    assert.deepEqual(encodeMessage(message), bytes(hex))
    assert.deepEqual(decodeMessage(bytes(hex).subarray(4)), message)
  })
}

test('the header of a piece goes in front of a block that is there already', () => {
  const frame = new Uint8Array(pieceHeaderSize + 4).fill(0xee)
  pieceHeader(frame, 0, 5, 0x8000, 4)
  assert.deepEqual(frame, bytes('0000000d 07 00000005 00008000 eeeeeeee'))
})

test('a message of any bytes is one of the union or a fault, and what is one comes back the same', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 30 }), fc.nat(25), (body, id) => {
      const message = Uint8Array.of(id, ...body)
      const decoded = attempt(() => decodeMessage(message))
      if (!decoded.ok) return assert.equal(decoded.fault.code, 'bittorrent/message-length')
      if (decoded.value.kind !== 'unknown') assert.deepEqual(encodeMessage(decoded.value).subarray(4), message)
    }),
  )
})
