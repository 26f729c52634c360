import { fail, type Fault, faultOf } from '@kith/core/fault/fault.ts'
import type { Budget } from '@kith/core/limits/budget.ts'
import type { Giving } from '@kith/core/network/carriers.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Place } from '@kith/core/transfer/storage.ts'
import type { AskedRange } from '../wire/ranges.ts'
import type { Arrived, Beside } from './desk.ts'
import type { Held } from './give.ts'
import { lengthOf, Questions } from './questions.ts'

/** Questions that a thread has at once: the next is there when one is done. */
const MOST_GIVING = 2
/** Who asks for nothing for so long gives the thread back. */
const IDLE_MS = 30_000

export interface BulkGiveWorld extends Pick<Host, 'carriers' | 'clock' | 'log'> {
  readonly held: Held
  readonly budget: Budget
}

/**
 * Gives a content from a thread, without heads between the answers: what cannot be given ends the connection, and is asked for
 * elsewhere. What is asked comes in the tunnel. Where there is a limit, or no thread is free, it ends at once.
 */
export function bulkBeside(world: BulkGiveWorld): (arrived: Arrived) => Beside {
  return ({ connection, keys, over }) => {
    connection.charge(world.budget)
    const giving = world.carriers?.give(connection, keys.answer)
    if (giving !== undefined) return new BulkGive(giving, over, world)
    connection.close(fail('unavailable', 'neighbours/no-thread', 'No thread is free to give in bulk').fault)
    over()
    return { ended() {} }
  }
}

class BulkGive implements Beside {
  readonly #giving: Giving
  readonly #tunnelOver: () => void
  readonly #world: BulkGiveWorld
  readonly #questions: Questions
  /** What the thread has. */
  readonly #under = new Set<Promise<void>>()
  #idle: Disposable | undefined

  constructor(giving: Giving, tunnelOver: () => void, world: BulkGiveWorld) {
    this.#giving = giving
    this.#tunnelOver = tunnelOver
    this.#world = world
    this.#questions = new Questions(world.held.size, world.log, {
      answer: (ranges, signal) => this.#answer(ranges, signal),
      close: (fault) => this.#close(fault),
    })
    this.#waitIdle()
  }

  receive(bytes: Uint8Array): void {
    this.#questions.receive(bytes)
  }

  ended(fault: Fault): void {
    this.#idle?.[Symbol.dispose]()
    this.#questions.stop(fault)
    this.#giving.close(fault)
  }

  #close(fault: Fault): void {
    this.ended(fault)
    this.#tunnelOver()
  }

  #waitIdle(): void {
    this.#idle?.[Symbol.dispose]()
    this.#idle = this.#world.clock.after(IDLE_MS, () =>
      this.#close(fail('gone', 'neighbours/silent', 'The device asks for nothing more').fault),
    )
  }

  /** Resolves when the thread may have the next one. */
  async #answer(ranges: readonly AskedRange[], signal: AbortSignal): Promise<void> {
    this.#idle?.[Symbol.dispose]()
    if (!this.#giving.unlimited) throw fail('unavailable', 'neighbours/limited', 'There is a limit of speed now')
    const places = await placesOf(this.#world.held, ranges)
    if (signal.aborted) return void places.map((place) => place[Symbol.dispose]())
    // What the thread had may have been done meanwhile.
    this.#idle?.[Symbol.dispose]()
    const giving = this.#give(places, lengthOf(ranges)).finally(() => {
      this.#under.delete(giving)
      if (this.#under.size === 0 && !signal.aborted) this.#waitIdle()
    })
    this.#under.add(giving)
    if (this.#under.size >= MOST_GIVING) await Promise.race(this.#under)
  }

  async #give(places: readonly Place[], bytes: number): Promise<void> {
    try {
      await this.#giving.give(places.flatMap(({ runs }) => runs))
      this.#world.held.gave(bytes)
    } catch (error) {
      this.#close(faultOf(error, 'give to a device'))
    } finally {
      for (const place of places) place[Symbol.dispose]()
    }
  }
}

/** @throws FaultError when some of it is not given, or in a way that no thread knows */
async function placesOf(held: Held, ranges: readonly AskedRange[]): Promise<readonly Place[]> {
  const places: Place[] = []
  try {
    for (const stretch of held.stretches(ranges) ?? [undefined]) {
      const place = await stretch?.place()
      if (place === undefined) throw fail('unavailable', 'neighbours/not-there', 'That is not given in bulk')
      places.push(place)
    }
    return places
  } catch (error) {
    for (const place of places) place[Symbol.dispose]()
    throw error
  }
}
