import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { concat, equal, hex } from '../bytes.ts'
import { bt2Digester, bt2Filler, bt2Leaves, bt2Piece, bt2Root, bt2Tree } from './bt2.ts'
import { join, layers, merkleRoot, proofOf, proves } from './merkle.ts'
import { sha256 } from './sha.ts'

const node = (left: Uint8Array, right: Uint8Array): Uint8Array => join(bt2Tree, left, right)
const leaf = (index: number): Uint8Array => sha256(Uint8Array.of(index))

function leaves(count: number): Uint8Array {
  return concat(Array.from({ length: count }, (_, index) => leaf(index)))
}

test('an odd one goes up as it is', () => {
  assert.deepEqual(merkleRoot(bt2Tree, leaves(1)), leaf(0))
  assert.deepEqual(merkleRoot(bt2Tree, leaves(3)), node(node(leaf(0), leaf(1)), leaf(2)))
  const five = node(node(node(leaf(0), leaf(1)), node(leaf(2), leaf(3))), leaf(4))
  assert.deepEqual(merkleRoot(bt2Tree, leaves(5)), five)
  assert.deepEqual(
    layers(bt2Tree, leaves(5)).map((level) => level.length / 32),
    [5, 3, 2, 1],
  )
})

test('a proof proves its leaf at its place and nothing else', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(39), fc.nat(39), (count, one, other) => {
      const [index, wrong] = [one % count, other % count]
      const levels = layers(bt2Tree, leaves(count))
      const root = levels.at(-1)!
      const proof = proofOf(bt2Tree, levels, index)
      assert.ok(proves(bt2Tree, root, leaf(index), index, count, proof))
      if (wrong !== index) {
        assert.ok(!proves(bt2Tree, root, leaf(wrong), index, count, proof))
        assert.ok(!proves(bt2Tree, root, leaf(index), wrong, count, proof))
      }
      assert.ok(!proves(bt2Tree, root, leaf(index), index, count, [...proof, leaf(0)]))
      assert.ok(count === 1 || !proves(bt2Tree, root, leaf(index), index, count, proof.slice(1)))
      assert.ok(!proves(bt2Tree, root, leaf(index), count, count, proof))
      assert.ok(!proves(bt2Tree, root, leaf(index), -1, count, proof))
    }),
  )
})

test('BitTorrent 2: filled with zero leaves to a power of two', () => {
  const zero = new Uint8Array(32)
  assert.deepEqual(bt2Filler(0), zero)
  assert.deepEqual(bt2Filler(2), node(node(zero, zero), node(zero, zero)))
  assert.deepEqual(bt2Root(leaves(3)), node(node(leaf(0), leaf(1)), node(leaf(2), zero)))
  const five = node(node(node(leaf(0), leaf(1)), node(leaf(2), leaf(3))), node(node(leaf(4), zero), node(zero, zero)))
  assert.deepEqual(bt2Root(leaves(5)), five)
  assert.equal(hex(bt2Filler(1)), 'f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b')
})

test('BitTorrent 2: digests of files, whatever the cuts and the piece length', () => {
  const step = Uint8Array.from({ length: 300_000 }, (_, i) => Math.imul(i, 2654435761) >>> 21)
  for (const size of [0, 1, 16383, 16384, 16385, 65536, 65537, 131072, 300_000]) {
    const bytes = step.subarray(0, size)
    const expected = size === 0 ? undefined : bt2Root(bt2Leaves(bytes))
    for (const pieceLength of [16384, 32768, 65536, 1 << 20]) {
      for (const cut of [1000, 16384, 40_000, 1 << 20]) {
        const digester = bt2Digester(pieceLength)
        for (let at = 0; at < size; at += cut) digester.update(bytes.subarray(at, at + cut))
        const { root, pieceLayer } = digester.digest()
        assert.deepEqual(root, expected)
        if (size <= pieceLength) {
          assert.equal(pieceLayer.length, 0)
        } else {
          assert.equal(pieceLayer.length / 32, Math.ceil(size / pieceLength))
          const second = bt2Piece(bt2Leaves(bytes.subarray(pieceLength, 2 * pieceLength)), pieceLength)
          assert.ok(equal(pieceLayer.subarray(32, 64), second))
        }
      }
    }
  }
})
