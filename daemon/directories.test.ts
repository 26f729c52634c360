import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fail, FaultError } from '@kith/core/fault/fault.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Directory, DirectoryState } from '@kith/core/network/facets.ts'
import type { Log } from '@kith/core/network/log.ts'
import type { Membership } from '@kith/core/network/network.ts'
import { value } from '@kith/core/value/value.ts'
import { Directories } from './directories.ts'
import type { NetworkState } from './supervisor.ts'

const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent }

/** One network with an index whose port may be taken, and a clock that is turned by hand. */
function world(): {
  state: ReturnType<typeof value<NetworkState>>
  kept: Map<string, Uint8Array>
  port: { taken: boolean; opened: number; open: boolean }
  timers: (() => void)[]
  join(): void
  start(): Directories
} {
  const state = value<NetworkState>({ kind: 'off' })
  const kept = new Map<string, Uint8Array>()
  const port = { taken: false, opened: 0, open: false }
  const timers: (() => void)[] = []
  const clock: Clock = {
    now: () => 0,
    after(_, callback) {
      timers.push(callback)
      return { [Symbol.dispose]: () => void timers.splice(timers.indexOf(callback), 1) }
    },
  }
  const directory: Directory = {
    state: value<DirectoryState>({ open: false, addresses: [], counts: {} }),
    async open() {
      if (port.taken) throw fail('local', 'net/port-taken', 'Another program uses that port')
      port.opened++
      port.open = true
    },
    async close() {
      port.open = false
    },
  }
  return {
    state,
    kept,
    port,
    timers,
    join: () => state.set({ kind: 'in', membership: { directory } as unknown as Membership }),
    start: () =>
      new Directories({
        clock,
        log: silent,
        keep: {
          get: (key) => kept.get(key),
          set: (key, bytes) => void (bytes === undefined ? kept.delete(key) : kept.set(key, bytes)),
        },
        networks: new Map([['bittorrent', { state }]]),
      }),
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('an index that is on opens again whenever its network is joined, and one that is off stays closed', async () => {
  const { state, port, join, start } = world()
  using directories = start()
  join()
  await turn()
  assert.equal(port.opened, 0)
  await directories.turn('bittorrent', true)
  assert.equal(port.opened, 1)
  state.set({ kind: 'off' })
  join()
  await directories.settled()
  assert.equal(port.opened, 2)
  await directories.turn('bittorrent', false)
  state.set({ kind: 'off' })
  join()
  await turn()
  assert.deepEqual([port.opened, port.open], [2, false])
})

test('one that cannot be opened is tried again and disturbs nobody; who asks for it hears why', async () => {
  const { kept, port, timers, join, start } = world()
  kept.set('directory bittorrent', Uint8Array.of(1))
  port.taken = true
  using directories = start()
  join()
  await turn()
  assert.deepEqual([port.opened, timers.length], [0, 1])
  await assert.rejects(directories.turn('bittorrent', true), FaultError)
  port.taken = false
  timers[0]!()
  await turn()
  assert.equal(port.opened, 1)
})
