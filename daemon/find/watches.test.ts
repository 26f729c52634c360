import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Clock, Random } from '@kith/core/network/clock.ts'
import type { Search } from '@kith/core/network/facets.ts'
import type { Keep } from '@kith/core/network/host.ts'
import type { Hit } from '@kith/core/search/hit.ts'
import { value } from '@kith/core/value/value.ts'
import type { Supervised } from '../supervisor.ts'
import { Finder } from './finder.ts'
import { questionOf } from './question.ts'
import { Watches } from './watches.ts'

const minute = 60_000

/** A network that answers with what is in `there`, time that is turned by hand, and what is kept. */
function world() {
  let now = 1_000
  const timers = new Set<{ at: number; callback: () => void }>()
  const clock: Clock = {
    now: () => now,
    after(ms, callback) {
      const timer = { at: now + ms, callback }
      timers.add(timer)
      return { [Symbol.dispose]: () => void timers.delete(timer) }
    },
  }
  const there: string[] = []
  const asked = { times: 0 }
  const search: Search = {
    plan: (query) => ({ native: query, local: { words: [] } }),
    async *run() {
      asked.times++
      for (const name of there)
        yield {
          content: { digests: [], size: 1, name },
          peer: { network: 'directconnect', key: name, name },
        } satisfies Hit
    },
  }
  const kept = new Map<string, Uint8Array>()
  const keep: Keep = {
    get: (key) => kept.get(key),
    set: (key, bytes) => void (bytes === undefined ? kept.delete(key) : kept.set(key, bytes)),
  }
  const membership = { search }
  const networks = new Map([
    ['directconnect', { membership, state: value({ kind: 'in', membership }) } as unknown as Supervised],
  ])
  let drawn = 0
  const random = { bytes: () => Uint8Array.of(0, 0, 0, ++drawn) } as unknown as Random
  const told: unknown[] = []
  const run = () => {
    const finder = new Finder({ clock, random, networks, own: () => [] })
    const watches = new Watches({ clock, keep, finder, tell: (type, id, data) => told.push([type, id, data]) })
    return { finder, watches }
  }
  /** Time goes by, and what is asked for is answered. */
  const pass = async (ms: number): Promise<void> => {
    for (const end = now + ms; now < end;) {
      now += minute
      for (const timer of timers) {
        if (timer.at > now) continue
        timers.delete(timer)
        timer.callback()
      }
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  return { run, pass, there, asked, told, kept }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('a watch asks again gently, says what is new, and keeps it over restarts', async () => {
  const { run, pass, there, asked, told } = world()
  const first = run()
  there.push('a film.mkv')
  const search = first.finder.start(questionOf({ query: 'film', medium: 'video' }), minute)
  await settled()
  first.watches.keep(search)
  assert.equal(first.watches.of(search)?.news, 0)
  there.push('another film.mkv')
  await pass(29 * minute)
  assert.equal(asked.times, 1, 'not before its time')
  await pass(3 * minute)
  assert.equal(asked.times, 2)
  assert.equal(search.rows, 2)
  assert.equal(first.watches.of(search)?.news, 1)
  assert.deepEqual(told, [['find/news', search.id, { name: 'film', rows: 1 }]])
  first.watches[Symbol.dispose]()

  there.length = 0
  const second = run()
  const again = second.finder.get(search.id)
  assert.deepEqual([again.rows, again.question.query.medium, second.watches.of(again)?.news], [2, 'video', 1])
  second.watches.seen(again)
  assert.equal(second.watches.of(again)?.news, 0)
  await pass(3 * minute)
  assert.equal(asked.times, 3, 'it is asked soon after the start')
})

test('what is watched no more is asked no more, and is not there after a restart', async () => {
  const { run, pass, asked, kept } = world()
  const first = run()
  const search = first.finder.start(questionOf({ query: 'film' }), minute)
  first.watches.keep(search)
  first.watches.release(search)
  await pass(60 * minute)
  assert.equal(asked.times, 1)
  assert.equal(kept.size, 0)
  assert.throws(() => run().finder.get(search.id), /There is no search/)
})

test('what was kept and cannot be read is as if it were not there', () => {
  const { run, kept } = world()
  const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))
  kept.set('watches', text([{ id: 'a', request: { query: 'film' } }, { id: 'b', request: { query: ' ' } }, 7, null]))
  kept.set('hits a', new TextEncoder().encode('{"not a list'))
  const { finder } = run()
  assert.deepEqual(
    finder.list().map(({ id, rows }) => [id, rows]),
    [['a', 0]],
  )
})
