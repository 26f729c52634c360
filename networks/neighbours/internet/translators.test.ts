import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Host } from '@kith/core/network/host.ts'
import { addressText } from '@kith/wire/ip-address.ts'
import { Translators } from './translators.ts'

const HOUR_MS = 60 * 60_000

/** A machine whose networks and names are what the test says. */
class World {
  now = 0
  attached = [{ host: '2001:db8:1::9', prefix: 64 }]
  answer: readonly string[] | Error = []
  asked = 0
  readonly translators: Translators

  constructor() {
    const host = {
      clock: { now: () => this.now },
      net: { attached: () => this.attached },
      log: { debug() {} },
      names: {
        resolve: async (name: string, _signal: AbortSignal, fresh: boolean) => {
          assert.deepEqual([name, fresh], ['ipv4only.arpa', true])
          this.asked++
          if (this.answer instanceof Error) throw this.answer
          return this.answer
        },
      },
    } as unknown as Pick<Host, 'names' | 'net' | 'clock' | 'log'>
    this.translators = new Translators(host)
  }

  get known(): readonly string[] | undefined {
    return this.translators.known?.map(({ bytes, length }) => `${addressText(bytes)}/${length}`)
  }

  /** What one look makes known. */
  async look(): Promise<readonly string[] | undefined> {
    this.translators.look()
    await new Promise((done) => setImmediate(done))
    return this.known
  }
}

const first = ['192.0.0.170', '192.0.0.171', '2001:db8:64::c000:aa', '2001:db8:64::c000:ab']

test('the translator of a network is asked for once, at the first need', async () => {
  const world = new World()
  using _translators = world.translators
  world.answer = first
  assert.equal(await world.look(), undefined)
  assert.equal(world.asked, 0)
  await Promise.all([world.translators.ready(), world.translators.ready()])
  assert.deepEqual(world.known, ['2001:db8:64::/96'])
  await world.translators.ready()
  await world.look()
  assert.equal(world.asked, 1)
})

test('it is asked for again after an hour, and when networks of IPv6 come or go', async () => {
  const world = new World()
  using _translators = world.translators
  world.answer = first
  await world.translators.ready()
  world.answer = ['192.0.0.170', '2001:db8:65::c000:aa']
  world.now = HOUR_MS - 1
  assert.deepEqual(await world.look(), ['2001:db8:64::/96'])
  world.now = HOUR_MS
  assert.deepEqual(await world.look(), ['2001:db8:65::/96'])
  world.answer = first
  // Another address in the same network, and links, are nothing new.
  world.attached = [
    { host: '2001:db8:1::10', prefix: 64 },
    { host: 'fe80::1%eth0', prefix: 64 },
    { host: '10.0.0.1', prefix: 24 },
  ]
  assert.deepEqual(await world.look(), ['2001:db8:65::/96'])
  world.attached = [{ host: '2001:db8:2::10', prefix: 64 }]
  assert.deepEqual(await world.look(), ['2001:db8:64::/96'])
})

test('without an answer what was known stays, and it is asked for again soon', async () => {
  const world = new World()
  using _translators = world.translators
  world.answer = new Error('no names')
  await world.translators.ready()
  assert.deepEqual(world.known, [])
  world.answer = first
  world.now = 59_000
  assert.deepEqual(await world.look(), [])
  world.now = 60_000
  assert.deepEqual(await world.look(), ['2001:db8:64::/96'])
  world.answer = new Error('no names')
  world.now += HOUR_MS
  assert.deepEqual(await world.look(), ['2001:db8:64::/96'])
})

test('who gives up does not wait for an answer', async () => {
  const world = new World()
  using _translators = world.translators
  const stop = new AbortController()
  const waiting = world.translators.ready(stop.signal)
  stop.abort()
  await waiting
})
