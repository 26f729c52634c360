import type { Claim, LanePort } from './lane.ts'

/** Copies a body that follows its claims without a gap into the memory that the transfer gives for them. */
export class Filler {
  readonly #port: LanePort
  readonly #claims: readonly Claim[]
  #at = 0
  /** Claims that are being filled, as one. */
  #count = 0
  /** Bytes of them, and how many are there. */
  #length = 0
  #filled = 0
  #memory: Uint8Array | undefined

  constructor(port: LanePort, claims: readonly Claim[]) {
    this.#port = port
    this.#claims = claims
  }

  get done(): boolean {
    return this.#at === this.#claims.length
  }

  take(part: Uint8Array): void {
    let from = 0
    while (from < part.length && !this.done) {
      if (this.#count === 0) this.#begin(part.length - from)
      const bytes = part.subarray(from, from + this.#length - this.#filled)
      this.#memory?.set(bytes, this.#filled)
      this.#filled += bytes.length
      from += bytes.length
      if (this.#filled < this.#length) return
      if (this.#memory !== undefined) this.#port.delivered(this.#claims[this.#at]!.offset, this.#length)
      this.#at += this.#count
      this.#count = 0
      this.#filled = 0
    }
  }

  /**
   * Begins with the next claim, and with those that follow it as far as they are here in whole: what has come in whole is
   * delivered, whatever becomes of the rest.
   */
  #begin(available: number): void {
    const { offset, length } = this.#claims[this.#at]!
    let run = length
    for (let at = this.#at + 1; at < this.#claims.length; at++) {
      const next = this.#claims[at]!
      if (next.offset !== offset + run || run + next.length > available) break
      run += next.length
    }
    this.#memory = this.#port.place(offset, run)
    this.#length = this.#memory?.length ?? length
    this.#count = 0
    for (let bytes = 0; bytes < this.#length; bytes += this.#claims[this.#at + this.#count++]!.length);
  }
}
