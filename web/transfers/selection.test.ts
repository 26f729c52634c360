import assert from 'node:assert/strict'
import { test } from 'node:test'
import { choose, extend, nothingChosen, toggle } from './selection.ts'

const idAt = (index: number): string | undefined => 'abcdef'[index]

test('one row, then one more, then one less', () => {
  const one = choose('b', 1)
  const two = toggle(one, 'd', 3)
  assert.deepEqual([...two.ids], ['b', 'd'])
  assert.deepEqual([...toggle(two, 'b', 1).ids], ['d'])
  assert.deepEqual([...one.ids], ['b'], 'the former value is not touched')
})

test('a range goes from the anchor, in both directions, and keeps it', () => {
  const start = choose('c', 2)
  const down = extend(start, 4, idAt)
  assert.deepEqual([...down.ids].sort(), ['c', 'd', 'e'])
  assert.equal(down.anchor, 2)
  assert.deepEqual([...extend(start, 0, idAt).ids].sort(), ['a', 'b', 'c'])
})

test('rows that are not loaded are left out of a range, and without an anchor it is one row', () => {
  assert.deepEqual([...extend(choose('f', 5), 8, idAt).ids], ['f'])
  assert.deepEqual([...extend(nothingChosen, 1, idAt).ids], ['b'])
})
