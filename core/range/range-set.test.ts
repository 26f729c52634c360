import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { RangeSet } from './range-set.ts'

const operation = fc.record({ add: fc.boolean(), start: fc.nat(60), length: fc.nat(20) })

test('it behaves like a set of integers', () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 40 }), fc.nat(80), fc.nat(30), (operations, from, length) => {
      const set = new RangeSet()
      const model = new Set<number>()
      for (const { add, start, length } of operations) {
        if (add) set.add(start, start + length)
        else set.remove(start, start + length)
        for (let n = start; n < start + length; n++) {
          if (add) model.add(n)
          else model.delete(n)
        }
      }
      assert.equal(set.length, model.size)
      assert.deepEqual(
        [...set].flatMap(({ start, end }) => numbers(start, end)),
        [...model].sort((a, b) => a - b),
      )
      const inside = numbers(from, from + length).filter((n) => model.has(n))
      assert.equal(set.lengthWithin(from, from + length), inside.length)
      assert.equal(set.has(from, from + length), inside.length === length)
      const missing = [...set.missing(from, from + length)].flatMap(({ start, end }) => numbers(start, end))
      assert.deepEqual(
        missing,
        numbers(from, from + length).filter((n) => !model.has(n)),
      )
      let before = -1
      for (const { start, end } of set) {
        assert.ok(start > before && end > start, 'ranges are sorted, apart and not empty')
        before = end
      }
    }),
  )
})

test('offsets beyond 2^32 are as good as small ones', () => {
  const set = RangeSet.of([{ start: 2 ** 40, end: 2 ** 40 + 10 }])
  set.remove(2 ** 40 + 2, 2 ** 40 + 4)
  assert.deepEqual(
    [...set],
    [
      { start: 2 ** 40, end: 2 ** 40 + 2 },
      { start: 2 ** 40 + 4, end: 2 ** 40 + 10 },
    ],
  )
})

function numbers(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, at) => start + at)
}
