import assert from 'node:assert/strict'
import { test } from 'node:test'
import { journal } from './journal.ts'

const clock = { now: () => 1_000 }

test('numbers grow by one, and a reader goes on where it was', () => {
  const told = journal(clock)
  told.tell('transfer/added', 'a')
  told.tell('transfer/completed', 'a', { bytes: 3 })
  assert.deepEqual(told.since(1), {
    entries: [{ seq: 2, at: 1_000, type: 'transfer/completed', subject: 'a', data: { bytes: 3 } }],
    gap: false,
  })
  assert.deepEqual(told.since(2), { entries: [], gap: false })
})

test('who was away for too long is told of the gap', () => {
  const told = journal(clock, 3)
  for (let n = 0; n < 5; n++) told.tell('tick')
  const { entries, gap } = told.since(0)
  assert.equal(gap, true)
  assert.deepEqual(
    entries.map(({ seq }) => seq),
    [3, 4, 5],
  )
  assert.equal(told.since(2).gap, false)
  assert.equal(told.since(99).gap, true, 'a number of an earlier run')
})

test('a watcher hears every entry until it is disposed', () => {
  const told = journal(clock)
  const heard: number[] = []
  const watching = told.watch(({ seq }) => heard.push(seq))
  told.tell('one')
  watching[Symbol.dispose]()
  told.tell('two')
  assert.deepEqual(heard, [1])
})
