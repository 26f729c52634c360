import type { LaneState } from './lane-state.ts'

/** The lanes that deliver to one collector. */
export class Lanes {
  readonly #open = new Map<number, LaneState>()
  /** Peer keys by lane, of lanes that are gone too, so that blame outlives a lane. */
  readonly #keys = new Map<number, string>()

  add(lane: LaneState): void {
    this.#open.set(lane.id, lane)
    this.#keys.set(lane.id, lane.key)
  }

  remove(lane: LaneState): void {
    this.#open.delete(lane.id)
  }

  /** Lets go of all of them; whose bytes came is still known. */
  clear(): void {
    this.#open.clear()
  }

  get size(): number {
    return this.#open.size
  }

  [Symbol.iterator](): MapIterator<LaneState> {
    return this.#open.values()
  }

  /** The peer behind a lane that is or was here. */
  key(id: number): string {
    return this.#keys.get(id)!
  }

  wake(): void {
    for (const { lane } of this) lane.wake()
  }

  /** Wakes lanes that found nothing to claim. */
  wakeStarved(): void {
    for (const state of this) {
      if (!state.starved) continue
      state.starved = false
      state.lane.wake()
    }
  }

  /** The author delivered a block: nobody else has to. */
  cancel(author: LaneState, offset: number, length: number): void {
    for (const other of this) {
      if (other === author || !other.claims.delete(offset)) continue
      other.lane.cancel(offset, length)
      other.lane.wake()
    }
  }
}
