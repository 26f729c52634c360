import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fail } from '@kith/core/fault/fault.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Membership, Network } from '@kith/core/network/network.ts'
import { Supervised } from './supervisor.ts'

/** A network that joins or not as it is told, and a clock that is turned by hand. */
function world(): {
  told: string[]
  timers: { ms: number; callback: () => void }[]
  joins: { fail: boolean; leaveFails: boolean; members: number }
  supervised: Supervised
} {
  const told: string[] = []
  const timers: { ms: number; callback: () => void }[] = []
  const joins = { fail: false, leaveFails: false, members: 0 }
  const clock: Clock = {
    now: () => 0,
    after(ms, callback) {
      const timer = { ms, callback }
      timers.push(timer)
      return { [Symbol.dispose]: () => void timers.splice(timers.indexOf(timer) >>> 0, 1) }
    },
  }
  const network = {
    id: 'bittorrent',
    title: 'BitTorrent',
    async join(): Promise<Membership> {
      if (joins.fail) throw fail('local', 'net/port-taken', 'Another program uses that port')
      joins.members++
      return {
        async [Symbol.asyncDispose]() {
          joins.members--
          if (joins.leaveFails) throw new Error('a timer was not there')
        },
      } as unknown as Membership
    },
  } as unknown as Network<never>
  const log = { debug() {}, info() {}, warn() {}, error() {} }
  const journal = { tell: (type: string) => told.push(type) }
  const supervised = new Supervised(
    network,
    () => ({ log, journal }) as unknown as Host,
    () => ({}),
    clock,
  )
  return { told, timers, joins, supervised }
}

test('on joins once, off leaves, and both can be said again', async () => {
  const { told, joins, supervised } = world()
  await Promise.all([supervised.on(), supervised.on()])
  assert.equal(joins.members, 1)
  assert.notEqual(supervised.membership, undefined)
  await supervised.off()
  await supervised.off()
  assert.equal(joins.members, 0)
  assert.equal(supervised.state.current.kind, 'off')
  assert.deepEqual(told, ['network/joined', 'network/left'])
})

test('a network that cannot be joined is tried again, each time after twice as long, up to five minutes', async () => {
  const { told, timers, joins, supervised } = world()
  joins.fail = true
  await supervised.on()
  const waits: number[] = []
  for (let tries = 0; tries < 12; tries++) {
    const { ms, callback } = timers.splice(0, 1)[0]!
    waits.push(ms)
    callback()
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.deepEqual(waits.slice(0, 4), [1_000, 2_000, 4_000, 8_000])
  assert.deepEqual(waits.slice(-2), [300_000, 300_000])
  assert.equal(told[0], 'network/trouble')
  joins.fail = false
  await supervised.on()
  assert.equal(supervised.state.current.kind, 'in')
})

test('a membership that failed is ended and joined anew after a while; the failure says what was being done', async () => {
  const { timers, joins, supervised } = world()
  await supervised.on()
  await supervised.failed(new Error('assertion failed'))
  assert.equal(joins.members, 0)
  const { current } = supervised.state
  assert.ok(current.kind === 'waiting')
  assert.equal(current.fault.code, 'kith/bug')
  assert.equal(current.fault.doing, 'take part in BitTorrent')
  assert.equal(timers.length, 1)
  timers[0]!.callback()
  await supervised.again()
  assert.equal(joins.members, 1)
})

test('one that does not leave cleanly is left all the same', async () => {
  const { joins, supervised } = world()
  await supervised.on()
  joins.leaveFails = true
  await supervised.off()
  assert.equal(supervised.state.current.kind, 'off')
})

test('off while it waits ends the waiting', async () => {
  const { timers, joins, supervised } = world()
  joins.fail = true
  await supervised.on()
  assert.equal(timers.length, 1)
  await supervised.off()
  assert.equal(timers.length, 0)
  await supervised.again()
  assert.equal(supervised.state.current.kind, 'off')
})
