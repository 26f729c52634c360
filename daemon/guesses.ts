import { fail } from '@kith/core/fault/fault.ts'

/** Wrong guesses from one address before it has to wait, and for how long, in milliseconds. */
const guesses = 5
const guessMs = 60_000
/** Addresses that are remembered: a flood of them is not memory. */
const mostAddresses = 10_000

/** Counts wrong passwords by the address that they come from. */
export class Guesses {
  readonly #now: () => number
  readonly #code: string
  readonly #wrong = new Map<string, { count: number; until: number }>()

  /** `code` is that of the fault. */
  constructor(now: () => number, code: string) {
    this.#now = now
    this.#code = code
  }

  /**
   * Counts one before it is checked, because a password takes a while and others could be tried meanwhile.
   * @throws FaultError `unavailable`
   */
  begin(address: string): void {
    const wrong = this.#wrong.get(address)
    if (wrong !== undefined && wrong.count >= guesses) {
      if (this.#now() < wrong.until) {
        throw fail('unavailable', this.#code, 'Too many wrong tries from this address', { retryAt: wrong.until })
      }
      this.#wrong.delete(address)
    }
    if (this.#wrong.size > mostAddresses) this.#wrong.clear()
    const count = (this.#wrong.get(address)?.count ?? 0) + 1
    this.#wrong.set(address, { count, until: this.#now() + guessMs })
  }

  right(address: string): void {
    this.#wrong.delete(address)
  }
}
