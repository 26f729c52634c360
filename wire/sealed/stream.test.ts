import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FaultError } from '@kith/core/fault/fault.ts'
import fc from 'fast-check'
import { concat } from '../bytes.ts'
import { attempt } from '../fault.ts'
import { MOST_RECORD_BYTES, STREAM_KEY_BYTES } from './records.ts'
import { streamOpener, streamSealer } from './stream.ts'

const key = new Uint8Array(STREAM_KEY_BYTES).fill(7)
const isNotSealed = (error: unknown): boolean => error instanceof FaultError && error.fault.code === 'wire/sealed'
const plains = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 })

function sealed(all: readonly Uint8Array[], last = true): Uint8Array<ArrayBuffer> {
  const sealer = streamSealer(key)
  return concat(all.flatMap((plain, index) => sealer.seal(plain, last && index === all.length - 1)))
}

/** What is opened of it, in steps of these lengths, taken in turn. */
function opened(bytes: Uint8Array, steps: readonly number[], with_ = streamOpener(key)): Uint8Array {
  const parts: Uint8Array[] = []
  for (let at = 0, step = 0; at < bytes.length; step++) {
    const length = steps[step % steps.length]!
    with_.open(bytes.subarray(at, at + length), (plain) => parts.push(plain.slice()))
    at += length
  }
  return concat(parts)
}

test('what is sealed is opened, however it is cut on the way', () => {
  fc.assert(
    fc.property(plains, fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1 }), (all, steps) => {
      const opener = streamOpener(key)
      assert.deepEqual(opened(sealed(all), steps, opener), concat(all))
      assert.equal(opener.over, all.length > 0)
    }),
  )
})

test('what is longer than a record goes in several', () => {
  const long = new Uint8Array(MOST_RECORD_BYTES * 2 + 5).map((_, index) => index >> 3)
  const sealer = streamSealer(key)
  const parts = sealer.seal(long, true)
  assert.equal(parts.length, 15)
  assert.equal(sealer.sealed, long.length)
  const opener = streamOpener(key)
  assert.deepEqual(opened(concat(parts), [100_000], opener), long)
  assert.equal(opener.over, true)
})

test('of changed bytes nothing comes out that was not sealed, and the change is seen', () => {
  const whole = (bytes: Uint8Array): [boolean, Uint8Array, boolean] => {
    const parts: Uint8Array[] = []
    const opener = streamOpener(key)
    const { ok } = attempt(() => opener.open(bytes, (plain) => parts.push(plain.slice())))
    return [ok, concat(parts), opener.over]
  }
  fc.assert(
    fc.property(
      plains.filter((all) => all.length > 0),
      fc.nat(),
      (all, place) => {
        const bytes = sealed(all)
        const bit = place % (bytes.length * 8)
        bytes[bit >> 3]! ^= 1 << (bit & 7)
        const [ok, plain, over] = whole(bytes)
        const right = concat(all)
        assert.deepEqual(plain, right.subarray(0, plain.length))
        assert.ok(!ok || !over)
      },
    ),
  )
  const [one, two] = [new Uint8Array([1, 2, 3]), new Uint8Array([4, 5, 6])]
  const both = sealed([one, two], false)
  const half = both.length / 2
  // Left out, moved, repeated.
  assert.equal(whole(both.subarray(half))[0], false)
  assert.deepEqual(whole(concat([both.subarray(half), both.subarray(0, half)])).slice(0, 2), [false, new Uint8Array()])
  assert.deepEqual(whole(concat([both.subarray(0, half), both.subarray(0, half)])).slice(0, 2), [false, one])
  // Cut off between two records: whole as far as it goes, and not over.
  assert.deepEqual(whole(sealed([one, two]).subarray(0, half)), [true, one, false])
})

test('another key, a record longer than any, and what follows the last are refused', () => {
  const bytes = sealed([new Uint8Array([1, 2, 3])])
  const none = (): void => assert.fail('nothing may come out')
  assert.throws(() => streamOpener(new Uint8Array(STREAM_KEY_BYTES)).open(bytes, none), isNotSealed)
  const long = new Uint8Array(4)
  new DataView(long.buffer).setUint32(0, MOST_RECORD_BYTES + 1)
  assert.throws(() => streamOpener(key).open(long, none), isNotSealed)
  assert.throws(() => streamOpener(key).open(concat([bytes, new Uint8Array(1)]), () => {}), isNotSealed)
})
