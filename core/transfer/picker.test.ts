import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Priority } from './picker.ts'
import { Picker } from './picker.ts'

function seeded(seed: number): { number(): number; bytes(length: number): Uint8Array<ArrayBuffer> } {
  let state = seed
  return {
    number: () => ((state = (state * 16807 + 1) % 2147483647), state / 2147483647),
    bytes: (length) => new Uint8Array(length),
  }
}

function fresh(count: number, seed = 1): Picker {
  const picker = new Picker(count, seeded(seed))
  for (let cell = 0; cell < count; cell++) {
    picker.setFresh(cell, true)
    picker.prioritise(cell, 2)
  }
  return picker
}

test('the rarest comes first', () => {
  const picker = fresh(10)
  for (let cell = 0; cell < 10; cell++) for (let n = 0; n <= cell % 5; n++) picker.count(cell, 1)
  const rarest = picker.next(() => true, 0)
  assert.ok(rarest === 0 || rarest === 5)
})

test('priority goes before rarity', () => {
  const picker = fresh(10)
  for (let n = 0; n < 50; n++) picker.count(7, 1)
  picker.prioritise(7, 3)
  assert.equal(
    picker.next(() => true, 0),
    7,
  )
})

test('equals come in an order that chance decides', () => {
  const firsts = new Set(Array.from({ length: 20 }, (_, seed) => fresh(100, seed + 1).next(() => true, 0)))
  assert.ok(firsts.size > 5, `twenty peers chose ${firsts.size} different first cells`)
})

test('in order means in order', () => {
  const picker = fresh(10)
  picker.sequential = true
  picker.reorder()
  picker.setFresh(0, false)
  assert.equal(
    picker.next(() => true, 0),
    1,
  )
  assert.equal(
    picker.next((cell) => cell > 4, 0),
    5,
  )
})

test('whatever changes, it gives a cell that is fresh, wanted and passes, if there is one', () => {
  const change = fc.record({
    cell: fc.nat(19),
    what: fc.oneof(
      fc.record({ fresh: fc.boolean() }),
      fc.record({ priority: fc.constantFrom<Priority>(0, 1, 2, 3) }),
      fc.record({ more: fc.boolean() }),
    ),
  })
  fc.assert(
    fc.property(fc.array(change, { maxLength: 60 }), fc.uniqueArray(fc.nat(19)), (changes, has) => {
      const picker = new Picker(20, seeded(3))
      const isFresh = new Map<number, boolean>()
      const priority = new Map<number, number>()
      const available = new Map<number, number>()
      let now = 0
      for (const { cell, what } of changes) {
        if ('fresh' in what) {
          picker.setFresh(cell, what.fresh)
          isFresh.set(cell, what.fresh)
        } else if ('priority' in what) {
          picker.prioritise(cell, what.priority)
          priority.set(cell, what.priority)
        } else if (what.more || (available.get(cell) ?? 0) > 0) {
          picker.count(cell, what.more ? 1 : -1)
          available.set(cell, (available.get(cell) ?? 0) + (what.more ? 1 : -1))
        }
        now += 300
        const eligible = has.filter((one) => isFresh.get(one) === true && (priority.get(one) ?? 0) > 0)
        const next = picker.next((one) => has.includes(one), now)
        if (eligible.length === 0) assert.equal(next, -1)
        else assert.ok(eligible.includes(next), `${next} is one of ${eligible.join(', ')}`)
      }
      const wanted = [...isFresh].filter(([cell, fresh]) => fresh && (priority.get(cell) ?? 0) > 0)
      assert.equal(picker.fresh, wanted.length)
    }),
  )
})
