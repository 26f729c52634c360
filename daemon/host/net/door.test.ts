import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fail } from '@kith/core/fault/fault.ts'
import type { Log } from '@kith/core/network/log.ts'
import type { Outside } from '@kith/core/network/outside.ts'
import { until } from '@kith/core/value/value.ts'
import { type Door, DoorKeeper } from './door.ts'

const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent }
const at = { host: '12.1.1.1', port: 9 }

/** A keeper in a world where time goes on only when nothing else does. */
function kept(t: { signal: AbortSignal }) {
  const world = {
    now: 0,
    way: 'here' as string | undefined,
    /** When the router was asked, in seconds, and for what. */
    told: [] as string[],
    lifetime: 100,
    fault: undefined as Error | undefined,
  }
  const say = (what: string): void => void world.told.push(`${Math.round(world.now / 1000)} ${what}`)
  const open: Door['open'] = () => {
    say('open')
    return world.fault === undefined ? Promise.resolve({ at, lifetime: world.lifetime }) : Promise.reject(world.fault)
  }
  const door: Door = {
    by: 'PCP',
    open,
    shut() {
      say('shut')
      return Promise.resolve()
    },
  }
  const keeper = new DoorKeeper({
    clock: {
      now: () => world.now,
      after(ms, callback) {
        const timer = setImmediate(() => {
          world.now += ms
          callback()
        })
        return { [Symbol.dispose]: () => clearImmediate(timer) }
      },
    },
    random: { number: () => 0, bytes: (length) => new Uint8Array(length) },
    log: silent,
    way: () => world.way,
    async find(signal) {
      say('find')
      return { door, opened: await open(signal) }
    },
  })
  const is = (state: Outside['state']): Promise<Outside> =>
    until(keeper.outside, (outside) => outside.state === state, t.signal)
  /** Waits until the router was told so much. */
  const after = async (count: number): Promise<readonly string[]> => {
    while (world.told.length < count) await new Promise((resolve) => setImmediate(resolve))
    return world.told.splice(0, count)
  }
  return { world, keeper, is, after }
}

test('a door is renewed when half of its time is over, and shut in the end', async (t) => {
  const { world, keeper, is, after } = kept(t)
  keeper.want(true)
  assert.deepEqual(await after(4), ['0 find', '0 open', '50 open', '100 open'])
  world.lifetime = 0
  const [, next] = [await after(1), await after(2)]
  const [one, two] = next.map((line) => Number(line.split(' ')[0]))
  assert.equal(two! - one!, 4, 'whatever the router says, not more often')
  assert.deepEqual(await is('mapped'), { state: 'mapped', at, by: 'PCP' })
  keeper.want(false)
  await is('off')
  assert.match(world.told.at(-1)!, /shut$/)
})

test('another way out is another router, and no way out is none', async (t) => {
  const { world, keeper, is, after } = kept(t)
  await using _keeper = keeper
  world.lifetime = 100_000
  keeper.want(true)
  await after(2)
  world.way = undefined
  assert.match((await after(1))[0]!, /shut$/)
  await is('none')
  world.way = 'there'
  assert.deepEqual(
    (await after(2)).map((line) => line.split(' ')[1]),
    ['find', 'open'],
  )
  await is('mapped')
})

test('a router that forgot is asked at once, and one that fails is looked for again', async (t) => {
  const { world, keeper, is, after } = kept(t)
  await using _keeper = keeper
  world.lifetime = 100_000
  keeper.want(true)
  await after(2)
  await is('mapped')
  keeper.nudge()
  assert.match((await after(1))[0]!, /open$/)
  world.fault = fail('unavailable', 'net/not-mapped', 'no')
  keeper.nudge()
  const [failed, shut, found] = await after(4)
  const lost = Number(failed!.split(' ')[0])
  assert.deepEqual([failed, shut, found], [`${lost} open`, `${lost} shut`, `${lost + 30} find`])
  await is('not')
  world.fault = fail('unavailable', 'net/not-mapped', 'no', { retryAt: world.now + 1_000_000 })
  const [soon, , late] = await after(4)
  const between = Number(late!.split(' ')[0]) - Number(soon!.split(' ')[0])
  assert.ok(between >= 300 && between <= 1_000, `${between} s`)
})

test('a router that was about to open the door when it was not wanted any more is heard, and shuts it', async () => {
  const answered = Promise.withResolvers<void>()
  const asked = Promise.withResolvers<void>()
  let isOpen = false
  /** As with the pinholes of UPnP: only who hears the answer can have it shut. */
  const door: Door = {
    by: 'UPnP',
    open: () => Promise.resolve({ at, lifetime: 100 }),
    async shut() {
      isOpen = false
    },
  }
  const keeper = new DoorKeeper({
    clock: { now: () => 0, after: () => ({ [Symbol.dispose]() {} }) },
    random: { number: () => 0, bytes: (length) => new Uint8Array(length) },
    log: silent,
    way: () => 'here',
    async find(signal) {
      isOpen = true
      asked.resolve()
      const given = new Promise<never>((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
      )
      await Promise.race([answered.promise, given])
      return { door, opened: { at, lifetime: 100 } }
    },
  })
  keeper.want(true)
  await asked.promise
  const stopped = keeper[Symbol.asyncDispose]()
  answered.resolve()
  await stopped
  assert.equal(isOpen, false)
  assert.equal(keeper.outside.current.state, 'off')
})
