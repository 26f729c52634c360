import assert from 'node:assert/strict'
import { test } from 'node:test'
import { constants, deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { FaultError } from '@kith/core/fault/fault.ts'
import { concat } from './bytes.ts'
import { Inflater } from './inflate.ts'

/** What comes out of a stream that is given in pieces, and how much of it was taken. */
function unpack(packed: Uint8Array, step: number): { bytes: Uint8Array; taken: number; done: boolean } {
  const parts: Uint8Array[] = []
  const inflater = new Inflater((part) => void parts.push(part.slice()))
  let taken = 0
  for (let at = 0; at < packed.length && !inflater.done; at += step)
    taken += inflater.push(packed.subarray(at, at + step))
  return { bytes: concat(parts), taken, done: inflater.done }
}

/** Bytes that repeat themselves more or less. */
const material = fc
  .array(fc.tuple(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 1, max: 400 })), { maxLength: 12 })
  .map((runs) => concat(runs.flatMap(([bytes, times]) => Array.from({ length: times }, () => bytes))))
const how = fc.record({
  level: fc.integer({ min: 0, max: 9 }),
  strategy: fc.constantFrom(constants.Z_DEFAULT_STRATEGY, constants.Z_FIXED, constants.Z_HUFFMAN_ONLY, constants.Z_RLE),
})

test('everything that zlib packs comes out again, in any pieces, and what follows is left', () => {
  fc.assert(
    fc.property(
      material,
      how,
      fc.integer({ min: 1, max: 5_000 }),
      fc.uint8Array({ maxLength: 40 }),
      (bytes, options, step, after) => {
        const packed = new Uint8Array(deflateSync(bytes, options))
        const got = unpack(concat([packed, after]), step)
        assert.deepEqual([got.done, got.taken], [true, packed.length])
        assert.ok(Buffer.from(got.bytes).equals(bytes))
      },
    ),
    { numRuns: 150 },
  )
})

test('a megabyte byte by byte', () => {
  const bytes = Uint8Array.from({ length: 1_000_000 }, (_, at) => ((at * at) % 251) ^ (at >> 9))
  const packed = new Uint8Array(deflateSync(bytes))
  assert.ok(Buffer.from(unpack(packed, 1).bytes).equals(bytes))
})

test('what is no stream is refused or left unfinished, never believed', () => {
  fc.assert(
    fc.property(material, fc.nat(), fc.integer({ min: 1, max: 255 }), (bytes, where, change) => {
      const packed = new Uint8Array(deflateSync(bytes))
      packed[where % packed.length]! ^= change
      try {
        const got = unpack(packed, 64)
        // The first two bytes say how hard it was tried, which changes nothing.
        assert.ok(!got.done || Buffer.from(got.bytes).equals(bytes))
      } catch (error) {
        assert.ok(error instanceof FaultError)
      }
    }),
  )
})
