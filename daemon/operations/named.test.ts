import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FaultError } from '@kith/core/fault/fault.ts'
import { named } from './named.ts'

interface One {
  readonly id: string
  readonly name: string
}

const id = (digits: string): string => digits.padEnd(64, '0')
const bob: One = { id: id('b0bb0bb0b1'), name: 'Bob' }
const find = (all: readonly One[], text: string): One =>
  named(all, text, (one) => [one.id, one.name], 'test/unknown', 'device')

test('one is found by its id, by its name, and by the beginning of either', () => {
  const all = [bob, { id: id('cc'), name: 'Cem' }]
  for (const text of [bob.id, 'B0BB0', 'b0', 'bob', 'BOB', 'bo']) assert.equal(find(all, text), bob, text)
  assert.throws(() => find(all, 'dan'), /no device “dan”/)
  assert.throws(() => find(all, ''), /no device/)
})

test('of two with one name neither is taken, and the fault says how each is meant', () => {
  const other = { id: id('0123456789abcdef'), name: 'bob' }
  const fault = (): unknown => find([bob, other], 'Bob')
  assert.throws(fault, (error) => {
    assert.ok(error instanceof FaultError)
    assert.equal(error.fault.code, 'name/ambiguous')
    assert.match(error.fault.message, /more than one device “Bob”/)
    assert.match(error.fault.hint!, /b0bb0bb0b100 \(Bob\), 0123456789ab \(bob\)\./)
    return true
  })
  assert.equal(find([bob, other], '0123456789ab'), other)
})

test('nobody is taken for another by a name like the id of that one, or like the beginning of it', () => {
  const whole = { id: id('66'), name: bob.id }
  assert.equal(find([whole, bob], bob.id), bob)
  const begins = { id: id('66'), name: bob.id.slice(0, 8) }
  assert.throws(() => find([begins, bob], bob.id.slice(0, 8)), /more than one/)
})

test('of many some are listed', () => {
  const many = Array.from({ length: 20 }, (_, at): One => ({ id: id(`a${at}`), name: 'Box' }))
  assert.throws(
    () => find(many, 'box'),
    (error) => error instanceof FaultError && /, and more\.$/.test(error.fault.hint!),
  )
})
