import assert from 'node:assert/strict'
import { randomFillSync } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { concat } from '../bytes.ts'
import { partBytes } from './ed2k.ts'
import { openKernels } from './kernels.ts'
import { manyDigests } from './many.ts'
import { sha1, sha256 } from './sha.ts'
import { joinSpans, packSpan, spanBytes, spanCount, spanHash, unpackSpan } from './span.ts'
import type { SubtreeHash } from './subtree.ts'
import { joinSubtrees, subtrees } from './subtree.ts'
import { packWhole, unpackWhole, wholeDigests } from './whole.ts'

const kernels = openKernels()
const names = ['sha1', 'sha256', 'tth', 'ed2k', 'aich', 'btpr'] as const

test('a file shorter than a part has the same digests as a whole and as a stream', () => {
  const random = randomFillSync(new Uint8Array(partBytes - 1))
  const sizes = [0, 1, 1023, 1024, 1025, 16383, 16384, 16385, 65536, 65537, 180 * 1024, 180 * 1024 + 1]
  for (const size of [...sizes, 2 ** 20, 2 ** 20 + 1, 5_000_000, partBytes - 1]) {
    const bytes = random.subarray(0, size)
    const stream = manyDigests(names, kernels)
    stream.update(bytes)
    const [whole] = wholeDigests(kernels, [bytes])
    assert.deepEqual(whole, stream.digest(), `${size} bytes`)
    assert.deepEqual(unpackWhole(size, packWhole(whole)), whole, `${size} bytes, packed`)
  }
})

test('a long file has the same digests in spans and as a stream', () => {
  const random = randomFillSync(new Uint8Array(2 * spanBytes + 3 * partBytes))
  const hash = spanHash(kernels)
  const sizes = [
    partBytes,
    partBytes + 1,
    2 * partBytes - 1,
    spanBytes - 1,
    spanBytes,
    spanBytes + 1,
    spanBytes + 16385,
  ]
  for (const size of [...sizes, 2 * spanBytes + partBytes + 77_777, random.length]) {
    const bytes = random.subarray(0, size)
    const spans = Array.from({ length: spanCount(size) }, (_, index) => {
      const span = hash(size, index, (into, at) => into.set(bytes.subarray(at, at + into.length)))
      const again = unpackSpan(size, index, packSpan(span))
      assert.ok(again)
      assert.deepEqual(again, span)
      assert.equal(unpackSpan(size, index, packSpan(span).subarray(1)), undefined)
      return again
    })
    const stream = manyDigests(names, kernels)
    stream.update(bytes)
    const whole = { sha1: sha1(bytes), sha256: sha256(bytes) }
    assert.deepEqual(joinSpans(kernels, size, spans, whole), stream.digest(), `${size} bytes`)
  }
})

test('a tree is the same wherever it is cut', () => {
  /** A tree that shows its own shape. */
  const shape = (top: number): SubtreeHash => {
    const node = (left: Uint8Array, right: Uint8Array): Uint8Array =>
      Uint8Array.of(...sha1(concat([left, right])).subarray(0, 4))
    const fold = (units: Uint8Array, height: number): Uint8Array => {
      let level = Array.from({ length: units.length / 4 }, (_, index) => units.subarray(index * 4, index * 4 + 4))
      for (let at = 0; at < height; at++) {
        level = level.flatMap((one, index) => {
          const right = level[index + 1]
          return index % 2 === 1 ? [] : [right === undefined ? one : node(one, right)]
        })
      }
      return concat(level)
    }
    return { size: 4, top, over: fold, node, alone: (digest) => digest }
  }
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 0, max: 6 }),
      (lengths, top) => {
        const hash = shape(top)
        const count = lengths.reduce((sum, length) => sum + length, 0)
        const units = concat(
          Array.from({ length: count }, (_, index) => sha1(Uint8Array.of(index, index >> 8)).subarray(0, 4)),
        )
        let from = 0
        const spans = lengths.map((length, index) => {
          const own = units.subarray(from * 4, (from + length) * 4)
          const digests = concat(subtrees(hash, own, from, index === lengths.length - 1))
          return { from, to: (from += length), digests }
        })
        assert.deepEqual(concat(joinSubtrees(hash, spans)), hash.over(units, top))
      },
    ),
  )
})
