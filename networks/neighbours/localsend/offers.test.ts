import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SentFile } from '@kith/core/network/deliveries.ts'
import { MOST_WRONG, PinGuesses, WAIT_MS } from './guesses.ts'
import { MOST_WRONG_IN_ALL, Offers } from './offers.ts'

const files: readonly SentFile[] = ['one', 'two'].map((name) => ({
  name,
  size: 3,
  async *open() {
    yield new Uint8Array(3)
  },
}))

function offers(): Offers {
  let drawn = 0
  return new Offers(() => `session ${drawn++}`, new PinGuesses())
}

test('what is offered is told to who knows the PIN, and fetched from where it was asked', () => {
  const all = offers()
  assert.equal(all.ask('10.0.0.2', '4711', null, 0), 403)
  const offer = all.add(files, '4711')
  const other = all.add(files.slice(1), '0815')
  assert.equal(all.ask('10.0.0.2', null, null, 0), 401)
  assert.equal(all.ask('10.0.0.2', '1', null, 0), 401)
  const told = all.ask('10.0.0.2', '4711', null, 0)
  assert.ok(typeof told === 'object')
  assert.deepEqual(
    told.files.map(({ name }) => name),
    ['one', 'two'],
  )
  // Known once, it is asked for no more; elsewhere it is.
  assert.deepEqual(all.ask('10.0.0.2', null, told.session, 0), told)
  assert.equal(all.ask('10.0.0.3', null, told.session, 0), 401)
  assert.equal(all.file(told.session, '1', '10.0.0.2')?.name, 'two')
  for (const [session, id, from] of [
    [told.session, '1', '10.0.0.3'],
    [told.session, '2', '10.0.0.2'],
    [told.session, '-1', '10.0.0.2'],
    [told.session, '__proto__', '10.0.0.2'],
    ['none', '0', '10.0.0.2'],
  ] as const) {
    assert.equal(all.file(session, id, from), undefined)
  }
  const second = all.ask('10.0.0.2', '0815', null, 0)
  assert.ok(typeof second === 'object' && second.files.length === 1)
  offer[Symbol.dispose]()
  assert.equal(all.file(told.session, '1', '10.0.0.2'), undefined)
  assert.equal(all.any, true)
  other[Symbol.dispose]()
  assert.equal(all.any, false)
})

test('who guesses waits, and many who guess end it', () => {
  const all = offers()
  all.add(files, '4711')
  for (let tries = 0; tries < MOST_WRONG; tries++) assert.equal(all.ask('10.0.0.2', `${tries}`, null, 0), 401)
  assert.equal(all.ask('10.0.0.2', '4711', null, WAIT_MS - 1), 429)
  assert.equal(typeof all.ask('10.0.0.2', '4711', null, WAIT_MS), 'object')
  for (let tries = MOST_WRONG; tries < MOST_WRONG_IN_ALL; tries++) all.ask(`10.0.1.${tries}`, 'x', null, 0)
  assert.equal(all.any, false)
  assert.equal(all.ask('10.0.0.9', '4711', null, 0), 403)
})

test('addresses without end are not remembered without end', () => {
  const guesses = new PinGuesses()
  for (let tries = 0; tries < 5_000; tries++) guesses.check(`address ${tries}`, () => false, 'x', 0)
  // The first is forgotten by now; the newest is not.
  for (let tries = 1; tries < MOST_WRONG; tries++) guesses.check('address 4999', () => false, 'x', 0)
  assert.equal(
    guesses.check('address 4999', () => true, 'right', 0),
    429,
  )
  assert.equal(
    guesses.check('address 0', () => true, 'right', 0),
    undefined,
  )
})
