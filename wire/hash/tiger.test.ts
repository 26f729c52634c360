import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import fc from 'fast-check'
import { base32, concat, fromBase32, hex, utf8 } from '../bytes.ts'
import { layers, merkleRoot } from './merkle.ts'
import { blockBytesOf, tigerRoot, tigerTreeDigester, tth } from './tiger-tree.ts'
import { leafBytes, TigerKernel, tigerSize } from './tiger.ts'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-'
let kernel: TigerKernel
before(() => void (kernel = new TigerKernel()))

function noise(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => Math.imul(i + length, 2654435761) >>> 17)
}

test('the vectors of the authors', () => {
  const vectors: Record<string, string> = {
    '': '3293ac630c13f0245f92bbb1766e16167a4e58492dde73f3',
    a: '77befbef2e7ef8ab2ec8f93bf587a7fc613e247f5f247809',
    abc: '2aab1484e8c158f2bfb8c5ff41b57a525129131c957b5f93',
    Tiger: 'dd00230799f5009fec6debc838bb6a27df2b9d6f110c7937',
    [alphabet]: 'f71c8583902afb879edfe610f82c0d4786a3a534504486b5',
    [alphabet + alphabet]: 'c54034e5b43eb8005848a7e0ae6aac76e4ff590ae715fd25',
  }
  for (const [text, digest] of Object.entries(vectors)) assert.equal(hex(kernel.digest(utf8(text))), digest, text)
})

test('a client identity of Direct Connect is Tiger of the private one', () => {
  const pid = fromBase32('SR4QQTNQXSZ2FMRFG7NT5SRP7CK4SSZSOCTVIXY')!
  assert.equal(base32(kernel.digest(pid)), 'W2WPXVX4ZCWITX5Y7OYWAWYZSGVSGT4XQ2K4GJY')
})

test('long messages and prefixes make one message', () => {
  const message = noise(2 * 1024 * 1024 + 77)
  const whole = kernel.digest(message)
  for (const cut of [0, 1, 63, 64]) {
    assert.deepEqual(kernel.digest(message.subarray(cut), message.subarray(0, cut)), whole)
  }
})

test('the vectors of THEX', () => {
  const vectors: [Uint8Array, string][] = [
    [new Uint8Array(), 'LWPNACQDBZRYXW3VHJVCJ64QBZNGHOHHHZWCLNQ'],
    [new Uint8Array(1), 'VK54ZIEEVTWNAUI5D5RDFIL37LX2IQNSTAXFKSA'],
    [new Uint8Array(1024).fill(0x41), 'L66Q4YVNAFWVS23X2HJIRA5ZJ7WXR3F26RSASFA'],
    [new Uint8Array(1025).fill(0x41), 'PZMRYHGY6LTBEH63ZWAHDORHSYTLO4LEFUIKHWY'],
  ]
  for (const [bytes, digest] of vectors) assert.equal(base32(tth(kernel, bytes)), digest)
})

test('the batches of the kernel and the plain tree agree', () => {
  const tree = {
    size: tigerSize,
    node: (both: Uint8Array) => kernel.digest(both, Uint8Array.of(1)),
  }
  for (const length of [0, 1, 1023, 1024, 1025, 2048, 2049, 5 * 1024, 65535, 65536, 65537, 200_000, 1_100_000]) {
    const bytes = noise(length)
    const leaves: Uint8Array[] = []
    for (let at = 0; at < Math.max(1, length); at += leafBytes) {
      leaves.push(kernel.digest(bytes.subarray(at, at + leafBytes), Uint8Array.of(0)))
    }
    assert.deepEqual(kernel.leaves(bytes), concat(leaves))
    assert.deepEqual(tth(kernel, bytes), merkleRoot(tree, concat(leaves)))
  }
})

test('any cut into updates gives the same tree', () => {
  const bytes = noise(300_001)
  const whole = tth(kernel, bytes)
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length), { maxLength: 8 }), (cuts) => {
      const digester = tigerTreeDigester(kernel)
      let at = 0
      for (const cut of [...cuts.sort((one, other) => one - other), bytes.length]) {
        digester.update(bytes.subarray(at, cut))
        at = cut
      }
      assert.deepEqual(digester.digest().root, whole)
    }),
    { numRuns: 30 },
  )
})

test('at most 512 leaves are kept, of 64 KiB or more, and they give the root and the digests of their blocks', () => {
  for (const [size, blockBytes, count] of [
    [1000, 65536, 1],
    [65537, 65536, 2],
    [512 * 65536, 65536, 512],
    [512 * 65536 + 1, 131072, 257],
    [1024 * 65536 + 5, 262144, 257],
    [1027 * 65536 + 5, 262144, 257],
  ] as const) {
    const digester = tigerTreeDigester(kernel)
    const step = noise(1_000_000)
    for (let at = 0; at < size; at += step.length) digester.update(step.subarray(0, Math.min(step.length, size - at)))
    const tree = digester.digest()
    assert.deepEqual([tree.blockBytes, tree.leaves.length / tigerSize], [blockBytes, count], `${size}`)
    assert.deepEqual(tigerRoot(kernel, tree.leaves), tree.root)
    assert.equal(blockBytesOf(size, count), size <= 65536 ? 1024 : blockBytes)
    const second = Uint8Array.from(
      { length: Math.min(blockBytes, size - blockBytes) },
      (_, i) => step[(blockBytes + i) % step.length]!,
    )
    if (count > 1) assert.deepEqual(tree.leaves.slice(tigerSize, 2 * tigerSize), tth(kernel, second))
  }
  assert.equal(blockBytesOf(10 * 65536, 7), undefined)
  assert.equal(blockBytesOf(0, 1), 1024)
})

test('every level of the tree has the same root', () => {
  const bytes = noise(77_777)
  const tree = { size: tigerSize, node: (both: Uint8Array) => kernel.fold(both) }
  for (const level of layers(tree, kernel.leaves(bytes))) assert.deepEqual(tigerRoot(kernel, level), tth(kernel, bytes))
})
