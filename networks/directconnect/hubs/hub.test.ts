import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Log } from '@kith/core/network/log.ts'
import type { Output } from '@kith/core/network/machine.ts'
import type { Connection, Endpoint } from '@kith/core/network/net.ts'
import type { HubEvent, HubTalk } from '../talk/hub-event.ts'
import { Hub } from './hub.ts'

const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent }
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A hub that says these things and ends the conversation. */
function saying(...events: readonly HubEvent[]): HubTalk {
  const out: Output<HubEvent>[] = [...events.map((event) => ({ kind: 'event' as const, event })), { kind: 'close' }]
  const online = events.some(({ kind }) => kind === 'online')
  return { poll: () => out.shift(), users: new Map(), online, deadline: undefined } as unknown as HubTalk
}

test('hubs that let us in and send us to one another are followed a few times, and then left alone for a while', async () => {
  let now = 0
  const calls: { at: number; call: () => void }[] = []
  const clock: Clock = {
    now: () => now,
    after(ms, call) {
      const one = { at: now + ms, call }
      calls.push(one)
      return { [Symbol.dispose]: () => void calls.splice(calls.indexOf(one), 1) }
    },
  }
  const dialled: number[] = []
  const connection = { local: { host: '10.0.0.1', port: 1 }, open() {}, close() {}, send() {} } as unknown as Connection
  const host = {
    clock,
    log: silent,
    names: {
      resolve: async () => {
        await turn()
        return ['10.0.0.2']
      },
    },
    net: {
      connect: async (to: Endpoint) => {
        dialled.push(to.port)
        return connection
      },
    },
  } as unknown as Host
  await using hub = new Hub('dchub://hub.example:1', {
    host,
    talk: (of) => saying({ kind: 'online' }, { kind: 'redirect', address: `hub.example:${of.address.port + 1}` }),
    event() {},
    changed() {},
  })
  const waited = async (): Promise<void> => {
    while (calls.length === 0 && dialled.length < 50) await turn()
  }
  await waited()
  assert.deepEqual(dialled.splice(0), [1, 2, 3, 4, 5, 6])
  assert.equal(hub.gateway().state, 'failed')
  // Then from the beginning.
  now = calls[0]!.at
  calls.shift()!.call()
  await waited()
  assert.deepEqual(dialled.splice(0), [1, 2, 3, 4, 5, 6])
  assert.ok(calls[0]!.at - now >= 20_000, 'and each time for longer')
})
