import type { Claim, LanePort } from './lane.ts'

/** Copies a body that follows its claims without a gap into the memory that the transfer gives for each of them. */
export class Filler {
  readonly #port: LanePort
  readonly #claims: readonly Claim[]
  #at = 0
  #filled = 0
  #memory: Uint8Array | undefined

  constructor(port: LanePort, claims: readonly Claim[]) {
    this.#port = port
    this.#claims = claims
  }

  get done(): boolean {
    return this.#at === this.#claims.length
  }

  /** What has not come in whole. */
  get left(): readonly Claim[] {
    return this.#claims.slice(this.#at)
  }

  take(part: Uint8Array): void {
    let from = 0
    while (from < part.length && !this.done) {
      const claim = this.#claims[this.#at]!
      if (this.#filled === 0) this.#memory = this.#port.place(claim.offset, claim.length)
      const bytes = part.subarray(from, from + claim.length - this.#filled)
      this.#memory?.set(bytes, this.#filled)
      this.#filled += bytes.length
      from += bytes.length
      if (this.#filled < claim.length) return
      if (this.#memory !== undefined) this.#port.delivered(claim.offset, claim.length)
      this.#filled = 0
      this.#at++
    }
  }
}
