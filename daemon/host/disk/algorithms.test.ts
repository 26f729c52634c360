import assert from 'node:assert/strict'
import { test } from 'node:test'
import { base32, hex } from '@kith/wire/bytes.ts'
import { tigerTreeDigester } from '@kith/wire/hash/tiger-tree.ts'
import { TigerKernel } from '@kith/wire/hash/tiger.ts'
import { joiner, leafHash } from './algorithms.ts'
import { native, portable } from './blake3.ts'

test('leaves of Tiger trees, in one call and in parts', () => {
  const leaf = leafHash('tth')
  const bytes = new Uint8Array(1025).fill(65)
  assert.equal(base32(leaf.of(bytes)), 'PZMRYHGY6LTBEH63ZWAHDORHSYTLO4LEFUIKHWY')
  const running = leaf.start()
  for (let at = 0; at < bytes.length; at += 100) running.update(bytes.subarray(at, at + 100))
  assert.equal(base32(running.digest()), 'PZMRYHGY6LTBEH63ZWAHDORHSYTLO4LEFUIKHWY')
})

test('aligned blocks of a file are the leaves that a source sends', () => {
  const file = Uint8Array.from({ length: 200_000 }, (_, index) => Math.imul(index, 2654435761) >>> 24)
  const running = tigerTreeDigester(new TigerKernel())
  running.update(file)
  const { blockBytes, leaves } = running.digest()
  assert.equal(blockBytes, 65_536)
  for (let at = 0; at * blockBytes < file.length; at++) {
    const block = file.subarray(at * blockBytes, (at + 1) * blockBytes)
    assert.deepEqual(leafHash('tth').of(block), leaves.subarray(at * 24, (at + 1) * 24))
  }
})

test('nodes over parts of a block make up the node over all of it', () => {
  const joins = joiner('tth')!
  const leaf = leafHash('tth')
  const block = Uint8Array.from({ length: 3_500_001 }, (_, index) => Math.imul(index, 2654435761) >>> 24)
  for (const part of [1024, 65_536, 1_048_576, 4_194_304]) {
    const digests: number[] = []
    for (let at = 0; at < block.length; at += part) digests.push(...leaf.of(block.subarray(at, at + part)))
    assert.ok(joins.can(part))
    assert.deepEqual(joins.of(Uint8Array.from(digests)), leaf.of(block), `parts of ${part}`)
  }
  assert.equal(joins.can(100_000), false)
  assert.equal(joins.can(512), false)
  assert.equal(joiner('sha1'), undefined)
  assert.equal(joiner('aich'), undefined)
})

/** What the test vectors of BLAKE3 are made of. */
function counted(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => index % 251)
}

test('BLAKE3 is that of its test vectors, in one call and in parts, wherever the bytes lie', () => {
  // From test_vectors.json of the BLAKE3 team.
  const vectors: readonly [number, string][] = [
    [0, 'af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262'],
    [1, '2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213'],
    [1024, '42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7'],
    [31744, '62b6960e1a44bcc1eb1a611a8d6235b6b4b78f32e7abc4fb4c6cdcce94895c47'],
  ]
  for (const [length, digest] of vectors) {
    const bytes = counted(length)
    const shared = new Uint8Array(new SharedArrayBuffer(length))
    shared.set(bytes)
    for (const begin of [leafHash('blake3').start, native(), portable()]) {
      const running = begin!()
      for (let at = 0; at < length; at += 1000) running.update(shared.subarray(at, at + 1000))
      assert.equal(hex(running.digest()), digest)
    }
    assert.equal(hex(leafHash('blake3').of(bytes)), digest)
  }
})
