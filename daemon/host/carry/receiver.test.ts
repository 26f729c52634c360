import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FaultError } from '@kith/core/fault/fault.ts'
import { concat } from '@kith/wire/bytes.ts'
import { STREAM_KEY_BYTES } from '@kith/wire/sealed/records.ts'
import { streamSealer } from '@kith/wire/sealed/stream.ts'
import { recordCiphers } from './crypto.ts'
import { CarryShared, type ReceivePart } from './orders.ts'
import { Receiver, type ReceiverSocket } from './receiver.ts'
import { Ring } from './ring.ts'
import { SocketError } from './socket.ts'
import { skip } from './testing.ts'

const key = new Uint8Array(STREAM_KEY_BYTES).fill(7)

/** A socket that has these bytes, and gives what is wanted in steps of so many. @param waits told when it would be waited for */
function socketOf(bytes: Uint8Array, step: number, waits: () => void): ReceiverSocket {
  let at = 0
  return {
    fill(into, have, least, most) {
      waits()
      let there = have
      while (there < least) {
        const some = bytes.subarray(at, at + Math.min(step, most - there))
        if (some.length === 0) throw new SocketError('The other side has ended')
        into.set(some, there)
        at += some.length
        there += some.length
      }
      return there
    },
  }
}

/** What each writer gets of these bytes, and what was thrown in the end. */
function received(sealed: Uint8Array, step: number, parts: readonly ReceivePart[], writers: number) {
  const shared = new CarryShared()
  const rings = Array.from({ length: writers }, () => new Ring(shared))
  const got: Uint8Array[][] = rings.map(() => [])
  const drain = (): void => {
    for (const [index, ring] of rings.entries()) {
      for (;;) {
        const words = new Int32Array(ring.memory, 0, 2)
        if (words[0] === words[1]) break
        got[index]!.push(ring.next(() => {}).slice())
        ring.empty()
      }
    }
  }
  const waiting = [...parts]
  const receiver: Receiver = new Receiver(socketOf(sealed, step, drain), {
    key,
    rings,
    ciphers: recordCiphers(),
    next() {
      drain()
      const part = waiting.shift()
      if (part !== undefined) receiver.receive([part])
    },
  })
  let thrown: unknown
  try {
    for (let first = waiting.shift(); first !== undefined; first = waiting.shift()) {
      receiver.receive([first])
      drain()
    }
  } catch (error) {
    thrown = error
  }
  drain()
  receiver.close()
  return { got: got.map(concat), thrown }
}

test('each writer gets the bytes that are for it, however records and parts are cut', { skip }, () => {
  const cuts = fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(
      cuts,
      cuts,
      fc.integer({ min: 1, max: 1000 }),
      fc.integer({ min: 1, max: 3 }),
      (ends, records, step, writers) => {
        const parts = ends.map((bytes, index) => ({ bytes, writer: (index * 7) % writers }))
        const content = new Uint8Array(ends.reduce((sum, one) => sum + one, 0)).map(
          (_, index) => index * 31 + (index >> 8),
        )
        const sealer = streamSealer(key)
        const sealed: Uint8Array[] = []
        for (let at = 0, record = 0; at < content.length; record++) {
          const some = content.subarray(at, at + records[record % records.length]!)
          sealed.push(...sealer.seal(some))
          at += some.length
        }
        const { got, thrown } = received(concat(sealed), step, parts, writers)
        assert.equal(thrown, undefined)
        const expected: Uint8Array[][] = Array.from({ length: writers }, () => [])
        let at = 0
        for (const { bytes, writer } of parts) expected[writer]!.push(content.subarray(at, (at += bytes)))
        assert.deepEqual(got, expected.map(concat))
      },
    ),
  )
})

test('of bytes that are not right nobody gets any that were not sealed, and there is a fault', { skip }, () => {
  const plain = new Uint8Array(2000).map((_, index) => index * 13)
  const sealer = streamSealer(key)
  const right = concat([0, 500, 1000, 1500].flatMap((at) => sealer.seal(plain.subarray(at, at + 500))))
  const wrong = fc.oneof(
    fc.uint8Array({ maxLength: 3000 }),
    fc
      .nat(right.length * 8 - 1)
      .map((bit) => right.map((byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))),
    fc.nat(right.length - 1).map((length) => right.subarray(0, length)),
  )
  fc.assert(
    fc.property(wrong, fc.integer({ min: 1, max: 5000 }), (bytes, step) => {
      const { got, thrown } = received(bytes, step, [{ bytes: 2000, writer: 0 }], 1)
      assert.ok(thrown instanceof SocketError || (thrown instanceof FaultError && thrown.fault.kind === 'peer'))
      assert.deepEqual(got[0], plain.subarray(0, got[0]!.length))
    }),
  )
})

test('more than was asked for is a fault, and so is what follows the last record', { skip }, () => {
  const code = (thrown: unknown): string | undefined => (thrown instanceof FaultError ? thrown.fault.code : undefined)
  const sealed = concat(streamSealer(key).seal(new Uint8Array(101)))
  assert.equal(code(received(sealed, 1000, [{ bytes: 100, writer: 0 }], 1).thrown), 'neighbours/message')
  const last = concat(streamSealer(key).seal(new Uint8Array(100), true))
  const twice = [
    { bytes: 100, writer: 0 },
    { bytes: 100, writer: 0 },
  ]
  const { got, thrown } = received(concat([last, last]), 1000, twice, 1)
  assert.equal(got[0]!.length, 100)
  assert.equal(code(thrown), 'wire/sealed')
})
