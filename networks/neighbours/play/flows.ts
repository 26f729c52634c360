import type { Clock } from '@kith/core/network/clock.ts'
import { every } from '@kith/core/network/clock.ts'

/** Conversations of one game at once: a browser that looks around opens some, a game one or two. */
const MOST_FLOWS = 64
/** Games say something every few seconds; browsers ask once. */
const SILENT_MS = 90_000
const SWEEP_MS = 10_000

interface Kept<Flow> {
  readonly flow: Flow
  usedAt: number
}

/** Conversations of datagrams, which nobody ends: they are forgotten when silent, the oldest when there are too many. */
export class Flows<Key, Flow extends object> implements Disposable {
  readonly #clock: Clock
  readonly #forgotten: (flow: Flow) => void
  readonly #all = new Map<Key, Kept<Flow>>()
  readonly #sweeping: Disposable

  constructor(clock: Clock, forgotten: (flow: Flow) => void) {
    this.#clock = clock
    this.#forgotten = forgotten
    this.#sweeping = every(clock, SWEEP_MS, () => this.#sweep())
  }

  /** Finds a conversation, and counts it as used. */
  use(key: Key): Flow | undefined {
    const kept = this.#all.get(key)
    if (kept === undefined) return undefined
    kept.usedAt = this.#clock.now()
    return kept.flow
  }

  add(key: Key, flow: Flow): void {
    if (this.#all.size >= MOST_FLOWS) {
      const [oldest] = [...this.#all].toSorted(([, one], [, other]) => one.usedAt - other.usedAt)
      if (oldest !== undefined) this.#drop(...oldest)
    }
    this.#all.set(key, { flow, usedAt: this.#clock.now() })
  }

  /** Ends one of which it is known that it is over. */
  drop(key: Key): void {
    const kept = this.#all.get(key)
    if (kept !== undefined) this.#drop(key, kept)
  }

  #sweep(): void {
    const until = this.#clock.now() - SILENT_MS
    for (const [key, kept] of this.#all) if (kept.usedAt <= until) this.#drop(key, kept)
  }

  #drop(key: Key, { flow }: Kept<Flow>): void {
    this.#all.delete(key)
    this.#forgotten(flow)
  }

  [Symbol.dispose](): void {
    this.#sweeping[Symbol.dispose]()
    for (const [key, kept] of this.#all) this.#drop(key, kept)
  }
}
