import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { grid } from './grid.ts'
import type { Proof } from './proof.ts'

function proof(start: number, end: number, leaf: number, algorithm: Proof['algorithm']): Proof {
  const count = Math.ceil((end - start) / leaf)
  return { start, end, leaf, algorithm, digestSize: 1, expected: Uint8Array.from({ length: count }, (_, at) => at) }
}

test('a torrent alone has its pieces as cells', () => {
  const cells = grid(250, [proof(0, 250, 100, 'sha1')])
  assert.equal(cells.count, 3)
  assert.deepEqual([cells.start(2), cells.end(2)], [200, 250])
  assert.equal(cells.cellAt(199), 1)
  assert.deepEqual(cells.check(2), { start: 200, end: 250, algorithm: 'sha1', expected: Uint8Array.of(2) })
})

test('cells of several trees are their intersections, proven by the finest', () => {
  const cells = grid(300, [proof(0, 300, 100, 'sha1'), proof(50, 250, 64, 'tth')])
  const bounds = Array.from({ length: cells.count }, (_, cell) => cells.start(cell))
  assert.deepEqual(bounds, [0, 50, 100, 114, 178, 200, 242, 250])
  assert.equal(cells.check(0)?.algorithm, 'sha1')
  assert.equal(cells.check(2)?.algorithm, 'tth')
  assert.deepEqual(cells.check(2), { start: 50, end: 114, algorithm: 'tth', expected: Uint8Array.of(0) })
})

test('what no tree covers has no proof', () => {
  const cells = grid(100, [proof(0, 40, 40, 'sha1')])
  assert.equal(cells.check(1), undefined)
})

test('whatever the trees, cells tile the bytes and lie inside one leaf of each, and the finest proves them', () => {
  const tree = fc.record({
    start: fc.nat(50),
    length: fc.integer({ min: 1, max: 200 }),
    leaf: fc.integer({ min: 1, max: 70 }),
  })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), fc.array(tree, { maxLength: 4 }), fc.nat(199), (size, trees, at) => {
      const proofs = trees
        .map(({ start, length, leaf }) => ({ start, end: Math.min(size, start + length), leaf }))
        .filter(({ start, end }) => start < end)
        .map(({ start, end, leaf }) => proof(start, end, leaf, 'sha1'))
      const cells = grid(size, proofs)
      let end = 0
      for (let cell = 0; cell < cells.count; cell++) {
        assert.equal(cells.start(cell), end)
        end = cells.end(cell)
        assert.ok(end > cells.start(cell))
        for (const one of proofs) {
          if (end <= one.start || cells.start(cell) >= one.end) continue
          const leafOf = (offset: number): number => Math.floor((offset - one.start) / one.leaf)
          assert.equal(leafOf(cells.start(cell)), leafOf(end - 1))
        }
        const [finest] = proofs
          .filter((one) => one.start <= cells.start(cell) && end <= one.end)
          .sort((a, b) => a.leaf - b.leaf)
        const check = cells.check(cell)
        assert.equal(check === undefined, finest === undefined)
        if (check === undefined || finest === undefined) continue
        const leaf = (cells.start(cell) - finest.start) / finest.leaf
        assert.equal(check.start, finest.start + Math.floor(leaf) * finest.leaf)
        assert.deepEqual(check.expected, Uint8Array.of(Math.floor(leaf)))
      }
      assert.equal(end, size)
      if (at < size) {
        const cell = cells.cellAt(at)
        assert.ok(cells.start(cell) <= at && at < cells.end(cell))
      }
    }),
  )
})
