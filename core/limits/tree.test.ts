import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import type { Clock } from '../network/clock.ts'
import { turn, type Budget } from './budget.ts'
import { BURST_SECONDS, LEAST_BURST_BYTES } from './bucket.ts'
import { budgets } from './tree.ts'

const KIB = 1024

/** Time that stands still until it is told to pass. */
function virtualClock(start = 1_700_000_000_000): Clock & { run(ms: number): void } {
  let now = start
  const timers = new Set<{ at: number; callback: () => void }>()
  return {
    now: () => now,
    after(ms, callback) {
      const timer = { at: now + Math.max(0, ms), callback }
      timers.add(timer)
      return { [Symbol.dispose]: () => void timers.delete(timer) }
    },
    run(ms) {
      const end = now + ms
      for (;;) {
        const due = [...timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0]
        if (due === undefined) break
        timers.delete(due)
        now = Math.max(now, due.at)
        due.callback()
      }
      now = end
    },
  }
}

/** Someone who always wants more, and says what moved. */
function greedy(budget: Budget, clock: Clock, wanted: number): { readonly moved: number; stop(): void } {
  let moved = 0
  let waiting: Disposable
  const ask = (): void => {
    waiting = budget.wait('down', wanted, (bytes) => {
      moved += bytes
      budget.spend('down', bytes, clock.now())
      ask()
    })
  }
  ask()
  return {
    get moved() {
      return moved
    },
    stop: () => waiting[Symbol.dispose](),
  }
}

const burst = (rate: number): number => Math.max(LEAST_BURST_BYTES, rate * BURST_SECONDS)

describe('budgets', () => {
  it('counts on the whole path, without limits at no cost', () => {
    const clock = virtualClock()
    const root = budgets(clock)
    const transfer = root.child('bittorrent').child('a transfer')
    assert.equal(transfer.unlimited('down'), true)
    assert.equal(transfer.available('down', 1e12, clock.now()), 1e12)
    transfer.spend('down', 1e9, clock.now())
    transfer.spend('up', 5, clock.now())
    assert.equal(root.total('down'), 1e9)
    assert.equal(transfer.parent?.total('up'), 5)
    assert.equal(transfer.available('down', 1e12, clock.now()), 1e12)
    assert.equal(transfer.readyAt('down', 1e12, clock.now()), clock.now())
    assert.equal(transfer.parent?.parent, root)
  })

  it('charges the local network beside the internet, and a transfer in both', () => {
    const clock = virtualClock()
    const root = budgets(clock)
    const transfer = root.child('transfer')
    root.limit({ down: 1000 })
    transfer.spend('down', 100, clock.now())
    transfer.local.spend('down', 10, clock.now())
    transfer.local.child('peer').spend('down', 1, clock.now())
    assert.equal(root.total('down'), 100)
    assert.equal(root.local.total('down'), 11)
    assert.equal(transfer.total('down'), 111)
    assert.equal(transfer.unlimited('down'), false)
    assert.equal(transfer.local.unlimited('down'), true)
    assert.equal(transfer.local.local, transfer.local)
    assert.equal(transfer.local.parent, root.local)
    transfer.limit({ down: 500 })
    assert.equal(transfer.local.unlimited('down'), false)
  })

  it('never lets more through than rate × time + burst, at every limit of the path', () => {
    const step = fc.record({
      pause: fc.integer({ min: 0, max: 3000 }),
      wanted: fc.integer({ min: 1, max: 300_000 }),
      who: fc.integer({ min: 0, max: 1 }),
    })
    const rate = fc.integer({ min: 1, max: 2_000_000 })
    fc.assert(
      fc.property(rate, rate, fc.array(step, { minLength: 1, maxLength: 80 }), (global, own, steps) => {
        const clock = virtualClock()
        const start = clock.now()
        const root = budgets(clock)
        const children = [root.child('a'), root.child('b')] as const
        root.limit({ up: global })
        children[0].limit({ up: own })
        for (const { pause, wanted, who } of steps) {
          clock.run(pause)
          const now = clock.now()
          const child = children[who]!
          const free = child.available('up', wanted, now)
          assert.ok(free >= 0 && free <= wanted)
          child.spend('up', free, now)
          if (free === 0) {
            const at = child.readyAt('up', 1, now)
            assert.ok(at > now)
            clock.run(at - now)
            assert.equal(child.available('up', 1, at), 1)
          }
          const seconds = (now - start) / 1000
          assert.ok(root.total('up') <= global * seconds + burst(global) + 1)
          assert.ok(children[0].total('up') <= own * seconds + burst(own) + 1)
        }
      }),
      { numRuns: 100 },
    )
  })

  it('keeps waiters within the limits, and busy', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2000, max: 20_000_000 }),
        fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 6 }),
        (rate, wants) => {
          const clock = virtualClock()
          const root = budgets(clock)
          root.limit({ down: rate })
          const all = wants.map((wanted, index) => greedy(root.child(String(index)), clock, wanted))
          clock.run(10_000)
          const moved = all.reduce((sum, each) => sum + each.moved, 0)
          for (const each of all) each.stop()
          assert.ok(moved <= rate * 10 + burst(rate))
          // Each round serves at most what its waiters want.
          const most = (wants.reduce((sum, wanted) => sum + wanted, 0) * 10_000) / 5
          assert.ok(moved >= Math.min(rate * 10 * 0.95, most * 0.95), `${moved} of ${rate * 10}`)
        },
      ),
      { numRuns: 40 },
    )
  })

  it('shares fairly between children, however many wait below each', () => {
    const clock = virtualClock()
    const root = budgets(clock)
    root.limit({ down: 1000 * KIB })
    const crowded = root.child('crowded')
    const lonely = root.child('lonely')
    const crowd = Array.from({ length: 50 }, (_, index) => greedy(crowded.child(String(index)), clock, 256 * KIB))
    const one = greedy(lonely, clock, 256 * KIB)
    clock.run(20_000)
    assert.ok(Math.abs(one.moved / crowded.total('down') - 1) < 0.05, `${one.moved} ${crowded.total('down')}`)
    const least = Math.min(...crowd.map((each) => each.moved))
    const most = Math.max(...crowd.map((each) => each.moved))
    assert.ok(least > 0 && most - least <= 32 * KIB, `${least} ${most}`)
  })

  it('gives what one child may not use to the others', () => {
    const clock = virtualClock()
    const root = budgets(clock)
    root.limit({ down: 1000 * KIB })
    const slow = root.child('slow')
    slow.limit({ down: 100 * KIB })
    const held = greedy(slow, clock, 64 * KIB)
    const free = greedy(root.child('free'), clock, 64 * KIB)
    clock.run(20_000)
    assert.ok(Math.abs(held.moved / (100 * KIB * 20) - 1) < 0.05)
    assert.ok(Math.abs(free.moved / (900 * KIB * 20) - 1) < 0.05)
  })

  it('changes limits while they are waited for', async () => {
    const clock = virtualClock()
    const root = budgets(clock)
    const child = root.child('child')
    root.limit({ down: 0 })
    const one = greedy(child, clock, 100 * KIB)
    clock.run(60_000)
    assert.equal(one.moved, 0)
    root.limit({ down: 100 * KIB })
    clock.run(10_000)
    assert.ok(Math.abs(one.moved / (1000 * KIB) - 1) < 0.05)
    child.limit({ down: 10 * KIB })
    const before = one.moved
    clock.run(10_000)
    assert.ok(Math.abs((one.moved - before) / (100 * KIB) - 1) < 0.2)
    one.stop()
    root.limit({ down: 0 })
    const waiting = turn(child, 'down', 777)
    root.limit({})
    child.limit({})
    clock.run(10)
    assert.equal(await waiting, 777)
    assert.equal(child.unlimited('down'), true)
  })

  it('waits out debts', () => {
    const clock = virtualClock()
    const root = budgets(clock)
    root.limit({ up: 1000 })
    root.spend('up', LEAST_BURST_BYTES + 5000, clock.now())
    assert.equal(root.available('up', 1, clock.now()), 0)
    assert.equal(root.readyAt('up', 1000, clock.now()), clock.now() + 6000)
    clock.run(6000)
    assert.equal(root.available('up', 5000, clock.now()), 1000)
  })

  it('forgets a waiter that left', () => {
    const clock = virtualClock()
    const root = budgets(clock)
    root.limit({ down: 1000 })
    let called = 0
    const waiting = root.child('a').wait('down', 10, () => called++)
    waiting[Symbol.dispose]()
    root.child('b').wait('down', 10, () => (called += 10))
    clock.run(1000)
    assert.equal(called, 10)
  })

  it('lets an aborted turn go', async () => {
    const clock = virtualClock()
    const root = budgets(clock)
    root.limit({ down: 0 })
    const abort = new AbortController()
    const waiting = turn(root, 'down', 10, abort.signal)
    abort.abort(new Error('enough'))
    await assert.rejects(waiting, /enough/)
    await assert.rejects(turn(root, 'down', 10, abort.signal), /enough/)
  })

  it('measures the speed of the last seconds', () => {
    const clock = virtualClock()
    const root = budgets(clock)
    for (let second = 0; second < 20; second++) {
      root.spend('down', 1000, clock.now())
      clock.run(500)
    }
    assert.ok(Math.abs(root.rate('down', clock.now()) - 2000) < 300)
    clock.run(6000)
    assert.equal(root.rate('down', clock.now()), 0)
    root.spend('down', 4000, clock.now())
    clock.run(2000)
    assert.equal(root.rate('down', clock.now()), 2000)
  })
})

describe('seats', () => {
  it('hold on the whole path, and dials wait in the order they came', async () => {
    const root = budgets(virtualClock())
    const a = root.child('a')
    const b = root.child('b')
    root.seats.limitTo(2)
    const first = a.seats.take()
    const second = await b.seats.wait()
    assert.ok(first)
    assert.equal(root.seats.taken, 2)
    assert.equal(b.seats.take(), undefined)
    const seated: string[] = []
    const third = a.seats.wait().then((seat) => (seated.push('third'), seat))
    const fourth = b.seats.wait().then((seat) => (seated.push('fourth'), seat))
    second[Symbol.dispose]()
    second[Symbol.dispose]()
    const held = await third
    assert.deepEqual(seated, ['third'])
    assert.equal(root.seats.taken, 2)
    held[Symbol.dispose]()
    await fourth
    assert.deepEqual(seated, ['third', 'fourth'])
    assert.equal(a.seats.taken, 1)
    assert.equal(b.seats.taken, 1)
  })

  it('pass over who waits for a full child, and see a raised limit', async () => {
    const root = budgets(virtualClock())
    const full = root.child('full')
    full.seats.limitTo(0)
    const blocked = full.seats.wait()
    const other = await root.child('other').seats.wait()
    assert.equal(root.seats.taken, 1)
    full.seats.limitTo(1)
    await blocked
    assert.equal(root.seats.taken, 2)
    other.move(full.seats)
    assert.equal(full.seats.taken, 2)
    assert.equal(root.seats.taken, 2)
  })

  it('count the local network beside the internet', () => {
    const root = budgets(virtualClock())
    const child = root.child('child')
    root.seats.limitTo(0)
    assert.equal(child.seats.take(), undefined)
    const seat = child.local.seats.take()
    assert.ok(seat)
    assert.equal(child.seats.taken, 1)
    assert.equal(root.seats.taken, 0)
    assert.equal(root.local.seats.taken, 1)
  })

  it('forget a dial that was given up', async () => {
    const root = budgets(virtualClock())
    root.seats.limitTo(0)
    const abort = new AbortController()
    const waiting = root.seats.wait(abort.signal)
    abort.abort(new Error('enough'))
    await assert.rejects(waiting, /enough/)
    root.seats.limitTo(1)
    assert.equal(root.seats.taken, 0)
  })
})
