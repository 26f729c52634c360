import type { Budget } from '@kith/core/limits/budget.ts'
import type { InternetLoan, InternetTerms } from '@kith/core/offer/internet.ts'

/** What one device may use, and what it has used. Knows nothing of how. */
export class Loan {
  readonly device: string
  readonly since: number
  readonly budget: Budget
  terms: InternetTerms
  down: number
  up: number
  /** What is under way; disposing ends it. */
  readonly open: Set<Disposable> = new Set()
  /** Connections that are being opened. */
  opening = 0

  constructor(
    device: string,
    kept: { readonly terms: InternetTerms; readonly since: number; readonly down?: number; readonly up?: number },
    budget: Budget,
  ) {
    this.device = device
    this.since = kept.since
    this.terms = kept.terms
    this.down = kept.down ?? 0
    this.up = kept.up ?? 0
    this.budget = budget
    this.limit()
  }

  /** Puts the limits of its terms in force. */
  limit(): void {
    this.budget.limit({ down: this.terms.down, up: this.terms.up })
  }

  state(now: number): InternetLoan['state'] {
    const { until, volume } = this.terms
    const spent = volume !== undefined && this.down + this.up >= volume
    return spent || (until !== undefined && now >= until) ? 'over' : 'open'
  }

  /** True when with that it is over; then everything has ended. */
  count(direction: 'down' | 'up', bytes: number, now: number): boolean {
    this[direction] += bytes
    const over = this.terms.volume !== undefined && this.state(now) === 'over'
    if (over) this.end()
    return over
  }

  /** Ends what is under way. */
  end(): void {
    for (const one of this.open) one[Symbol.dispose]()
  }

  shown(now: number): InternetLoan {
    const { device, terms, since, down, up } = this
    return { device, terms, since, down, up, connections: this.open.size, state: this.state(now) }
  }
}
