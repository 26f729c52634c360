/** How long a rate looks back, in milliseconds: the time constant of the smoothing. */
const memoryMs = 4_000

/** Bytes per second, smoothed; told of bytes as they come and of time once a second. */
export class Rate {
  #pending = 0
  #rate = 0
  #at: number

  constructor(now: number) {
    this.#at = now
  }

  add(bytes: number): void {
    this.#pending += bytes
  }

  tick(now: number): void {
    const elapsed = now - this.#at
    if (elapsed <= 0) return
    const weight = 1 - Math.exp(-elapsed / memoryMs)
    this.#rate += ((this.#pending * 1000) / elapsed - this.#rate) * weight
    if (this.#rate < 1) this.#rate = 0
    this.#pending = 0
    this.#at = now
  }

  get current(): number {
    return this.#rate
  }
}
