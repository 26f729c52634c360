import { blockSize } from './lane.ts'
import type { LaneState } from './lane-state.ts'
import type { Range } from '../range/range-set.ts'
import type { Slot } from './storage.ts'

const free = 0
const asked = 1
const done = 2

/**
 * Part of a cell that is being collected in one slot of memory, block by block.
 *
 * ```
 *           ask            begin                finish
 *   free ─────────► asked ────────► asked, with ───────► done
 *     ▲               │  ▲           a receiver
 *     └── put back ───┘  └──── put back ───┘
 * ```
 * Several lanes may have asked for a block (end game); only one at a time may copy into it, so that no byte changes
 * under the hash.
 */
export class Chunk {
  readonly cell: number
  readonly start: number
  readonly length: number
  readonly slot: Slot
  readonly #state: Uint8Array
  readonly #askers: Uint8Array
  /** The lane that is copying into the block now, or 0. */
  readonly #receiver: Int32Array
  /** The lane that delivered the block, or 0. */
  readonly #author: Int32Array
  #free: number
  #missing: number
  /** Below this index no block is free. */
  #cursor = 0

  /** `zeros` are ranges of the transfer that are filler: blocks inside them are there already. */
  constructor(cell: number, start: number, length: number, slot: Slot, zeros: readonly Range[]) {
    this.cell = cell
    this.start = start
    this.length = length
    this.slot = slot
    const count = Math.ceil(length / blockSize)
    this.#state = new Uint8Array(count)
    this.#askers = new Uint8Array(count)
    this.#receiver = new Int32Array(count)
    this.#author = new Int32Array(count)
    this.#free = count
    this.#missing = count
    for (let block = 0; zeros.length > 0 && block < count; block++) {
      const from = start + block * blockSize
      const to = from + this.blockLength(block)
      if (!zeros.some((zero) => zero.start <= from && to <= zero.end)) continue
      slot.bytes.fill(0, from - start, to - start)
      this.#state[block] = done
      this.#free--
      this.#missing--
    }
  }

  get end(): number {
    return this.start + this.length
  }

  /** Blocks that nobody has asked for. */
  get free(): number {
    return this.#free
  }

  /** Blocks that are not here yet. */
  get missing(): number {
    return this.#missing
  }

  get blocks(): number {
    return this.#state.length
  }

  blockLength(block: number): number {
    return Math.min(blockSize, this.length - block * blockSize)
  }

  /** The block that begins at `offset`, or -1. */
  blockAt(offset: number): number {
    const at = offset - this.start
    return at >= 0 && at < this.length && at % blockSize === 0 ? at / blockSize : -1
  }

  /** The first free block, now asked for; or -1. */
  askNext(): number {
    for (let block = this.#cursor; block < this.#state.length; block++) {
      if (this.#state[block] !== free) continue
      this.#cursor = block + 1
      this.#state[block] = asked
      this.#askers[block] = 1
      this.#free--
      return block
    }
    this.#cursor = this.#state.length
    return -1
  }

  /** Whether one more lane may ask for a block that others asked for already, up to `most` of them. */
  canAskAgain(block: number, most: number): boolean {
    return this.#state[block] === asked && this.#receiver[block] === 0 && this.#askers[block]! < most
  }

  askAgain(block: number): void {
    this.#askers[block]!++
  }

  /** How many lanes are still expected to deliver the block. */
  askers(block: number): number {
    return this.#askers[block]!
  }

  receiver(block: number): number {
    return this.#receiver[block]!
  }

  /**
   * Lets one lane copy into the blocks from `offset` on that it claims, as many as end within `length`. Undefined when the
   * first of them is here or another lane is at it.
   */
  begin(offset: number, length: number, lane: Pick<LaneState, 'id' | 'claims'>): Uint8Array | undefined {
    const from = offset - this.start
    let to = from
    for (let block = this.blockAt(offset); block >= 0 && block < this.blocks; block++) {
      const next = to + this.blockLength(block)
      if (next > from + length || !lane.claims.has(this.start + to) || !this.#begin(block, lane.id)) break
      to = next
    }
    return to > from ? this.slot.bytes.subarray(from, to) : undefined
  }

  #begin(block: number, lane: number): boolean {
    const receiver = this.#receiver[block]!
    if (this.#state[block] !== asked || (receiver !== 0 && receiver !== lane)) return false
    this.#receiver[block] = lane
    return true
  }

  /** Gives the bytes of the block. */
  finish(block: number, lane: number): number {
    this.#state[block] = done
    this.#receiver[block] = 0
    this.#author[block] = lane
    this.#missing--
    return this.blockLength(block)
  }

  /** One asker less. The block is free again when nobody is left. */
  putBack(block: number, lane: number): void {
    if (this.#state[block] !== asked) return
    if (this.#receiver[block] === lane) this.#receiver[block] = 0
    this.#askers[block]!--
    if (this.#askers[block]! > 0) return
    this.#state[block] = free
    this.#free++
    if (block < this.#cursor) this.#cursor = block
  }

  /** The lanes whose bytes are in here. */
  authors(): Set<number> {
    const lanes = new Set<number>(this.#author)
    lanes.delete(0)
    return lanes
  }

  /** Nobody has delivered anything. */
  get empty(): boolean {
    return this.#author.every((lane) => lane === 0)
  }
}
