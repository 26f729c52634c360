import type { Fault } from '../fault/fault.ts'
import type { Clock, Random } from '../network/clock.ts'
import type { Range } from '../range/range-set.ts'
import { Begun } from './begun.ts'
import type { Blame } from './blame.ts'
import { Cells } from './cells.ts'
import { Chooser } from './chooser.ts'
import type { Chunk } from './chunk.ts'
import type { Grid } from './grid.ts'
import { Judge } from './judge.ts'
import type { Claim } from './lane.ts'
import { blockSize } from './lane.ts'
import type { LaneState } from './lane-state.ts'
import { Lanes } from './lanes.ts'
import type { Slots, Storage } from './storage.ts'
import { type TakenCell, TakenCells } from './taken-cells.ts'

export interface CollectorWorld {
  readonly clock: Clock
  readonly random: Random
  readonly slots: Slots
  readonly storage: Storage
  readonly blame: Blame
  /** Filler: bytes that are known to be zero and on no disk. */
  readonly zeros: readonly Range[]
  /** Proven and on disk. */
  had(start: number, end: number): void
  /** The disk refused: nothing more is claimed until `retry`. */
  stuck(fault: Fault): void
  guilty(peerKey: string): void
}

/**
 * Collects the missing cells of a transfer from its lanes: what a lane asks for is the chooser's to say, what it
 * delivers is gathered in memory here, and the judge has every cell written and verified.
 *
 * ```
 *             begin             all parts written, proof right
 *   missing ─────────► begun ───────────────────────────────────► had
 *      ▲                 │                                         │
 *      └─────────────────┴── proof wrong, or disk fault ◄ recheck ─┘
 * ```
 */
export class Collector {
  readonly cells: Cells
  readonly #lanes = new Lanes()
  readonly #begun: Begun
  readonly #judge: Judge
  readonly #chooser: Chooser
  readonly #taken: TakenCells
  readonly #world: CollectorWorld
  #stuck = false
  #closed = false

  constructor(grid: Grid, had: Iterable<Range>, world: CollectorWorld) {
    const { clock, random, slots, storage, blame, zeros } = world
    this.#world = world
    const lanes = this.#lanes
    const cells = new Cells(grid, had, random, lanes)
    const begun = new Begun(cells, lanes, slots, zeros)
    this.cells = cells
    this.#begun = begun
    const ends = {
      had: (start: number, end: number): void => world.had(start, end),
      guilty: (key: string): void => world.guilty(key),
      halt: (fault: Fault): void => this.#halt(fault),
    }
    this.#judge = new Judge({ slots, storage, blame, cells, begun, lanes, ...ends })
    this.#chooser = new Chooser({ clock, blame, cells, begun, lanes, judge: this.#judge })
    this.#taken = new TakenCells({ storage, blame, cells, begun, lanes, chooser: this.#chooser, ...ends })
  }

  join(lane: LaneState): void {
    this.#lanes.add(lane)
  }

  leave(lane: LaneState): void {
    this.putBack(lane)
    this.cells.forget(lane)
    this.#lanes.remove(lane)
    this.#begun.leave(lane)
  }

  // What a lane asks for

  /** Up to `count` blocks, appended to `into`; gives how many there were. */
  claim(lane: LaneState, count: number, into: Claim[]): number {
    return this.#mayAsk(lane) ? this.#chooser.claim(lane, count, into) : 0
  }

  /** A whole cell that the lane proves and writes itself. */
  takeCell(lane: LaneState, most: number): TakenCell | undefined {
    return this.#mayAsk(lane) ? this.#taken.take(lane, most) : undefined
  }

  #mayAsk({ key }: LaneState): boolean {
    return !this.#stuck && !this.#closed && !this.#world.blame.banned(key)
  }

  /** The lane will not get this block. */
  refused(lane: LaneState, offset: number): void {
    if (!lane.claims.has(offset)) return
    this.#settle(lane, offset, this.#begun.chunkAt(lane, offset))
    this.#putBack()
  }

  /** The lane will get nothing of what it claimed. */
  putBack(lane: LaneState): void {
    if (lane.claims.size === 0) return
    for (const offset of lane.claims) this.#settle(lane, offset, this.#begun.chunkAt(lane, offset))
    lane.chunk = undefined
    this.#putBack()
  }

  #settle(lane: LaneState, offset: number, chunk: Chunk | undefined): void {
    lane.claims.delete(offset)
    if (chunk !== undefined) chunk.putBack(Math.floor((offset - chunk.start) / blockSize), lane.id)
  }

  #putBack(): void {
    this.#begun.giveUpIdle()
    this.#wake()
  }

  // What a lane delivers

  /** Where the bytes of the blocks from `offset` on go; undefined when nobody wants the first of them. */
  place(lane: LaneState, offset: number, length: number): Uint8Array | undefined {
    if (!lane.claims.has(offset)) return undefined
    const chunk = this.#begun.chunkAt(lane, offset)
    const memory = chunk?.begin(offset, length, lane)
    // Another lane has it or is at it: this claim is settled, so that the lane asks for something else.
    if (memory === undefined) this.#settle(lane, offset, chunk)
    return memory
  }

  /** The blocks from `offset` on have been copied in whole. */
  delivered(lane: LaneState, offset: number, length: number): void {
    const chunk = this.#begun.chunkAt(lane, offset)
    let finished = false
    for (let at = offset; at < offset + length; at += blockSize) {
      lane.claims.delete(at)
      const block = chunk?.blockAt(at) ?? -1
      if (chunk === undefined || block < 0 || chunk.receiver(block) !== lane.id) continue
      const others = chunk.askers(block) - 1
      const bytes = chunk.finish(block, lane.id)
      lane.received += bytes
      finished = true
      if (others > 0) this.#lanes.cancel(lane, at, bytes)
    }
    if (finished && chunk!.missing === 0) void this.#judge.complete(chunk!)
  }

  // Standing still and going on

  #halt(fault: Fault): void {
    if (this.#stuck || this.#closed) return
    this.#stuck = true
    this.#world.stuck(fault)
  }

  /** Goes on after a disk fault. */
  retry(): void {
    if (!this.#stuck) return
    this.#stuck = false
    this.#lanes.wake()
  }

  #wake(): void {
    if (!this.#stuck) this.#lanes.wakeStarved()
  }

  /** Memory became free in the pool that all transfers share. */
  slotFreed(): void {
    this.#wake()
  }

  /** Resolves when all that was here in whole is written and verified, or lost. */
  async rested(): Promise<void> {
    await Promise.all([this.#judge.rested(), this.#taken.rested()])
  }

  /**
   * Drops everything that is not being written. Lanes must not copy any more into the memory they were given; what is being written
   * is had here in the end, if it is right.
   */
  close(): void {
    this.#closed = true
    // What is still being written is no matter of theirs: they may deliver to another collector by then.
    this.#lanes.clear()
    this.#begun.drop()
  }
}
