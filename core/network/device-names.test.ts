import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { calledName, shownNames } from './device-names.ts'

const [one, other] = ['1'.repeat(64), '2'.repeat(64)]

test('a name of one device is shown as it is, one of two with the beginning of their ids', () => {
  assert.deepEqual([...shownNames([{ id: one, name: 'Laptop' }])], [[one, 'Laptop']])
  const two = shownNames([
    { id: one, name: 'Laptop' },
    { id: other, name: ' laptop' },
  ])
  assert.deepEqual([two.get(one), two.get(other)], ['Laptop (11111111)', ' laptop (22222222)'])
})

test('the same device twice is one', () => {
  const twice = [
    { id: one, name: 'Laptop' },
    { id: one, name: 'Laptop' },
  ]
  assert.equal(shownNames(twice).get(one), 'Laptop')
})

test('of a shown name it is known what the device calls itself', () => {
  const names = ['Laptop', 'Laptop', 'Laptop (11111111)', 'Phone']
  const shown = shownNames(names.map((name, at) => ({ id: String(at).repeat(64), name })))
  assert.deepEqual([...shown.values()].map(calledName).toSorted(), names.toSorted())
})

test('nobody gets the name of another by calling itself as that one is shown, or by an id that begins alike', () => {
  const begins = `11111111${'3'.repeat(56)}`
  const shown = shownNames([
    { id: one, name: 'Laptop' },
    { id: other, name: 'Laptop (11111111)' },
    { id: begins, name: 'Laptop' },
  ])
  assert.deepEqual([...shown.values()].toSorted(), [
    'Laptop (11111111) (22222222)',
    'Laptop (111111111111)',
    'Laptop (111111113333)',
  ])
})

test('no two devices are ever shown by one name', () => {
  const hex = fc.constantFrom('0', '1', 'a')
  const id = fc.array(hex, { minLength: 10, maxLength: 10 }).map((digits) => digits.join('').padEnd(64, '0'))
  const name = fc.oneof(
    fc.constantFrom('Laptop', 'laptop', 'Phone', 'Laptop (00000000)', 'Laptop (0000000010)'),
    fc.string({ maxLength: 12 }),
  )
  fc.assert(
    fc.property(fc.uniqueArray(fc.record({ id, name }), { maxLength: 12, selector: (each) => each.id }), (devices) => {
      const shown = shownNames(devices)
      assert.equal(new Set(shown.values()).size, devices.length)
    }),
  )
})
