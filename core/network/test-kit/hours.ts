import type { Clock } from '../clock.ts'

/** Time that stands until it is told to go. */
export class Hours implements Clock {
  #now = 1_000_000
  readonly #calls = new Map<object, { at: number; call: () => void }>()

  now(): number {
    return this.#now
  }

  after(ms: number, call: () => void): Disposable {
    const key = {}
    this.#calls.set(key, { at: this.#now + ms, call })
    return { [Symbol.dispose]: () => void this.#calls.delete(key) }
  }

  /** Calls that are still to come. */
  get waiting(): number {
    return this.#calls.size
  }

  go(ms: number): void {
    const end = this.#now + ms
    for (;;) {
      const next = [...this.#calls].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0]
      if (next === undefined) break
      this.#calls.delete(next[0])
      this.#now = Math.max(this.#now, next[1].at)
      next[1].call()
    }
    this.#now = end
  }
}
