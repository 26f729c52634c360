import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { queryOf, sorted, transfersSearch, windowAround } from './search.ts'

test('an address is read, and what makes no sense in it is left out', () => {
  assert.deepEqual(transfersSearch({ filter: 'linux', state: 'getting', sort: 'name', id: 'x', tab: 'files' }), {
    filter: 'linux',
    state: 'getting',
    sort: 'name',
    id: 'x',
    tab: 'files',
  })
  assert.deepEqual(transfersSearch({ filter: '', state: 'no', sort: 3, descending: 'yes', tab: 'x', more: 1 }), {})
  fc.assert(fc.property(fc.object(), (given) => typeof transfersSearch(given) === 'object'))
})

test('the daemon is not asked for what only the page knows', () => {
  assert.deepEqual(queryOf({ filter: 'a', id: 'x', tab: 'files' }), { filter: 'a' })
})

test('another column sorts from its useful end, the same one turns around', () => {
  assert.deepEqual(sorted({}, 'size'), { sort: 'size', descending: true })
  assert.deepEqual(sorted({}, 'name'), { sort: 'name', descending: false })
  assert.deepEqual(sorted({ sort: 'name', descending: false }, 'name'), { sort: 'name', descending: true })
  assert.deepEqual(sorted({}, 'addedAt'), { sort: 'addedAt', descending: false }, 'it is the column of the start')
})

test('a window holds the rows on screen, with some around them, and changes in steps', () => {
  fc.assert(
    fc.property(fc.nat(1_000_000), fc.nat(100), (first, more) => {
      const { from, count } = windowAround(first, first + more)
      assert.ok(from <= first && from + count > first + more)
      assert.equal(from % 50, 0)
      assert.ok(count <= 300)
    }),
  )
  assert.deepEqual(windowAround(0, 20), { from: 0, count: 50 })
  assert.deepEqual(windowAround(20, 38), { from: 0, count: 50 })
})
