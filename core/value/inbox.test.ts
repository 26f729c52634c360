import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inbox } from './inbox.ts'

test('values come in order, before and while somebody waits, until the end', async () => {
  const box = inbox<number>(new AbortController().signal, 3)
  assert.deepEqual(
    [1, 2, 3, 4].map((value) => box.push(value)),
    [true, true, true, false],
  )
  const got: number[] = []
  const reading = (async () => {
    for await (const value of box) got.push(value)
  })()
  await new Promise(setImmediate)
  assert.deepEqual(got, [1, 2, 3])
  box.push(5)
  box.end()
  await reading
  assert.deepEqual(got, [1, 2, 3, 5])
})

test('an abort ends the iteration, also one that waits', async () => {
  const stop = new AbortController()
  const box = inbox<number>(stop.signal)
  const reading = (async () => {
    for await (const _ of box) assert.fail('nothing was pushed')
  })()
  stop.abort()
  await reading
})
