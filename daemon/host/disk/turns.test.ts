import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { Turns } from './turns.ts'

/** Each thread raises a counter in two steps, which only works when nobody comes between them. */
const program = `
  const { workerData, threadId } = require('node:worker_threads')
  const { turns: { memory, source }, counter, times } = workerData
  import(source).then(({ Turns }) => {
    const turns = new Turns(memory)
    for (let i = 0; i < times; i++) {
      const turn = turns.take(7, threadId)
      const before = counter[0]
      if (i % 50 === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
      counter[0] = before + 1
      turn[Symbol.dispose]()
    }
  })`

test('threads that write to one file never do so at once', async () => {
  const turns = new Turns()
  const counter = new Int32Array(new SharedArrayBuffer(4))
  const source = new URL('./turns.ts', import.meta.url).href
  const workers = [1, 2, 3].map(
    () =>
      new Worker(program, {
        eval: true,
        workerData: { turns: { memory: turns.memory, source }, counter, times: 1_000 },
      }),
  )
  await Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('exit', resolve))))
  assert.equal(counter[0], 3_000)
})

test('the turn of a thread that died is over, that of another is not', () => {
  const turns = new Turns()
  const held = turns.take(3, 11)
  turns.release(12)
  turns.take(4, 12)
  turns.release(12)
  turns.take(4, 13)[Symbol.dispose]()
  held[Symbol.dispose]()
  turns.take(3 + 64, 13)[Symbol.dispose]()
})
