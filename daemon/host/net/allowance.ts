import type { Budget, Direction } from '@kith/core/limits/budget.ts'
import type { Clock } from '@kith/core/network/clock.ts'

/** A turn to read lasts for this much at most; then others have theirs. */
const TURN_BYTES = 4 * 1024 * 1024
/** A turn that was not used by then is over, all but one short read: many silent connections must not save them up. */
const TURN_MS = 500
/** One read below a limit: short, because what was read before the limit is known is a debt. */
const LIMITED_READ_BYTES = 64 * 1024

export interface AllowanceOptions {
  readonly clock: Clock
  /** Whether the other side is on the local network, which has limits of its own. */
  readonly isLocal: boolean
  /** It may move again in this direction. */
  ready(direction: Direction): void
}

/** What one connection may read and send, below the limits of its budget and all above, and what it has. */
export class Allowance {
  readonly #options: AllowanceOptions
  #budget: Budget
  /** Bytes left of the turn, where there is a limit. */
  readonly #turn: Record<Direction, number> = { down: 0, up: 0 }
  #turnEnds = 0
  readonly #waiting: Record<Direction, Disposable | undefined> = { down: undefined, up: undefined }

  constructor(budget: Budget, options: AllowanceOptions) {
    this.#options = options
    this.#budget = options.isLocal ? budget.local : budget
  }

  /** The budget that it is counted on. */
  get budget(): Budget {
    return this.#budget
  }

  charge(budget: Budget): void {
    this.#budget = this.#options.isLocal ? budget.local : budget
    this.end()
  }

  isUnlimited(direction: Direction): boolean {
    return this.#budget.unlimited(direction)
  }

  /** Whether it may read now; else `ready` is called when it may. */
  mayRead(): boolean {
    if (this.#turn.down > 0 || this.#budget.unlimited('down')) return true
    this.#waiting.down ??= this.#budget.wait('down', TURN_BYTES, (bytes) => {
      this.#waiting.down = undefined
      this.#turn.down = bytes
      this.#turnEnds = this.#options.clock.now() + TURN_MS
      this.#options.ready('down')
    })
    return false
  }

  /** Bytes of the next read; undefined for as many as there are. */
  get readBytes(): number | undefined {
    return this.#budget.unlimited('down') ? undefined : Math.min(LIMITED_READ_BYTES, this.#turn.down)
  }

  took(bytes: number): void {
    const now = this.#options.clock.now()
    this.#budget.spend('down', bytes, now)
    this.#turn.down = now > this.#turnEnds ? 0 : this.#turn.down - bytes
  }

  /** How many of so many bytes, at least one, may be sent now; at 0 `ready` is called when some may. */
  maySend(queued: number): number {
    if (this.#budget.unlimited('up')) return Number.POSITIVE_INFINITY
    if (this.#turn.up > 0 || queued === 0) return this.#turn.up
    this.#waiting.up ??= this.#budget.wait('up', queued, (bytes) => {
      this.#waiting.up = undefined
      this.#turn.up = bytes
      this.#options.ready('up')
    })
    return 0
  }

  /** @param queued bytes that are left */
  sent(bytes: number, queued: number): void {
    this.#turn.up = queued === 0 ? 0 : this.#turn.up - bytes
    if (bytes > 0) this.count('up', bytes)
  }

  /** Counts what moved without having asked. */
  count(direction: Direction, bytes: number): void {
    this.#budget.spend(direction, bytes, this.#options.clock.now())
  }

  /** It does not want to read now, and leaves the queue of those who do. */
  restReading(): void {
    this.#endWait('down')
  }

  /** Ends both turns. */
  end(): void {
    for (const direction of ['down', 'up'] as const) {
      this.#endWait(direction)
      this.#turn[direction] = 0
    }
  }

  #endWait(direction: Direction): void {
    this.#waiting[direction]?.[Symbol.dispose]()
    this.#waiting[direction] = undefined
  }
}
