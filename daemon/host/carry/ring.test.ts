import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import fc from 'fast-check'
import { MOST_RECORD_BYTES, RECORD_HEAD_BYTES, RECORD_TAG_BYTES } from '@kith/wire/sealed/records.ts'
import { CarryShared } from './orders.ts'
import { Ring } from './ring.ts'
import { Stopped } from './stopped.ts'

const never = (): void => assert.fail('it need not wait')

function both(): { readonly shared: CarryShared; readonly into: Ring; readonly from: Ring } {
  const shared = new CarryShared()
  const into = new Ring(shared)
  return { shared, into, from: new Ring(shared, into.memory) }
}

test('what is filled comes in order, as it was', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 16 }), { maxLength: 30 }), (atOnce) => {
      const { into, from } = both()
      let filled = 0
      let emptied = 0
      for (const count of atOnce) {
        for (let one = 0; one < count; one++, filled++) {
          const at = into.room() + (filled % 50)
          into.bytes.fill(filled, at, at + 3 + (filled % 7))
          into.fill(at, 3 + (filled % 7))
        }
        for (let one = 0; one < count; one++, emptied++) {
          assert.deepEqual(
            [...from.next(never)],
            Array.from({ length: 3 + (emptied % 7) }, () => emptied % 256),
          )
          from.empty()
        }
      }
    }),
    { numRuns: 20 },
  )
})

test('each slot has room for the longest record and the next head, and none reaches into another', () => {
  const { into, from } = both()
  const most = RECORD_HEAD_BYTES + MOST_RECORD_BYTES + RECORD_TAG_BYTES + RECORD_HEAD_BYTES
  const ends: number[] = []
  // All of them, twice.
  for (let one = 0; one < 32; one++) {
    const at = into.room()
    assert.ok(at + most <= into.bytes.length)
    assert.ok(one >= 16 || ends.every((end) => at >= end))
    if (one >= 16) assert.equal(at + most, ends[one - 16])
    ends.push(at + most)
    into.fill(at, 1)
    if (one < 15) continue
    from.next(never)
    from.empty()
  }
})

test('whoever would wait ends when all is to end', () => {
  const { shared, into, from } = both()
  let idle = 0
  assert.throws(
    () =>
      from.next(() => {
        if (++idle === 2) shared.stop()
      }),
    Stopped,
  )
  assert.equal(idle, 2)
  assert.throws(() => into.room(), Stopped)
})

test('who fills waits for who empties, in threads of their own', async () => {
  const { shared, into } = both()
  const program = `
    import { parentPort, workerData } from 'node:worker_threads'
    import { CarryShared } from '${new URL('./orders.ts', import.meta.url).href}'
    import { Ring } from '${new URL('./ring.ts', import.meta.url).href}'
    const ring = new Ring(new CarryShared(workerData.shared), workerData.memory)
    let sum = 0
    for (let count = 0; count < 1000; count++) {
      const [first, second] = ring.next(() => {})
      sum += first * 256 + second
      ring.empty()
    }
    parentPort.postMessage(sum)
  `
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(program)}`), {
    workerData: { shared: shared.memory, memory: into.memory },
  })
  const answer = once(worker, 'message')
  for (let count = 0; count < 1000; count++) {
    const at = into.room()
    into.bytes.set([count >> 8, count & 255], at)
    into.fill(at, 2)
  }
  assert.deepEqual(await answer, [(999 * 1000) / 2])
  await worker.terminate()
})
