import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fail } from '@kith/core/fault/fault.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { ListenOptions } from '@kith/core/network/net.ts'
import type { GamePorts } from '@kith/core/offer/games.ts'
import type { Lines } from '../lines.ts'
import { encodeGames } from '../wire/games.ts'
import { Joins } from './joins.ts'

const owner = '11'.repeat(32)
const id = '22'.repeat(8)

/** A machine that has joined a game of these ports, and whose owner answers as `status` says from then on. */
class World {
  status = 502
  readonly listening = new Set<number>()
  readonly told: { type: string; data: unknown }[] = []
  readonly #timers = new Set<() => void>()
  readonly joins: Joins

  constructor(way: GamePorts) {
    const bound = (port: number): AsyncDisposable & { local: { host: string; port: number } } => {
      this.listening.add(port)
      return {
        local: { host: '127.0.0.1', port },
        [Symbol.asyncDispose]: async () => void this.listening.delete(port),
      }
    }
    const log = { debug() {}, info() {}, warn: () => assert.fail('nothing goes wrong'), error() {} }
    const host = {
      clock: {
        now: () => 0,
        after: (_ms: number, act: () => void) => {
          this.#timers.add(act)
          return { [Symbol.dispose]: () => void this.#timers.delete(act) }
        },
      },
      net: {
        listen: async ({ port }: ListenOptions) => bound(port ?? 0),
        datagrams: async ({ port }: { port?: number }) => bound(port ?? 0),
      },
      journal: { tell: (type: string, _subject: string, data: unknown) => void this.told.push({ type, data }) },
      log,
    } as unknown as Host
    async function* body(): AsyncGenerator<Uint8Array> {
      yield encodeGames([{ id, title: 'Chess', way }])
    }
    const lines = {
      ask: async () => ({ status: 200, body: body() }),
      to: async () => ({
        tunnel: async () => {
          throw fail('unavailable', 'channel/refused', 'no', { cause: this.status })
        },
      }),
    } as unknown as Lines
    this.joins = new Joins(host, lines, new Set())
  }

  /** All that waits is done, again and again, until nothing is done any more. */
  async pass(): Promise<void> {
    for (let turn = 0; turn < 20; turn++) {
      await new Promise((done) => setImmediate(done))
      for (const act of this.#timers.values().toArray()) if (this.#timers.delete(act)) act()
    }
  }
}

const ways: Readonly<Record<string, GamePorts>> = {
  'of connections alone': { tcp: [4_000], udp: [], announces: [] },
  'of datagrams': { tcp: [], udp: [4_001], announces: [] },
}

for (const [kind, way] of Object.entries(ways)) {
  test(`a game ${kind} ends where it was joined once its owner does not know it, and not before`, async () => {
    const world = new World(way)
    await using joins = world.joins
    const { ports } = await joins.join(owner, id)
    assert.deepEqual([...world.listening], [ports[0]!.local])
    // Away, or busy: it may come back.
    await world.pass()
    assert.equal(joins.all.current.length, 1)
    assert.deepEqual(world.told, [])
    world.status = 404
    await world.pass()
    assert.deepEqual(joins.all.current, [])
    assert.deepEqual([...world.listening], [])
    assert.deepEqual(world.told, [{ type: 'game/over', data: { name: 'Chess', owner } }])
  })
}
