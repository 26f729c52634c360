import type { Clock } from '@kith/core/network/clock.ts'
import type { Ask } from '../wire/ask.ts'

/** Nobody needs the very same bytes more often than this in an hour, even with many tries and restarts. */
const mostTimes = 30
const windowMs = 60 * 60_000
/** Things that are remembered; whoever asks for so many different ones asks as people do. */
const mostRemembered = 10_000

/** Who asks for the same part of the same thing again and again keeps others from it. */
export class Repeats {
  readonly #clock: Clock
  readonly #times = new Map<string, { count: number; readonly since: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Counts a question of somebody. False when it was asked too often. */
  allows(who: string, { kind, name, start }: Ask): boolean {
    const now = this.#clock.now()
    const what = `${who} ${kind} ${start} ${name}`
    let times = this.#times.get(what)
    if (times === undefined || now - times.since > windowMs) {
      if (this.#times.size >= mostRemembered) this.#times.delete(this.#times.keys().next().value!)
      this.#times.delete(what)
      this.#times.set(what, (times = { count: 0, since: now }))
    }
    return ++times.count <= mostTimes
  }
}
