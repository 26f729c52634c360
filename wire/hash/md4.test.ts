import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import fc from 'fast-check'
import { hex, utf8 } from '../bytes.ts'
import { ed2kDigester, ed2kOf, partBytes } from './ed2k.ts'
import { KernelMemory } from './kernel-memory.ts'
import { Md4Kernel } from './md4.ts'

let kernel: Md4Kernel
before(() => void (kernel = new Md4Kernel()))

test('the vectors of RFC 1320', () => {
  const vectors: Record<string, string> = {
    '': '31d6cfe0d16ae931b73c59d7e0c089c0',
    a: 'bde52cb31de33e46245e05fbdbd6fb24',
    abc: 'a448017aaf21d8525fc10ae87aa6729d',
    'message digest': 'd9130a8164549fe818874806e1c7014b',
    abcdefghijklmnopqrstuvwxyz: 'd79e1c308aa5bbcdeea8ed63df412da9',
    ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789: '043f8582f241db351ce627e153e7f0e4',
    ['1234567890'.repeat(8)]: 'e33b4ddc9c38f2199c3e7b164fcc0536',
  }
  for (const [text, digest] of Object.entries(vectors)) assert.equal(hex(kernel.digest(utf8(text))), digest, text)
})

test('any cut into updates gives the same digest', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.array(fc.nat(300), { maxLength: 6 }), (bytes, cuts) => {
      const digester = kernel.digester()
      let at = 0
      for (const cut of [...cuts.sort((one, other) => one - other), bytes.length]) {
        digester.update(bytes.subarray(at, Math.min(cut, bytes.length)))
        at = Math.min(cut, bytes.length)
      }
      assert.deepEqual(digester.digest(), kernel.digest(bytes))
    }),
  )
})

test('messages side by side have the digests that each has alone, wherever they stand', () => {
  const memory = new KernelMemory()
  const here = new Md4Kernel(memory)
  fc.assert(
    fc.property(fc.array(fc.nat(400), { maxLength: 9 }), fc.nat(255), (lengths, seed) => {
      const room = memory.room(lengths.reduce((sum, length) => sum + length, 0))
      let at = 0
      const messages = lengths.map((length) => {
        const message = room.subarray(at, (at += length))
        for (let i = 0; i < length; i++) message[i] = i * 7 + at * 31 + seed
        return message
      })
      const alone = messages.map((message) => kernel.digest(message.slice()))
      assert.deepEqual(kernel.digests(messages.map((message) => message.slice())), alone)
      assert.deepEqual(here.digests(messages), alone)
      assert.deepEqual(
        messages.map((message) => here.digest(message)),
        alone,
      )
    }),
  )
})

test('messages longer than what is copied at once', () => {
  const messages = [1_000_000, 1_000_001, 1_300_000].map((length, lane) =>
    Uint8Array.from({ length }, (_, i) => Math.imul(i + lane, 2654435761) >>> 21),
  )
  assert.deepEqual(
    kernel.digests(messages),
    messages.map((message) => kernel.digest(message)),
  )
})

test('eDonkey: both roots of zeros at the sizes where they differ', () => {
  const cases = [
    [partBytes - 1, 'ac44b93fc9aff773ab0005c911f8396f', 'ac44b93fc9aff773ab0005c911f8396f', 0],
    [partBytes, 'fc21d9af828f92a8df64beac3357425d', 'd7def262a127cd79096a108e7a9fc138', 2],
    [partBytes + 1, '06329e9dba1373512c06386fe29e3c65', '06329e9dba1373512c06386fe29e3c65', 2],
    [2 * partBytes, '114b21c63a74b6ca922291a11177dd5c', '194ee9e4fa79b2ee9f8829284c466051', 3],
  ] as const
  for (const [size, red, blue, parts] of cases) {
    const digester = ed2kDigester(kernel)
    digester.update(new Uint8Array(size))
    const result = digester.digest()
    assert.deepEqual([hex(result.root), hex(result.blue), result.parts.length / 16], [red, blue, parts], `${size}`)
  }
  const empty = ed2kDigester(kernel).digest()
  assert.equal(hex(empty.root), '31d6cfe0d16ae931b73c59d7e0c089c0')
  assert.deepEqual(empty, ed2kOf(kernel, 0, new Uint8Array()))
})

test('eDonkey: parts gathered by four are those hashed one by one', () => {
  const step = Uint8Array.from({ length: 1_234_567 }, (_, i) => Math.imul(i, 2654435761) >>> 19)
  for (const size of [3 * partBytes + 17, 5 * partBytes, 7 * partBytes - 1]) {
    const digester = ed2kDigester(kernel)
    let part = kernel.digester()
    const parts: number[] = []
    for (let at = 0; at < size;) {
      const some = step.subarray(0, Math.min(step.length, partBytes - (at % partBytes), size - at))
      digester.update(some)
      part.update(some)
      at += some.length
      if (at % partBytes !== 0 && at < size) continue
      parts.push(...part.digest())
      part = kernel.digester()
    }
    assert.deepEqual(digester.digest(), ed2kOf(kernel, size, Uint8Array.from(parts)))
  }
})
