import type { Fault } from '@kith/core/fault/fault.ts'
import { faultOf } from '@kith/core/fault/fault.ts'
import type { Budget } from '@kith/core/limits/budget.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Membership, Network } from '@kith/core/network/network.ts'
import type { WritableValue } from '@kith/core/value/value.ts'
import { value } from '@kith/core/value/value.ts'

/** Waits between two tries to join, in milliseconds: doubled each time, up to the longest. */
const firstWaitMs = 1_000
const longestWaitMs = 5 * 60_000

export type NetworkState =
  | { readonly kind: 'off' }
  | { readonly kind: 'joining' }
  | { readonly kind: 'in'; readonly membership: Membership }
  | { readonly kind: 'waiting'; readonly fault: Fault; readonly until: number }

/**
 * Keeps one network joined while it is switched on.
 *
 * ```
 *          on               joined
 *   off ───────► joining ───────────► in
 *    ▲             │  ▲                │
 *    │             ▼  │ time           │ failed assertion
 *    └── off ──── waiting ◄────────────┘
 * ```
 * A membership that fails ends alone: the others go on (design 7).
 */
export class Supervised implements AsyncDisposable {
  readonly network: Network<never>
  readonly state: WritableValue<NetworkState> = value<NetworkState>({ kind: 'off' })
  readonly #host: () => Host
  readonly #settings: () => unknown
  readonly #clock: Clock
  #timer: Disposable | undefined
  #failures = 0
  /** Steps run one after another, so that on, off and failures never overlap. */
  #queue: Promise<void> = Promise.resolve()

  constructor(network: Network<never>, host: () => Host, settings: () => unknown, clock: Clock) {
    this.network = network
    this.#host = host
    this.#settings = settings
    this.#clock = clock
  }

  /** What the network may use. */
  get budget(): Budget {
    return this.#host().budget
  }

  get membership(): Membership | undefined {
    return this.state.current.kind === 'in' ? this.state.current.membership : undefined
  }

  on(): Promise<void> {
    return this.#step(async () => {
      if (this.state.current.kind === 'in') return
      await this.#join()
    })
  }

  off(): Promise<void> {
    return this.#step(async () => {
      await this.#leave()
      this.#failures = 0
      this.state.set({ kind: 'off' })
    })
  }

  /** Leaves and joins again, for settings that work only then. */
  async again(): Promise<void> {
    if (this.state.current.kind === 'off') return
    await this.off()
    await this.on()
  }

  /** Something inside the membership failed that must not: it is ended and joined anew after a while. */
  failed(error: unknown): Promise<void> {
    return this.#step(async () => {
      if (this.state.current.kind !== 'in') return
      await this.#leave()
      this.#wait(faultOf(error, `take part in ${this.network.title}`))
    })
  }

  #step(step: () => Promise<void>): Promise<void> {
    const next = this.#queue.then(step)
    this.#queue = next.catch(() => {})
    return next
  }

  async #join(): Promise<void> {
    this.#timer?.[Symbol.dispose]()
    this.#timer = undefined
    this.state.set({ kind: 'joining' })
    const host = this.#host()
    try {
      const membership = await this.network.join(host, this.#settings() as never)
      this.state.set({ kind: 'in', membership })
      this.#failures = 0
      host.journal.tell('network/joined', this.network.id)
    } catch (error) {
      this.#wait(faultOf(error, `join ${this.network.title}`))
    }
  }

  #wait(fault: Fault): void {
    const host = this.#host()
    const wait = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(this.#failures++, 12))
    this.state.set({ kind: 'waiting', fault, until: this.#clock.now() + wait })
    host.log.warn('a network could not be joined', {
      network: this.network.id,
      code: fault.code,
      message: fault.message,
    })
    host.journal.tell('network/trouble', this.network.id, { code: fault.code, message: fault.message })
    this.#timer = this.#clock.after(wait, () => void this.on())
  }

  async #leave(): Promise<void> {
    this.#timer?.[Symbol.dispose]()
    this.#timer = undefined
    const { membership } = this
    if (membership === undefined) return
    this.state.set({ kind: 'joining' })
    try {
      await membership[Symbol.asyncDispose]()
    } catch (error) {
      this.#host().log.error('a network did not leave cleanly', { network: this.network.id, error: String(error) })
    }
    this.#host().journal.tell('network/left', this.network.id)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.off()
  }
}
