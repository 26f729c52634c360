/** Datagrams that overtake each other by more are lost; RFC 6479 has the window. */
export const WINDOW = 2048

/** Which counters were seen, in a window behind the highest (RFC 6479, RFC 4303 3.4.3). */
export class Replays {
  readonly #seen = new Uint8Array(WINDOW)
  #highest = -1

  /** Whether a counter may be accepted. */
  fresh(counter: number): boolean {
    if (counter > this.#highest) return true
    return this.#highest - counter < WINDOW && this.#seen[counter % WINDOW] === 0
  }

  /** Accepts a fresh counter; true when it is the highest yet. */
  add(counter: number): boolean {
    const newest = counter > this.#highest
    if (newest) {
      const first = Math.max(this.#highest + 1, counter - WINDOW + 1)
      for (let each = first; each < counter; each++) this.#seen[each % WINDOW] = 0
      this.#highest = counter
    }
    this.#seen[counter % WINDOW] = 1
    return newest
  }
}
