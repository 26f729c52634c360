import { blockSize } from '@kith/core/transfer/lane.ts'

/** Fewer would leave the line idle for a round trip after each block. */
const fewest = 4
/** Enough for 1 Gbit/s at 200 ms, and still a quarter of the memory between sockets and disk. */
const most = 1536
/** How much longer than the bare round trip the requests should last, in milliseconds. */
const reserveMs = 500
/** Where slow start begins. */
const first = 32

/**
 * How many blocks to have asked of a peer: what it delivers in one round trip and a reserve. It begins like TCP's slow
 * start, one more for each block that arrives, until the peer's rate stops growing with it.
 */
export class RequestWindow {
  #size = first
  #starting = true
  #bestRate = 0
  #delayMs: number | undefined
  #snubbed = false

  /** Blocks to have outstanding, never more than the peer accepts. */
  size(accepted: number): number {
    return Math.max(1, Math.min(this.#snubbed ? 1 : this.#size, accepted))
  }

  get snubbed(): boolean {
    return this.#snubbed
  }

  /** A block came `delayMs` after it was asked for, or at an unknown delay. */
  arrived(delayMs: number | undefined): void {
    this.#snubbed = false
    if (delayMs !== undefined) this.#delayMs = Math.min(this.#delayMs ?? Infinity, delayMs)
    if (this.#starting && this.#size < most) this.#size++
  }

  /** Once a second, with the peer's smoothed rate in bytes per second. */
  tick(rate: number): void {
    if (this.#starting) {
      if (rate > this.#bestRate * 1.1) this.#bestRate = rate
      else if (this.#bestRate > 0) this.#starting = false
      return
    }
    const blocks = (rate * ((this.#delayMs ?? 0) + reserveMs)) / 1000 / blockSize
    // Shrinking slowly: a short pause of the peer is no reason to ask for less.
    const target = Math.min(most, Math.max(fewest, Math.ceil(blocks * 1.5)))
    this.#size = target > this.#size ? target : Math.max(target, Math.floor(this.#size * 0.8))
  }

  /** The peer has kept us waiting: one block at a time until it delivers again. */
  snub(): void {
    this.#snubbed = true
    this.#starting = false
  }
}
