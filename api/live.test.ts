import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { diffPatch, mergePatch, views } from './live.ts'

/** JSON without `null`, with keys that objects have by themselves. */
const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.integer(),
    fc.string(),
    fc.boolean(),
    fc.array(tie('value'), { maxLength: 3 }),
    fc
      .uniqueArray(
        fc.tuple(fc.constantFrom('a', 'b', 'constructor', 'toString', '__proto__', 'hasOwnProperty'), tie('value')),
        { maxLength: 4, selector: ([key]) => key },
      )
      .map((entries) => Object.fromEntries(entries)),
  ),
})).value

test('a patch makes the new value of the old one, and there is none between equals', () => {
  fc.assert(
    fc.property(json, json, (from, to) => {
      const patch = diffPatch(from, to)
      if (patch === undefined) assert.equal(JSON.stringify(sorted(from)), JSON.stringify(sorted(to)))
      else
        assert.equal(
          JSON.stringify(sorted(mergePatch(from, JSON.parse(JSON.stringify(patch))))),
          JSON.stringify(sorted(to)),
        )
      assert.equal(diffPatch(from, structuredClone(from)), undefined)
    }),
  )
})

test('merge patches are those of RFC 7396', () => {
  const target = { title: 'Goodbye!', author: { given: 'John', family: 'Doe' }, tags: ['example'], content: 'x' }
  const patch = { title: 'Hello!', phone: '+01', author: { family: null }, tags: ['sample'] }
  const before = structuredClone(target)
  assert.deepEqual(mergePatch(target, patch), {
    title: 'Hello!',
    author: { given: 'John' },
    tags: ['sample'],
    content: 'x',
    phone: '+01',
  })
  assert.deepEqual(target, before)
  assert.deepEqual(mergePatch({ e: 1 }, { a: { bb: { ccc: null } } }), { e: 1, a: { bb: {} } })
  assert.deepEqual(mergePatch(['a'], { b: 1 }), { b: 1 })
})

test('only what changed is told', () => {
  assert.deepEqual(diffPatch({ rows: 1, state: { got: 1, paused: 2 } }, { rows: 1, state: { got: 2 } }), {
    state: { got: 2, paused: null },
  })
})

test('views are told apart, and others refused', () => {
  assert.ok(views.safeParse({ a: { view: 'transfers', query: { from: 0, count: 50, sort: 'name' } } }).success)
  assert.ok(!views.safeParse({ a: { view: 'secrets' } }).success)
  assert.ok(!views.safeParse({ a: { view: 'transfer' } }).success)
  assert.ok(!views.safeParse([]).success)
})

/** Objects with their keys in one order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, inner]): [string, unknown] => [key, sorted(inner)])
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}
