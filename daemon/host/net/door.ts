import { fail, faultOf } from '@kith/core/fault/fault.ts'
import { sleep, type Clock, type Random } from '@kith/core/network/clock.ts'
import type { Log } from '@kith/core/network/log.ts'
import { endpointText, type Endpoint } from '@kith/core/network/net.ts'
import type { AskedBy, Outside } from '@kith/core/network/outside.ts'
import { value, type Value, type WritableValue } from '@kith/core/value/value.ts'

/** For how long routers are asked to keep a port open: what RFC 6886 3.3 recommends. */
export const LIFETIME_S: number = 2 * 60 * 60
/** RFC 6887 11.2.1: nobody renews more often. */
const LEAST_RENEW_MS = 4_000
/** How soon a router is looked for again, and asked again after one that was open was lost. */
const AGAIN_MS = 5 * 60_000
const LOST_MS = 30_000
/** A router that says for how long it refuses is believed up to here. */
const LONGEST_REFUSAL_MS = 30 * 60_000
/** How often it is looked whether this machine has come to another network. */
const LOOK_MS = 15_000
/** What a router may take to open the port, or to close it when we leave. */
const OPEN_MS = 30_000
const LEAVE_MS = 2_000
/** For how long it is waited for what a router was asked already, when the door is not wanted any more. */
const ANSWER_MS = 1_000

export interface Opened {
  /** Where others come in. */
  readonly at: Endpoint
  /** Seconds. */
  readonly lifetime: number
}

/** A router that lets others in, as long as it is asked to again and again. */
export interface Door {
  readonly by: AskedBy
  /** Opens it, or keeps it open. @throws FaultError `unavailable` */
  open(signal: AbortSignal): Promise<Opened>
  shut(signal: AbortSignal): Promise<void>
}

export interface DoorWorld {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** The way that leads out of this machine now, in any form that changes when it does; undefined when none does. */
  way(): string | undefined
  /** Looks for a router that opens it, and has it open. @throws FaultError `unavailable` */
  find(signal: AbortSignal): Promise<{ readonly door: Door; readonly opened: Opened }>
}

/** Keeps a door open for as long as that is wanted, and has it shut afterwards. */
export class DoorKeeper implements AsyncDisposable {
  readonly #world: DoorWorld
  readonly #outside: WritableValue<Outside> = value<Outside>({ state: 'off' })
  #stop: AbortController | undefined
  #resting: AbortController | undefined
  #nudged = false
  #running: Promise<void> = Promise.resolve()

  constructor(world: DoorWorld) {
    this.#world = world
  }

  get outside(): Value<Outside> {
    return this.#outside
  }

  want(wanted: boolean): void {
    if (wanted === (this.#stop !== undefined)) return
    if (!wanted) {
      this.#stop?.abort(fail('gone', 'net/closed', 'Kith is going'))
      this.#stop = undefined
      return
    }
    const stop = new AbortController()
    this.#stop = stop
    this.#outside.set({ state: 'looking' })
    const before = this.#running
    this.#running = before.then(() => this.#keep(stop.signal))
  }

  /** The router may have forgotten it: it is asked now. */
  nudge(): void {
    this.#nudged = true
    this.#resting?.abort()
  }

  async #keep(signal: AbortSignal): Promise<void> {
    let door: Door | undefined
    while (!signal.aborted) {
      this.#nudged = false
      const way = this.#world.way()
      let rest = AGAIN_MS
      if (way === undefined) this.#outside.set({ state: 'none' })
      else {
        const before = door
        const asked = await this.#ask(door, signal)
        if (asked === undefined) break
        door = asked.door
        rest = before !== undefined && door === undefined ? LOST_MS : asked.rest
      }
      if (await this.#changed(way, rest, signal)) {
        await leave(door)
        door = undefined
      }
    }
    await leave(door)
    if (this.#stop === undefined) this.#outside.set({ state: 'off' })
  }

  /** One turn; undefined when it was given up. */
  async #ask(
    kept: Door | undefined,
    signal: AbortSignal,
  ): Promise<{ readonly door: Door | undefined; readonly rest: number } | undefined> {
    const { clock, random, log, find } = this.#world
    using late = this.#late(signal)
    try {
      const { door, opened } =
        kept === undefined ? await find(late.signal) : { door: kept, opened: await kept.open(late.signal) }
      if (signal.aborted) return { door, rest: 0 }
      const { at, lifetime } = opened
      const before = this.#outside.current
      if (before.state !== 'mapped') log.info('the router opens our port', { at: endpointText(at), by: door.by })
      this.#outside.set({ state: 'mapped', at, by: door.by })
      // Not all at once after a power cut (RFC 6887 11.2.1).
      return { door, rest: Math.max(LEAST_RENEW_MS, lifetime * 1000 * (1 / 2 + random.number() / 8)) }
    } catch (error) {
      if (signal.aborted) return undefined
      await leave(kept)
      const fault = faultOf(error, 'ask the router for a port')
      log.debug('the router does not open our port', { fault })
      this.#outside.set({ state: 'not', fault })
      const until = fault.retryAt === undefined ? AGAIN_MS : fault.retryAt - clock.now()
      return { door: undefined, rest: Math.min(LONGEST_REFUSAL_MS, Math.max(LOST_MS, until)) }
    }
  }

  /** Some doors can be shut only by who has heard that they are open: who stops hears what is about to be said. */
  #late(stopped: AbortSignal): { readonly signal: AbortSignal } & Disposable {
    const enough = new AbortController()
    let timer: Disposable | undefined
    const stop = (): void => {
      timer = this.#world.clock.after(ANSWER_MS, () => enough.abort(stopped.reason))
    }
    stopped.addEventListener('abort', stop, { once: true })
    return {
      signal: AbortSignal.any([enough.signal, AbortSignal.timeout(OPEN_MS)]),
      [Symbol.dispose]() {
        stopped.removeEventListener('abort', stop)
        timer?.[Symbol.dispose]()
      },
    }
  }

  /** Waits until it is time to ask again; true when this machine has another way out by then. */
  async #changed(way: string | undefined, ms: number, signal: AbortSignal): Promise<boolean> {
    const { clock } = this.#world
    const end = clock.now() + ms
    for (let left = ms; left > 0 && !signal.aborted && !this.#nudged; left = end - clock.now()) {
      const resting = new AbortController()
      this.#resting = resting
      await sleep(clock, Math.min(LOOK_MS, left), AbortSignal.any([signal, resting.signal])).catch(() => {})
      this.#resting = undefined
      if (this.#world.way() !== way) return true
    }
    return false
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.want(false)
    await this.#running
  }
}

/** In good manners, if it can be done in time. */
export async function leave(door: Door | undefined): Promise<void> {
  await door?.shut(AbortSignal.timeout(LEAVE_MS)).catch(() => {})
}
