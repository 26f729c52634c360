import { availableParallelism } from 'node:os'
import { fail, type Fault } from '@kith/core/fault/fault.ts'
import type { Direction } from '@kith/core/limits/budget.ts'
import type { Carriers, Giving, Taking } from '@kith/core/network/carriers.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Connection } from '@kith/core/network/net.ts'
import type { Turns } from '../disk/turns.ts'
import { TcpConnection } from '../net/tcp.ts'
import { CarriedConnection } from './carried.ts'
import { recordCiphers } from './crypto.ts'
import { Ring } from './ring.ts'
import { takingOf } from './taking.ts'
import { CarryThreads } from './threads.ts'
import { carrySystem, type CarrySystem } from './system.ts'

/** One hashes and writes less than one receives and opens. */
const MOST_WRITERS = 2
/** Each has a thread or two of some MiB, and more do not make anything faster. */
const MOST_CARRIED = 4
export interface CarriersWorld {
  readonly clock: Clock
  /** Of the threads of the disk, which write to the same files. */
  readonly turns: Turns
  /** How many connections at most. */
  readonly most?: number
  /** Threads that prove and write what one connection brings; as many as there are cores for without it. */
  readonly writers?: number
}

/** The threads that carry, each for one connection in one direction for as long as that lasts. */
export class CarrierThreads implements Carriers, AsyncDisposable {
  readonly #world: CarriersWorld
  readonly #system: CarrySystem | undefined
  readonly #threads: CarryThreads
  readonly #open = new Set<CarriedConnection>()

  constructor(world: CarriersWorld) {
    this.#world = world
    this.#threads = new CarryThreads(world.clock)
    try {
      // Threads look for it themselves: here it shows whether there is any.
      recordCiphers()
      this.#system = process.platform === 'win32' ? undefined : carrySystem()
    } catch {
      // Then all bytes go the usual way.
    }
  }

  get #writers(): number {
    return this.#world.writers ?? Math.max(1, Math.min(MOST_WRITERS, availableParallelism() - 1))
  }

  get #most(): number {
    return this.#world.most ?? MOST_CARRIED
  }

  /** How many connections are carried now. */
  get size(): number {
    return this.#open.size
  }

  prepare(direction: 'give' | 'take'): void {
    if (this.#system === undefined || this.#open.size >= this.#most) return
    for (const kind of direction === 'give' ? (['give'] as const) : (['write', 'receive'] as const)) {
      this.#threads.prepare(kind)
    }
  }

  give(connection: Connection, key: Uint8Array): Giving | undefined {
    const carried = this.#carry(connection, 'up')
    if (carried === undefined) return undefined
    const thread = carried.begin(this.#threads.take('give'), { kind: 'give', file: carried.file, key })
    return {
      get unlimited() {
        return carried.unlimited
      },
      async give(runs) {
        const bytes = runs.reduce((sum, { length }) => sum + length, 0)
        const given = carried.expect(thread, bytes)
        carried.order(thread, { kind: 'give', runs })
        await given
      },
      close: (fault) => carried.close(fault),
    }
  }

  take(connection: Connection, key: Uint8Array): Taking | undefined {
    const carried = this.#carry(connection, 'down')
    if (carried === undefined) return undefined
    const turns = this.#world.turns.memory
    const to = Array.from({ length: this.#writers }, () => new Ring(carried.shared).memory)
    const writers = to.map((from) => carried.begin(this.#threads.take('write'), { kind: 'write', from, turns }))
    const receiver = carried.begin(this.#threads.take('receive'), { kind: 'receive', file: carried.file, key, to })
    return takingOf(carried, writers, receiver)
  }

  #carry(connection: Connection, direction: Direction): CarriedConnection | undefined {
    if (this.#system === undefined || this.#open.size >= this.#most) return undefined
    if (!(connection instanceof TcpConnection)) return undefined
    const over: { told?: (fault: Fault | undefined) => void } = {}
    const lent = connection.lend((fault) => over.told?.(fault))
    const file = lent === undefined ? undefined : this.#system.duplicate(lent)
    if (file === undefined) return undefined
    const carried: CarriedConnection = new CarriedConnection(
      { connection, direction, file, turns: this.#world.turns },
      () => this.#open.delete(carried),
    )
    over.told = (fault) => carried.close(fault)
    this.#open.add(carried)
    return carried
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const over = fail('gone', 'net/closed', 'Kith is going').fault
    await Promise.all([...this.#open].map((carried) => carried.end(over)))
    await this.#threads[Symbol.asyncDispose]()
  }
}
