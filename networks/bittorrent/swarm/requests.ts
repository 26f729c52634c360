import type { Clock } from '@kith/core/network/clock.ts'
import type { Claim, LanePort } from '@kith/core/transfer/lane.ts'
import type { PeerTalk } from '../talk/peer-talk.ts'
import { RequestWindow } from './request-window.ts'

/** A peer that owes us blocks for this long is snubbed: what it owes is asked of others, and of it one block at a time. */
const snubMs = 30_000
/** Requests go out in batches: when a quarter of the window is empty. */
const refillShare = 0.75

export interface RequestsWorld {
  readonly talk: Pick<PeerTalk, 'choked' | 'amInterested' | 'reqq' | 'request' | 'abandon'>
  readonly port: LanePort
  readonly pieceLength: number
  readonly clock: Clock
}

/** The blocks that one peer is asked for: how many at once, and for how long it has owed them. */
export class Requests {
  readonly #world: RequestsWorld
  readonly #window = new RequestWindow()
  readonly #claims: Claim[] = []
  #owedSince: number | undefined
  /** A block whose delay is being measured, and when it was asked for. */
  #probe: { offset: number; at: number } | undefined

  constructor(world: RequestsWorld) {
    this.#world = world
  }

  /** It has kept us waiting. */
  get snubbed(): boolean {
    return this.#window.snubbed
  }

  /** Asks for as many blocks as may be asked for now. */
  fill(): void {
    const { talk, port, pieceLength, clock } = this.#world
    if (talk.choked || !talk.amInterested) return
    const window = this.#window.size(talk.reqq)
    const outstanding = port.claimed
    if (outstanding >= window || outstanding > window * refillShare) return
    const claims = this.#claims
    claims.length = 0
    port.claim(window - outstanding, claims)
    if (claims.length === 0) return
    const at = clock.now()
    this.#owedSince ??= at
    this.#probe ??= { offset: claims[0]!.offset, at }
    for (const { offset, length } of claims)
      talk.request(Math.floor(offset / pieceLength), offset % pieceLength, length)
  }

  /** A block was copied in whole. */
  delivered(offset: number, length: number): void {
    const { port, clock } = this.#world
    const now = clock.now()
    let delay: number | undefined
    if (this.#probe?.offset === offset) {
      delay = now - this.#probe.at
      this.#probe = undefined
    }
    this.#window.arrived(delay)
    port.delivered(offset, length)
    this.#owedSince = port.claimed > 0 ? now : undefined
    this.fill()
  }

  /** The peer will not deliver it. */
  refused(offset: number, length: number): void {
    const { port } = this.#world
    port.refused(offset, length)
    if (port.claimed === 0) this.#owedSince = undefined
    this.cancelled(offset)
  }

  /** It came from elsewhere: a block that does not come measures nothing. */
  cancelled(offset: number): void {
    if (this.#probe?.offset === offset) this.#probe = undefined
  }

  /** What was asked before it choked us measures nothing. */
  unchoked(): void {
    this.#probe = undefined
  }

  /** All claims are void. */
  forget(): void {
    this.#owedSince = undefined
    this.#probe = undefined
  }

  /** Nothing that it owes is waited for any more, nor the block that is arriving. */
  putBack(): void {
    this.#world.talk.abandon()
    this.#world.port.putBack()
    this.forget()
  }

  /** Once a second, with the peer's smoothed rate in bytes per second; true when it is snubbed now. */
  tick(now: number, rate: number): boolean {
    this.#window.tick(rate)
    if (this.#owedSince === undefined || now - this.#owedSince < snubMs) return false
    // The block that is arriving, if any, goes back too: a peer that dribbles must not hold the end of a transfer.
    this.#window.snub()
    this.putBack()
    return true
  }
}
