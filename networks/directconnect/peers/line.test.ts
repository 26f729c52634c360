import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Taker } from '../talk/peer-event.ts'
import type { Ask } from '../wire/ask.ts'
import type { Conversation } from './conversation.ts'
import { type Demand, Line } from './line.ts'
import type { Party } from './party.ts'

const ask: Ask = { kind: 'file', name: 'TTH/A', start: 0, bytes: 1, zlib: false, recursive: false }

/** Time that is turned by hand. */
function clockOf(): Clock & { pass(ms: number): void } {
  let now = 0
  const timers = new Set<{ at: number; callback: () => void }>()
  return {
    now: () => now,
    after(ms, callback) {
      const timer = { at: now + ms, callback }
      timers.add(timer)
      return { [Symbol.dispose]: () => void timers.delete(timer) }
    },
    pass(ms) {
      now += ms
      for (const timer of timers) if (timer.at <= now && timers.delete(timer)) timer.callback()
    },
  }
}

/** A connection on which each question is answered when the test says so. */
class Talked {
  owner = { asked() {}, drained() {}, ended(_of: unknown, _fault: unknown) {} }
  ended = false
  taker: Taker | undefined

  get free(): boolean {
    return !this.ended && this.taker === undefined
  }
  ask(_ask: Ask, taker: Taker): void {
    this.taker = taker
  }
  answer(): void {
    const { taker } = this
    this.taker = undefined
    taker!.end()
  }
  close(): void {
    if (this.ended) return
    this.ended = true
    this.owner.ended(this, undefined)
  }
}

function world() {
  const clock = clockOf()
  let crowded = false
  const met: Talked[] = []
  let empty = 0
  const line = new Line({} as Party, {
    clock,
    async connect() {
      const talked = new Talked()
      met.push(talked)
      return talked as unknown as Conversation
    },
    crowded: () => crowded,
    empty: () => void empty++,
  })
  return { clock, line, met, empty: () => empty, crowd: () => void (crowded = true) }
}

/** One file that is wanted, in one question. */
function wish(what: Ask = ask): Demand & { readonly done: boolean } {
  let [asked, done] = [false, false]
  return {
    get wanting() {
      return !asked
    },
    get done() {
      return done
    },
    next() {
      if (asked) return undefined
      asked = true
      return { ask: what, taker: { begin() {}, body() {}, end: () => void (done = true) } }
    },
    refused() {},
    lost() {},
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('one short file after another comes over one connection', async () => {
  const { clock, line, met, empty } = world()
  for (let file = 0; file < 5; file++) {
    const one = wish()
    line.add(one)
    await settled()
    assert.equal(met.length, 1)
    met[0]!.answer()
    assert.ok(one.done)
    await settled()
    line.remove(one)
    assert.deepEqual([met[0]!.ended, empty()], [false, 0])
    clock.pass(4_000)
  }
})

test('a connection that is not used again ends after a moment, and so does the line', async () => {
  const { clock, line, met, empty } = world()
  const one = wish()
  line.add(one)
  await settled()
  met[0]!.answer()
  line.remove(one)
  // Lanes wake their line late.
  await settled()
  line.poke()
  clock.pass(4_999)
  assert.deepEqual([met[0]!.ended, empty()], [false, 0])
  clock.pass(1)
  assert.deepEqual([met[0]!.ended, empty()], [true, 1])
})

test('a connection that may keep others from a slot is given up at once', async () => {
  const before = world()
  const one = wish()
  before.line.add(one)
  await settled()
  before.crowd()
  before.met[0]!.answer()
  assert.ok(!before.met[0]!.ended)
  before.line.remove(one)
  assert.deepEqual([before.met[0]!.ended, before.empty()], [true, 1])

  // The slots are taken while it is kept.
  const later = world()
  const other = wish()
  later.line.add(other)
  await settled()
  later.met[0]!.answer()
  later.line.remove(other)
  later.clock.pass(1_000)
  assert.ok(!later.met[0]!.ended)
  later.crowd()
  later.clock.pass(500)
  assert.deepEqual([later.met[0]!.ended, later.empty()], [true, 1])
})

test('a list needs no slot: its connection is kept, whoever wants one', async () => {
  const { line, met, crowd } = world()
  const list = wish({ ...ask, kind: 'list', name: '/' })
  line.add(list)
  await settled()
  crowd()
  met[0]!.answer()
  line.remove(list)
  assert.ok(!met[0]!.ended)
})

test('who hangs up while nothing is wanted is not dialled again', async () => {
  const { clock, line, met, empty } = world()
  const one = wish()
  line.add(one)
  await settled()
  met[0]!.answer()
  line.remove(one)
  met[0]!.close()
  assert.equal(empty(), 1)
  clock.pass(60 * 60_000)
  await settled()
  assert.equal(met.length, 1)
})

test('what is wanted no more in the middle ends the connection at once', async () => {
  const { line, met, empty } = world()
  const one = wish()
  line.add(one)
  await settled()
  line.remove(one)
  assert.deepEqual([met[0]!.ended, empty()], [true, 1])
})
