import type { Content } from '../content/content.ts'
import type { Digest } from '../content/digest.ts'
import type { Fault } from '../fault/fault.ts'
import type { Budget } from '../limits/budget.ts'
import type { NetworkId } from '../peer/peer.ts'
import type { Value } from '../value/value.ts'
import type { Lane, LanePort } from './lane.ts'
import type { Layout } from './layout.ts'
import type { Proof } from './proof.ts'
import type { Place } from './storage.ts'
import type { Range } from '../range/range-set.ts'

/** What a network tells a transfer once it knows what the bytes are. */
export interface Description {
  readonly layout: Layout
  readonly proofs: readonly Proof[]
  /** Further digests of the same bytes, verified by those we had. */
  readonly digests?: readonly Digest[]
}

/** Bytes that a transfer has had since it was made, all networks together. */
export interface Moved {
  readonly down: number
  readonly up: number
}

/**
 * A transfer as the networks see it: the whole interface between the engine and the six ways that bytes travel.
 * It lives from the moment it is started until it is paused or removed, and then a new one is made.
 */
export interface Subject {
  readonly id: string
  readonly content: Content
  readonly budget: Budget
  /** Undefined until some network finds out. */
  readonly layout: Value<Layout | undefined>
  /** `getting` while something wanted is missing, then `giving`. */
  readonly stage: Value<'looking' | 'getting' | 'giving'>
  /** What this network keeps with the transfer; `keep` replaces it, and it is there again after a restart. */
  hint(network: NetworkId): Uint8Array | undefined
  keep(network: NetworkId, hint: Uint8Array): void
  /** The first description wins; one that contradicts it is a fault.
   * @throws FaultError `input` `transfer/contradiction` */
  describe(description: Description): void
  /** Opens a lane; its port is closed by the lane, or by the transfer with `lane.close`. */
  open(lane: Lane): LanePort
  /** Whether [start, end) is verified and on disk. */
  had(start: number, end: number): boolean
  /** Verified ranges as they come, in bytes; also those that a recheck took back (`lost`). */
  watchHad(listener: (range: Range, change: 'had' | 'lost') => void): Disposable
  /** Bytes that are wanted and missing. */
  missing(): number
  /** Reads verified bytes into the buffers. */
  read(offset: number, into: readonly Uint8Array[]): Promise<void>
  /** Where verified bytes lie, for a thread of the host that reads them itself; undefined where that cannot be. */
  place(start: number, end: number): Promise<Place> | undefined
  moved(): Moved
  /** Counts payload that went to a peer. */
  gave(bytes: number): void
  /** Whether a peer was found guilty in this transfer before. */
  banned(peerKey: string): boolean
  /** Something the user should know of this network's part, or undefined when it is well again. */
  trouble(network: NetworkId, fault: Fault | undefined): void
}
