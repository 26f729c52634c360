import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Fault } from '../fault/fault.ts'
import type { Connection, Receiver } from './net.ts'
import { HALF_OPEN_MS, splice } from './splice.ts'

/** A connection that is told by hand what comes. */
interface End {
  readonly connection: Connection
  readonly sent: number[]
  told(): Receiver
  readonly state: { finished: boolean; closed: boolean; fault: Fault | undefined }
}

function end(): End {
  let receiver: Receiver | undefined
  const sent: number[] = []
  const state: End['state'] = { finished: false, closed: false, fault: undefined }
  const nowhere = { host: '', port: 0 }
  return {
    sent,
    state,
    told: () => receiver!,
    connection: {
      remote: nowhere,
      local: nowhere,
      incoming: true,
      pending: 0,
      open: (given) => void (receiver = given),
      send: (bytes) => void sent.push(bytes.length),
      pause() {},
      resume() {},
      finish: () => void (state.finished = true),
      charge() {},
      close(fault) {
        if (state.closed) return
        state.closed = true
        state.fault = fault
        receiver?.ended(fault)
      },
    },
  }
}

/** Time by hand. */
function time(): { now: () => number; after: (ms: number, act: () => void) => Disposable; pass: (ms: number) => void } {
  let now = 0
  const timers = new Set<{ at: number; act: () => void }>()
  return {
    now: () => now,
    after(ms, act) {
      const timer = { at: now + ms, act }
      timers.add(timer)
      return { [Symbol.dispose]: () => void timers.delete(timer) }
    },
    pass(ms) {
      now += ms
      for (const timer of timers) if (timer.at <= now && timers.delete(timer)) timer.act()
    },
  }
}

test('a line of which one side has said all ends when nothing more comes', () => {
  const clock = time()
  const [one, other] = [end(), end()]
  let ended = 0
  splice(clock, one.connection, other.connection, () => ended++)
  one.told().receive(new Uint8Array(3))
  clock.pass(10 * HALF_OPEN_MS)
  assert.equal(ended, 0, 'an open line may be silent')
  one.told().finished!()
  assert.equal(other.state.finished, true)
  clock.pass(HALF_OPEN_MS - 1)
  other.told().receive(new Uint8Array(5))
  clock.pass(HALF_OPEN_MS - 1)
  assert.deepEqual([ended, one.sent], [0, [5]])
  clock.pass(1)
  assert.equal(ended, 1)
  assert.deepEqual([one.state.fault?.code, other.state.fault?.code], ['net/half-open', 'net/half-open'])
})

test('a line that ends by itself leaves no timer that ends anything else', () => {
  const clock = time()
  const [one, other] = [end(), end()]
  let ended = 0
  splice(clock, one.connection, other.connection, () => ended++)
  one.told().finished!()
  other.connection.close()
  assert.equal(ended, 1)
  clock.pass(2 * HALF_OPEN_MS)
  assert.deepEqual([ended, one.state.fault], [1, undefined])
})
