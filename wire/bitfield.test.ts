import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { attempt } from './fault.ts'
import { Bitfield } from './bitfield.ts'

const bits = fc.array(fc.boolean(), { maxLength: 150 })

function of(bits: readonly boolean[]): Bitfield {
  const field = new Bitfield(bits.length)
  bits.forEach((bit, index) => bit && field.set(index))
  return field
}

test('the highest bit of the first byte is piece 0', () => {
  const field = Bitfield.fromWire(Uint8Array.of(0b1010_0000, 0b0100_0000), 10)
  assert.deepEqual([...field], [0, 2, 9])
  assert.deepEqual(field.toBytes(), Uint8Array.of(0b1010_0000, 0b0100_0000))
})

test('wrong lengths and spare bits are faults, indices beyond the size are not there', () => {
  const code = (run: () => unknown): string | undefined => {
    const result = attempt(run)
    return result.ok ? undefined : result.fault.code
  }
  assert.equal(
    code(() => Bitfield.fromWire(Uint8Array.of(0), 9)),
    'wire/bitfield',
  )
  assert.equal(
    code(() => Bitfield.fromWire(Uint8Array.of(0, 0), 8)),
    'wire/bitfield',
  )
  assert.equal(
    code(() => Bitfield.fromWire(Uint8Array.of(1), 7)),
    'wire/bitfield',
  )
  assert.equal(
    code(() => Bitfield.fromWire(Uint8Array.of(1), 8)),
    undefined,
  )
  assert.equal(new Bitfield(8).set(8), false)
  assert.equal(new Bitfield(8).clear(-1), false)
  assert.equal(new Bitfield(8).get(8), false)
  assert.equal(new Bitfield(8).get(-1), false)
})

test('behaves as an array of booleans', () => {
  fc.assert(
    fc.property(bits, fc.array(fc.tuple(fc.nat(149), fc.boolean())), (start, changes) => {
      const model = [...start]
      const field = of(start)
      for (const [index, value] of changes) {
        if (index >= model.length) continue
        assert.equal(value ? field.set(index) : field.clear(index), model[index] !== value)
        model[index] = value
      }
      assert.equal(field.count, model.filter(Boolean).length)
      assert.equal(field.isFull, model.every(Boolean))
      assert.deepEqual(
        [...field],
        [...model.keys()].filter((index) => model[index]),
      )
      for (let from = -1; from <= model.length + 1; from++) {
        assert.equal(field.get(from), model[from] === true)
        assert.equal(field.nextSet(from), model.indexOf(true, Math.max(0, from)))
        assert.equal(field.nextClear(from), model.indexOf(false, Math.max(0, from)))
      }
      const copy = Bitfield.fromWire(field.toBytes(), model.length)
      assert.equal(copy.count, field.count)
      assert.deepEqual(copy.toBytes(), field.toBytes())
      const clone = field.clone()
      clone.setAll()
      assert.equal(clone.count, model.length)
      assert.deepEqual(clone.toBytes(), Bitfield.full(model.length).toBytes())
      assert.equal(clone.nextClear(), -1)
      clone.clearAll()
      assert.equal(clone.nextSet(), -1)
      assert.equal(field.count, copy.count)
    }),
  )
})

test('counts what two have in common and what one lacks', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), fc.boolean()), { maxLength: 150 }), (pairs) => {
      const one = of(pairs.map(([bit]) => bit))
      const other = of(pairs.map(([, bit]) => bit))
      assert.equal(one.andCount(other), pairs.filter(([a, b]) => a && b).length)
      assert.equal(one.andNotCount(other), pairs.filter(([a, b]) => a && !b).length)
    }),
  )
})

test('long gaps are crossed', () => {
  const field = new Bitfield(1_000_003)
  field.set(1_000_001)
  assert.equal(field.nextSet(3), 1_000_001)
  field.setAll()
  field.clear(999_999)
  assert.equal(field.nextClear(5), 999_999)
  assert.equal(field.nextClear(1_000_000), -1)
})
