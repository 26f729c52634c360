import type { Fault } from '../fault/fault.ts'
import type { Peer } from '../peer/peer.ts'
import type { TakenCell } from './taken-cells.ts'

/** The longest block that is asked for at once: what every BitTorrent client accepts. */
export const blockSize: number = 16 * 1024

/** What else a lane can tell people of its source. */
export interface LaneFacts {
  /** Bytes per second that the source takes from us. */
  readonly upRate: number
  /** Share of the transfer that the source has, 0 to 1. */
  readonly progress: number
  /** The source opened the conversation. */
  readonly incoming: boolean
  /** It may take from us now. */
  readonly taking: boolean
}

/**
 * One open conversation that delivers from one source, as its network shows it to the transfer. The transfer
 * calls it at any time, also from inside a call that the lane itself makes: so a lane notes what it is told and acts later.
 */
export interface Lane {
  readonly peer: Peer
  /** It asks for long runs of bytes, one at a time: cells that follow each other are worth more to it than rare ones. */
  readonly inRuns?: boolean
  /** How the lane reaches its source, in a word: `tcp`, `http`. */
  readonly via: string
  /** Bytes per second that it delivered lately. */
  rate(): number
  /** Whether the source has all of [start, end); asked when the transfer cuts its bytes anew. */
  has(start: number, end: number): boolean
  /** The answer to `port.wanted` changed, or there may be something to claim again. */
  wake(): void
  /** This block, claimed earlier, came from elsewhere: tell the source where the protocol can. */
  cancel(offset: number, length: number): void
  /** Forget the memory that `place` gave, and skip what still comes of that block: all claims are void. */
  abandon(): void
  /** The source is guilty of bad bytes, or the transfer ends. */
  close(fault?: Fault): void
  /** For people: why nothing moves (`choked`, `place 12 in the queue`), or undefined when it does. */
  idle(): string | undefined
  facts?(): LaneFacts
}

/** A block of the transfer that a lane asks its source for. */
export interface Claim {
  readonly offset: number
  readonly length: number
}

/** What a transfer gives a lane in return. Closing it puts back everything that is claimed. */
export interface LanePort extends Disposable {
  /** Whether the source has anything that we want and lack. */
  readonly wanted: boolean
  /** Blocks claimed and not yet delivered. */
  readonly claimed: number
  /** The source has these bytes now. */
  supply(start: number, end: number): void
  /** The source can be asked for everything. */
  supplyAll(): void
  /** Asks the lane's `has` about everything again. */
  supplyAnew(): void
  /** Takes up to `count` blocks to ask for, appended to `into`; gives how many were taken. */
  claim(count: number, into: Claim[]): number
  /**
   * Takes a whole cell of `most` bytes at the most that nobody has begun, for a lane that has its bytes proven and written
   * elsewhere; undefined when there is none. It is no claim: nothing that puts claims back touches it.
   */
  takeCell(most: number): TakenCell | undefined
  /**
   * Where the bytes of blocks go that follow each other from `offset` on: memory to copy into, for the first of them at
   * least and for as many as end within `length` and are wanted; the rest is asked about separately. Others cannot deliver
   * them meanwhile, so nothing is asked for that is not about to come. Undefined when nobody wants the first of them (never
   * asked for, or delivered by another lane meanwhile).
   */
  place(offset: number, length: number): Uint8Array | undefined
  /** The blocks from `offset` on, those that `place` gave memory for, have been copied in whole. */
  delivered(offset: number, length: number): void
  /** The source will not deliver this block: it is put back for others. */
  refused(offset: number, length: number): void
  /**
   * Puts back all that is claimed, for example when the source chokes us. The memory that `place` gave must not be
   * written to any more.
   */
  putBack(): void
}
