/** Places that are remembered; with more of them the one that was quiet longest is forgotten. */
const mostPlaces = 2_000

interface Left {
  tokens: number
  at: number
}

/** How often something may be done to one place, such as an address that a hub names to us: we must not be its weapon. */
export class Restraint {
  readonly #burst: number
  readonly #everyMs: number
  readonly #left = new Map<string, Left>()

  /** So many at once, and one more each so many milliseconds. */
  constructor(burst: number, everyMs: number) {
    this.#burst = burst
    this.#everyMs = everyMs
  }

  /** Whether it may be done once more, without doing it. */
  has(place: string, now: number): boolean {
    return this.#of(place, now).tokens >= 1
  }

  /** Counts it. False when it must not be done. */
  take(place: string, now: number): boolean {
    const left = this.#of(place, now)
    this.#left.delete(place)
    if (this.#left.size >= mostPlaces) this.#left.delete(this.#left.keys().next().value!)
    this.#left.set(place, left)
    if (left.tokens < 1) return false
    left.tokens--
    return true
  }

  #of(place: string, now: number): Left {
    const left = this.#left.get(place) ?? { tokens: this.#burst, at: now }
    left.tokens = Math.min(this.#burst, left.tokens + Math.max(0, now - left.at) / this.#everyMs)
    left.at = now
    return left
  }
}
