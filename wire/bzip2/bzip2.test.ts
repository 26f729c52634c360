import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FaultError } from '@kith/core/fault/fault.ts'
import { concat, fromBase64, lossyText, utf8 } from '../bytes.ts'
import { bunzip2 } from './decode.ts'
import { bzip2 } from './encode.ts'

function encoded(bytes: Uint8Array, level = 1): Uint8Array<ArrayBuffer> {
  const encoder = bzip2(level)
  return concat([...encoder.push(bytes), ...encoder.end()])
}

function decoded(bytes: Uint8Array, step = bytes.length): Uint8Array<ArrayBuffer> {
  const decoder = bunzip2()
  const parts: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += step) parts.push(...decoder.push(bytes.subarray(at, at + step)))
  return concat([...parts, ...decoder.end()])
}

function code(expected: string) {
  return (error: unknown) => error instanceof FaultError && error.fault.code === expected
}

/** `printf 'hello hello hello\n' | bzip2 -9` */
const helloBzip2 = 'QlpoOTFBWSZTWeW18wkAAARRAAAQQAACRKAAIbUYDAKQacKjC7kinChIctr5hIA='

/** Texts that repeat themselves, runs, and noise. */
const material = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.tuple(fc.nat(255), fc.integer({ min: 1, max: 700 })).map(([byte, times]) => new Uint8Array(times).fill(byte)),
      fc.tuple(fc.string({ maxLength: 12 }), fc.integer({ min: 1, max: 90 })).map(([text, n]) => utf8(text.repeat(n))),
    ),
    { maxLength: 12 },
  )
  .map(concat)

test('what was encoded comes out again, in any pieces', () => {
  fc.assert(
    fc.property(material, fc.integer({ min: 1, max: 500 }), (bytes, step) => {
      const small = encoded(bytes)
      assert.deepEqual(decoded(small), bytes)
      assert.deepEqual(decoded(small, step), bytes)
    }),
    { numRuns: 150 },
  )
})

test('blocks that are full, of one byte, and of noise', () => {
  const noise = Uint8Array.from({ length: 250_000 }, (_, at) => Math.imul(at ^ (at << 7), 2654435761) >>> 23)
  for (const bytes of [noise, new Uint8Array(300_000).fill(7), utf8('<File Name="a"/>'.repeat(20_000))]) {
    assert.ok(decoded(encoded(bytes), 60_000).every((byte, at) => byte === bytes[at]))
  }
})

test('what bzip2 1.0.8 wrote is read, also two streams in a row', () => {
  const hello = fromBase64(helloBzip2)!
  assert.equal(lossyText(decoded(hello)), 'hello hello hello\n')
  assert.equal(lossyText(decoded(concat([hello, hello]), 5)), 'hello hello hello\nhello hello hello\n')
  assert.equal(decoded(fromBase64('QlpoORdyRThQkAAAAAA=')!).length, 0)
  assert.deepEqual(encoded(new Uint8Array(), 9), fromBase64('QlpoORdyRThQkAAAAAA='))
})

test('every cut and every wrong bit is a fault or is seen by a checksum', () => {
  const whole = encoded(utf8('the quick brown fox jumps over the lazy dog'))
  for (let length = 1; length < whole.length; length++) {
    assert.throws(() => decoded(whole.subarray(0, length)), code('bzip2/short'), `cut at ${length}`)
  }
  for (let bit = 0; bit < whole.length * 8; bit++) {
    const wrong = whole.slice()
    wrong[bit >> 3]! ^= 0x80 >> (bit & 7)
    try {
      // The level may be larger than it has to be, a table may be of no use, and the last bits are filler.
      assert.equal(lossyText(decoded(wrong)), 'the quick brown fox jumps over the lazy dog')
    } catch (error) {
      assert.ok(error instanceof FaultError, `bit ${bit}: ${String(error)}`)
      assert.match(error.fault.code, /^bzip2\//)
    }
  }
})

test('garbage is a fault', () => {
  assert.throws(() => decoded(utf8('PK\x03\x04 and so on')), code('bzip2/magic'))
  assert.throws(() => decoded(utf8('BZh0')), code('bzip2/magic'))
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (garbage) => {
      assert.throws(() => decoded(concat([utf8('BZh11AY&SY'), garbage])), FaultError)
    }),
  )
})

test('a bomb comes out in small parts, so that who reads can stop', () => {
  const bomb = encoded(new Uint8Array(20_000_000))
  assert.ok(bomb.length < 1000)
  const decoder = bunzip2()
  let parts = 0
  for (const part of decoder.push(bomb)) {
    assert.ok(part.length <= 65_536)
    if (++parts === 10) break
  }
  assert.equal(parts, 10)
})
