import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { concat } from '@kith/wire/bytes.ts'
import {
  MOST_RECORD_BYTES,
  RECORD_HEAD_BYTES,
  RECORD_TAG_BYTES,
  STREAM_KEY_BYTES,
  writeRecordHead,
} from '@kith/wire/sealed/records.ts'
import { streamOpener, streamSealer } from '@kith/wire/sealed/stream.ts'
import { recordCiphers, RecordMemory } from './crypto.ts'
import { skip } from './testing.ts'

const key = new Uint8Array(STREAM_KEY_BYTES).fill(7)
const lengths = fc.array(fc.oneof(fc.nat(300), fc.nat(MOST_RECORD_BYTES)), { minLength: 1, maxLength: 6 })

function memory(length: number): RecordMemory {
  return new RecordMemory(new Uint8Array(new SharedArrayBuffer(length)))
}

function plainOf(length: number): Uint8Array {
  return new Uint8Array(length).map((_, index) => index * 7 + (index >> 8) + length)
}

test('what is sealed in its place is what the stream opens, record by record', { skip }, () => {
  fc.assert(
    fc.property(lengths, fc.nat(100), (all, at) => {
      const room = memory(at + RECORD_HEAD_BYTES + MOST_RECORD_BYTES + RECORD_TAG_BYTES)
      const cipher = recordCiphers()(key, 'seal')
      const opener = streamOpener(key)
      for (const length of all) {
        const plain = plainOf(length)
        writeRecordHead(room.bytes.subarray(at), { length, last: false })
        room.bytes.set(plain, at + RECORD_HEAD_BYTES)
        cipher.seal(room, at, length)
        const parts: Uint8Array[] = []
        const sealed = room.bytes.slice(at, at + RECORD_HEAD_BYTES + length + RECORD_TAG_BYTES)
        opener.open(sealed, (part) => parts.push(part.slice()))
        assert.equal(Buffer.compare(concat(parts), plain), 0)
      }
      cipher.close()
    }),
    { numRuns: 40 },
  )
})

test('what the stream seals is opened in its place, and nothing else is', { skip }, () => {
  fc.assert(
    fc.property(fc.array(fc.nat(3000), { minLength: 1, maxLength: 6 }), fc.option(fc.nat()), (all, flip) => {
      const sealer = streamSealer(key)
      const sealed = all.map((length) => concat(sealer.seal(plainOf(length))))
      // A bit of the last one, wherever it is: head, bytes or tag.
      const bit = flip === null ? undefined : flip % (sealed.at(-1)!.length * 8)
      if (bit !== undefined) sealed.at(-1)![bit >> 3]! ^= 1 << (bit & 7)
      const room = memory(3000 + RECORD_HEAD_BYTES + RECORD_TAG_BYTES)
      const cipher = recordCiphers()(key, 'open')
      for (const [index, length] of all.entries()) {
        room.bytes.set(sealed[index]!)
        const right = bit === undefined || index < all.length - 1
        assert.equal(cipher.open(room, 0, length), right)
        if (!right) continue
        const plain = room.bytes.subarray(RECORD_HEAD_BYTES, RECORD_HEAD_BYTES + length)
        assert.equal(Buffer.compare(plain, plainOf(length)), 0)
      }
      cipher.close()
    }),
  )
})

test('nothing is touched beyond the memory, and nothing when it is closed', { skip }, () => {
  const room = memory(5000)
  const cipher = recordCiphers()(key, 'seal')
  const most = 5000 - RECORD_HEAD_BYTES - RECORD_TAG_BYTES
  cipher.seal(room, 0, most)
  for (const [at, length] of [
    [0, most + 1],
    [1, most],
    [-1, 5],
    [5, -1],
    [5000, 0],
  ] as const) {
    assert.throws(() => cipher.seal(room, at, length), RangeError)
  }
  cipher.close()
  assert.throws(() => cipher.seal(room, 0, 5), /no context/)
  cipher.close()
})
