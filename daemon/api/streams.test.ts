import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client, ProblemError } from '@kith/api/client.ts'
import { eventStream } from '@kith/api/event-stream.ts'
import type { JournalEntry } from '@kith/api/journal.ts'
import type { Journal } from '@kith/core/journal/journal.ts'
import { journal } from '@kith/core/journal/journal.ts'
import { fail } from '@kith/core/fault/fault.ts'
import { app } from './app.ts'
import { eventsStream } from './events.ts'
import { listen } from './listen.ts'
import { liveStream } from './live.ts'
import type { TestWorld } from './testing.ts'
import { testWorld } from './testing.ts'

async function served(world: TestWorld): Promise<{ readonly base: string; readonly token: string } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'kith-api-'))
  const server = await listen(app(world), { tcp: { host: '127.0.0.1', port: 0 }, socket: join(folder, 'api.sock') })
  return {
    base: server.url!,
    token: world.access.newToken({ name: 'test', scopes: ['view'] }).secret,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await rm(folder, { recursive: true })
    },
  }
}

async function until(condition: () => boolean, ms = 60_000): Promise<void> {
  for (let waited = 0; waited < ms && !condition(); waited += 10) await sleep(10)
  assert.ok(condition(), condition.toString())
}

/** A journal that counts who watches it. */
function counted(kept: Journal): Journal & { readonly watchers: number } {
  let watchers = 0
  return {
    get last() {
      return kept.last
    },
    get watchers() {
      return watchers
    },
    tell: (...entry) => kept.tell(...entry),
    since: (seq) => kept.since(seq),
    watch(listener) {
      const watching = kept.watch(listener)
      watchers += 1
      let over = false
      return {
        [Symbol.dispose]() {
          if (!over) watchers -= 1
          over = true
          watching[Symbol.dispose]()
        },
      }
    },
  }
}

test('events go on after the last one seen, and nobody watches once the reader is gone', async () => {
  const kept = counted(journal({ now: () => 5 }))
  const world = { ...testWorld(), journal: kept }
  kept.tell('one')
  kept.tell('two', 'x', { n: 1 })
  await using at = await served(world)
  const stop = new AbortController()
  const seen: JournalEntry[] = []
  const reading = (async () => {
    for await (const entry of new Client(at).events({ after: 1, signal: stop.signal })) seen.push(entry)
  })()
  await until(() => seen.length === 1)
  kept.tell('three')
  await until(() => seen.length === 2)
  assert.deepEqual(seen, [
    { seq: 2, at: 5, type: 'two', subject: 'x', data: { n: 1 } },
    { seq: 3, at: 5, type: 'three' },
  ])
  assert.equal(kept.watchers, 1)
  stop.abort()
  await reading
  await until(() => kept.watchers === 0)
})

test('a stream of events whose request ends stops watching', async () => {
  const kept = counted(journal({ now: () => 5 }))
  const stop = new AbortController()
  const reader = eventsStream({ journal: kept, record() {} }, undefined, stop.signal).getReader()
  const next = reader.read()
  stop.abort()
  assert.equal((await next).done, true)
  assert.equal(kept.watchers, 0)
})

test('what was missed for good is told as a gap', async () => {
  const kept = journal({ now: () => 5 }, 3)
  for (const type of ['a', 'b', 'c', 'd', 'e']) kept.tell(type)
  const stop = new AbortController()
  const seen: string[] = []
  for await (const { event, data } of eventStream(eventsStream({ journal: kept, record() {} }, 1, stop.signal))) {
    seen.push(event === 'entry' ? String((JSON.parse(data) as JournalEntry).seq) : event)
    if (seen.length === 4) break
  }
  stop.abort()
  assert.deepEqual(seen, ['gap', '3', '4', '5'])
})

test('a screen gets everything at first, then what changed, and no sample is taken when nobody looks', async () => {
  let n = 0
  let samples = 0
  const world = testWorld({
    sample: (view) => {
      samples += 1
      if (view.view === 'transfer') throw fail('input', 'transfer/unknown', `There is no “${view.id}”`)
      return Promise.resolve({ n, steady: 'yes', absent: undefined })
    },
  })
  await using at = await served(world)
  await sleep(50)
  assert.equal(samples, 0)
  const stop = new AbortController()
  const changes: unknown[] = []
  const gone: string[] = []
  const reading = new Client(at).live(
    { head: { view: 'status' }, one: { view: 'transfer', id: 'x' } },
    { onChange: (key, value) => changes.push([key, value]), onGone: (key, reason) => gone.push(`${key}: ${reason}`) },
    stop.signal,
  )
  await until(() => changes.length === 1)
  n = 1
  await until(() => changes.length === 2)
  assert.deepEqual(changes, [
    ['head', { n: 0, steady: 'yes' }],
    ['head', { n: 1, steady: 'yes' }],
  ])
  assert.deepEqual(gone, ['one: There is no “x”'])
  stop.abort()
  await reading
  // The daemon hears of the end in its own time; from then on there is none.
  for (let before = -1, end = Date.now() + 60_000; before !== samples;) {
    assert.ok(Date.now() < end, 'samples are taken on and on')
    before = samples
    await sleep(1_500)
  }
})

test('what a stream tells is on the disk before it is told', async () => {
  const done: string[] = []
  const record = (): void => void done.push('recorded')
  const kept = journal({ now: () => 5 })
  kept.tell('one')
  const stop = new AbortController()
  const sample = async (): Promise<unknown> => done.push('sampled')
  for (const stream of [
    eventsStream({ journal: kept, record }, 0, stop.signal),
    liveStream({ a: { view: 'status' } }, { sample, record }, stop.signal),
  ]) {
    const reader = stream.getReader()
    await reader.read()
    done.push('told')
    await reader.cancel()
  }
  // The next sample may be under way by now.
  assert.deepEqual(done.slice(0, 5), ['recorded', 'told', 'sampled', 'recorded', 'told'])
})

test('a reader that leaves ends the sampling by itself', async () => {
  let samples = 0
  const sample = (): Promise<unknown> => Promise.resolve({ same: ++samples > 0 })
  const reader = liveStream(
    { a: { view: 'status' } },
    { sample, record() {} },
    new AbortController().signal,
  ).getReader()
  await reader.read()
  // The next sample is waited for by now.
  await sleep(20)
  await reader.cancel()
  const before = samples
  await sleep(2_300)
  assert.equal(samples, before)
})

test('a reader that does not read makes no queue', async () => {
  let samples = 0
  const sample = (): Promise<unknown> => Promise.resolve({ samples: ++samples })
  const stop = new AbortController()
  const stream = liveStream({ a: { view: 'status' } }, { sample, record() {} }, stop.signal)
  await sleep(2_500)
  assert.ok(samples <= 1, String(samples))
  stop.abort()
  await stream.cancel()
})

test('problems reach the caller as they are', async () => {
  await using at = await served(testWorld())
  const client = new Client({ base: at.base, token: 'kith_wrong' })
  await assert.rejects(client.call('status'), (error) => {
    assert.ok(error instanceof ProblemError)
    assert.equal(error.problem.code, 'api/unauthorized')
    return true
  })
  await assert.rejects(client.live({}, { onChange() {} }, new AbortController().signal), ProblemError)
})
