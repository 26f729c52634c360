import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { attempt } from './fault.ts'
import { fromHex } from './bytes.ts'
import { Reader } from './reader.ts'
import { Writer } from './writer.ts'

function code(read: () => unknown): string | undefined {
  const result = attempt(read)
  return result.ok ? undefined : result.fault.code
}

test('reads each width in both orders', () => {
  const reader = new Reader(
    fromHex('01 0203 0302 04050607 07060504 00000000000000ff ff00000000000000'.replaceAll(' ', ''))!,
  )
  assert.equal(reader.u8(), 1)
  assert.equal(reader.u16be(), 0x0203)
  assert.equal(reader.u16le(), 0x0203)
  assert.equal(reader.u32be(), 0x04050607)
  assert.equal(reader.u32le(), 0x04050607)
  assert.equal(reader.u64be(), 255)
  assert.equal(reader.u64le(), 255)
  assert.equal(reader.remaining, 0)
  reader.end()
})

test('what is too short or too large is a fault and leaves the cursor', () => {
  const reader = new Reader(fromHex('0020000000000000')!)
  assert.equal(
    code(() => reader.u64be()),
    'wire/too-large',
  )
  assert.equal(reader.offset, 0)
  assert.equal(
    code(() => reader.bytes(9)),
    'wire/short',
  )
  assert.equal(
    code(() => reader.bytes(-1)),
    'wire/short',
  )
  assert.equal(
    code(() => reader.bytes(Number.NaN)),
    'wire/short',
  )
  assert.equal(
    code(() => reader.end()),
    'wire/trailing',
  )
  assert.equal(reader.big64be(), 2n ** 53n)
  for (const read of ['u8', 'u16be', 'u16le', 'u32be', 'u32le', 'u64be', 'u64le', 'big64be', 'big64le'] as const) {
    assert.equal(
      code(() => reader[read]()),
      'wire/short',
    )
  }
  assert.equal(
    code(() => new Reader(Uint8Array.of(0xff)).utf8(1)),
    'wire/utf8',
  )
})

test('views are not copies and respect the offset of the input', () => {
  const whole = Uint8Array.of(9, 1, 2, 3, 9)
  const reader = new Reader(whole.subarray(1, 4))
  assert.equal(reader.u8(), 1)
  const rest = reader.rest()
  whole[2] = 7
  assert.deepEqual(rest, Uint8Array.of(7, 3))
})

test('the reader gives back what the writer wrote', () => {
  fc.assert(
    fc.property(
      fc.nat(0xff),
      fc.nat(0xffff),
      fc.nat(0xffffffff),
      fc.nat(Number.MAX_SAFE_INTEGER),
      fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      fc.uint8Array(),
      fc.string({ unit: 'grapheme' }),
      (u8, u16, u32, u64, big, bytes, text) => {
        const writer = new Writer(1).u8(u8).u16be(u16).u16le(u16).u32be(u32).u32le(u32).u64be(u64).u64le(u64)
        const before = writer.u64be(big).u64le(big).bytes(bytes).length
        const reader = new Reader(writer.utf8(text).finish())
        assert.deepEqual([reader.u8(), reader.u16be(), reader.u16le()], [u8, u16, u16])
        assert.deepEqual([reader.u32be(), reader.u32le(), reader.u64be(), reader.u64le()], [u32, u32, u64, u64])
        assert.deepEqual([reader.big64be(), reader.big64le()], [big, big])
        assert.deepEqual(reader.bytes(bytes.length), new Uint8Array(bytes))
        assert.equal(reader.offset, before)
        assert.equal(reader.utf8(reader.remaining), text)
      },
    ),
  )
})
