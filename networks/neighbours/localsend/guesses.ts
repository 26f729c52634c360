/** Wrong PINs of one address before it has to wait, and for how long. */
export const MOST_WRONG = 5
export const WAIT_MS: number = 60_000
/** Addresses that are remembered: a flood of them is not memory. */
const MOST_ADDRESSES = 1_000

/** Counts wrong PINs by the address that they come from. A machine: it is told the time. */
export class PinGuesses {
  readonly #wrong = new Map<string, { count: number; until: number }>()

  /** 401 for a PIN that is missing or wrong, 429 after too many wrong ones; undefined for the right one. */
  check(from: string, isRight: (pin: string) => boolean, given: string | null, now: number): 401 | 429 | undefined {
    const before = this.#wrong.get(from)
    const known = before !== undefined && before.until > now ? before : undefined
    if (known !== undefined && known.count >= MOST_WRONG) return 429
    // Who has not been asked yet has not guessed.
    if (given === null) return 401
    this.#wrong.delete(from)
    if (isRight(given)) return undefined
    if (this.#wrong.size >= MOST_ADDRESSES) this.#wrong.delete(this.#wrong.keys().next().value!)
    this.#wrong.set(from, { count: (known?.count ?? 0) + 1, until: now + WAIT_MS })
    return 401
  }
}
