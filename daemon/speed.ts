import type { SpeedHistory } from '@kith/api/status.ts'
import type { Budget, Rates } from '@kith/core/limits/budget.ts'
import { parseHours, ratesAt } from '@kith/core/limits/schedule.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Value } from '@kith/core/value/value.ts'
import type { SpeedSettings } from './config/settings.ts'

/** Samples that are kept: ten minutes. */
const samples = 600

const bytes = (kibibytes: number): number | undefined => (kibibytes === 0 ? undefined : kibibytes * 1024)

/** The limits that hold at a time of the local clock. */
export function ratesNow(settings: SpeedSettings, now: Date): Rates {
  const usual = { down: bytes(settings.down), up: bytes(settings.up) }
  const rates = { down: bytes(settings.alternativeDown), up: bytes(settings.alternativeUp) }
  if (settings.alternative === 'always') return rates
  if (settings.alternative === 'never') return usual
  const alternatives = settings.schedule.map((text) => ({ hours: parseHours(text), rates }))
  return ratesAt(usual, alternatives, { day: now.getDay(), minute: now.getHours() * 60 + now.getMinutes() })
}

/** Keeps the limits of everything as the settings and the hour want them, and remembers the rates. */
export class Speed implements Disposable {
  readonly #clock: Clock
  readonly #root: Budget
  readonly #settings: Value<SpeedSettings>
  readonly #watching: Disposable
  readonly #down: number[] = []
  readonly #up: number[] = []

  constructor(clock: Clock, root: Budget, settings: Value<SpeedSettings>) {
    this.#clock = clock
    this.#root = root
    this.#settings = settings
    this.apply()
    // Between machines that are near, much may come before the next tick.
    this.#watching = settings.watch(() => this.apply())
  }

  apply(): void {
    const settings = this.#settings.current
    const rates = ratesNow(settings, new Date(this.#clock.now()))
    this.#root.limit(rates)
    this.#root.local.limit(settings.limitLocal ? rates : {})
  }

  /** Bytes per second, the local network included. */
  rate(direction: 'down' | 'up'): number {
    const now = this.#clock.now()
    return this.#root.rate(direction, now) + this.#root.local.rate(direction, now)
  }

  total(direction: 'down' | 'up'): number {
    return this.#root.total(direction) + this.#root.local.total(direction)
  }

  get limits(): Rates {
    return this.#root.rates
  }

  /** Once a second. */
  tick(): void {
    this.apply()
    this.#down.push(Math.round(this.rate('down')))
    this.#up.push(Math.round(this.rate('up')))
    if (this.#down.length <= samples) return
    this.#down.shift()
    this.#up.shift()
  }

  get history(): SpeedHistory {
    return { down: [...this.#down], up: [...this.#up] }
  }

  [Symbol.dispose](): void {
    this.#watching[Symbol.dispose]()
  }
}
