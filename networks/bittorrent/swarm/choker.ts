import type { Random } from '@kith/core/network/clock.ts'
import { pick } from '@kith/core/network/clock.ts'

/** What the choker looks at. */
export interface Candidate {
  readonly interested: boolean
  readonly choked: boolean
  /** Bytes per second that count for it: what it gives us while we are getting, what it takes when we only give. */
  readonly worth: number
  /** Milliseconds since the epoch when it was unchoked last; 0 for never. */
  readonly unchokedAt: number
  /** It kept us waiting: no reciprocity. */
  readonly snubbed: boolean
}

/** While giving only, a peer keeps its slot at least this long, so that everyone's turn is worth something. */
const turnMs = 60_000
/** How often the optimistic slot goes to another peer. */
const optimisticMs = 30_000

/**
 * Who may take from us: the best peers by tit-for-tat, and one more by chance, so that newcomers can show what they
 * give (BEP 3). While we only give, slots go round instead.
 */
export class Choker<Peer extends Candidate> {
  readonly #random: Random
  #optimistic: Peer | undefined
  #optimisticAt = -Infinity

  constructor(random: Random) {
    this.#random = random
  }

  /** The peers to have unchoked from now on. */
  choose(peers: readonly Peer[], slots: number, giving: boolean, now: number): Set<Peer> {
    const interested = peers.filter((peer) => peer.interested)
    if (interested.length <= slots) return new Set(interested)
    const regular = Math.max(1, slots - 1)
    const order = giving
      ? [...interested].sort((a, b) => this.#turn(a, now) - this.#turn(b, now) || b.worth - a.worth)
      : [...interested].sort((a, b) => Number(a.snubbed) - Number(b.snubbed) || b.worth - a.worth)
    const chosen = new Set(order.slice(0, regular))
    if (slots > 1) {
      const optimistic = this.#pickOptimistic(
        interested.filter((peer) => !chosen.has(peer)),
        now,
      )
      if (optimistic !== undefined) chosen.add(optimistic)
    }
    return chosen
  }

  /** Whoever is in the middle of its turn first, then who has waited longest. */
  #turn(peer: Peer, now: number): number {
    if (!peer.choked && now - peer.unchokedAt < turnMs) return -1
    return peer.unchokedAt
  }

  #pickOptimistic(waiting: readonly Peer[], now: number): Peer | undefined {
    const held = this.#optimistic
    if (held !== undefined && waiting.includes(held) && now - this.#optimisticAt < optimisticMs) return held
    const others = waiting.filter((peer) => peer !== held)
    this.#optimistic = others[pick(this.#random, others.length)] ?? held
    this.#optimisticAt = now
    return this.#optimistic !== undefined && waiting.includes(this.#optimistic) ? this.#optimistic : undefined
  }
}
