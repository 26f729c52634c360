import type { Chunk } from './chunk.ts'
import type { Lane } from './lane.ts'
import { Supply } from './supply.ts'

/** What a transfer remembers of one of its lanes. */
export interface LaneState {
  readonly id: number
  readonly lane: Lane
  /** The peer's key, for blame. */
  readonly key: string
  supply: Supply
  /** Offsets of the blocks that it was given and has not delivered. */
  readonly claims: Set<number>
  /** Where its next blocks come from. */
  chunk: Chunk | undefined
  /** The cell that it began last, or -1. */
  begun: number
  /** Where its last block went. */
  receiving: Chunk | undefined
  /** It found nothing to claim and wants to be woken. */
  starved: boolean
  /** Payload bytes that were of use. */
  received: number
}

export function laneState(id: number, lane: Lane): LaneState {
  return {
    id,
    lane,
    key: `${lane.peer.network}/${lane.peer.key}`,
    supply: new Supply(0),
    claims: new Set(),
    chunk: undefined,
    begun: -1,
    receiving: undefined,
    starved: false,
    received: 0,
  }
}
