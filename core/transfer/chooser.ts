import type { Clock } from '../network/clock.ts'
import type { Begun } from './begun.ts'
import type { Blame } from './blame.ts'
import type { Cells } from './cells.ts'
import type { Chunk } from './chunk.ts'
import type { Judge } from './judge.ts'
import type { Claim } from './lane.ts'
import { blockSize } from './lane.ts'
import type { LaneState } from './lane-state.ts'
import type { Lanes } from './lanes.ts'
import type { OpenCell } from './open-cell.ts'

/** In end game, this many lanes at most are asked for the same block. */
const endGameAskers = 3
/** In end game, a lane asks for this many blocks at most that others were asked for. */
const endGameBlocks = 4
/** A lane that would need longer than this for a chunk helps with one that is begun instead. */
const patienceSeconds = 20

export interface ChooserWorld {
  readonly clock: Clock
  readonly blame: Blame
  readonly cells: Cells
  readonly begun: Begun
  readonly lanes: Lanes
  readonly judge: Judge
}

/** Chooses the blocks that a lane asks for. */
export class Chooser {
  readonly #world: ChooserWorld
  readonly #cells: Cells
  readonly #begun: Begun

  constructor(world: ChooserWorld) {
    this.#world = world
    this.#cells = world.cells
    this.#begun = world.begun
  }

  /** Up to `count` blocks, appended to `into`; gives how many there were. */
  claim(lane: LaneState, count: number, into: Claim[]): number {
    let taken = 0
    while (taken < count && lane.supply.wanted > 0) {
      const chunk = this.#chunkFor(lane)
      if (chunk === undefined) break
      for (; taken < count && chunk.free > 0; taken++) give(lane, chunk, chunk.askNext(), into)
    }
    if (taken === 0 && lane.supply.wanted > 0) {
      if (lane.claims.size === 0) taken = this.#claimAgain(lane, Math.min(count, endGameBlocks), into)
      lane.starved = taken === 0
    }
    return taken
  }

  /** A chunk with free blocks for this lane: its own, one that needs help, or a new one. */
  #chunkFor(lane: LaneState): Chunk | undefined {
    if (lane.chunk !== undefined && lane.chunk.free > 0 && this.#begun.chunks.has(lane.chunk)) return lane.chunk
    const alone = this.#world.blame.onParole(lane.key)
    lane.chunk =
      (!alone && this.#shouldHelp(lane) ? this.#shared(lane, alone) : undefined) ??
      this.#nextPart(lane, alone) ??
      this.#fresh(lane, alone) ??
      this.#shared(lane, alone)
    return lane.chunk
  }

  #shouldHelp(lane: LaneState): boolean {
    if (!this.#begun.hasRoom) return true
    let begun = 0
    for (const chunk of this.#begun.chunks) if (chunk.free > 0) begun++
    if (begun === 0) return false
    return begun >= this.#world.lanes.size + 2 || lane.lane.rate() * patienceSeconds < this.#begun.longest
  }

  /** Who is on parole, `alone`, fetches its cells without others. */
  #mayTouch(lane: LaneState, open: OpenCell, alone: boolean): boolean {
    if (open.only !== undefined) return open.only === lane.id
    return !alone && lane.supply.has(open.cell)
  }

  /** The most complete chunk that still has free blocks. */
  #shared(lane: LaneState, alone: boolean): Chunk | undefined {
    let best: Chunk | undefined
    for (const chunk of this.#begun.chunks) {
      if (chunk.free === 0 || (best !== undefined && chunk.missing >= best.missing)) continue
      if (this.#mayTouch(lane, this.#begun.open.get(chunk.cell)!, alone)) best = chunk
    }
    return best
  }

  /** The next part of a cell that is longer than a chunk. */
  #nextPart(lane: LaneState, alone: boolean): Chunk | undefined {
    for (const open of this.#begun.open.values()) {
      if (open.whole || !open.hasUnbegunPart || !this.#mayTouch(lane, open, alone)) continue
      if (this.#cells.picker.priority(open.cell) === 0) continue
      return this.#begin(this.#begun.beginPart(open))
    }
    return undefined
  }

  /** A cell that nobody has begun. */
  #fresh(lane: LaneState, alone: boolean): Chunk | undefined {
    if (!this.#begun.hasRoom && !this.#begun.evict()) return undefined
    const cell = this.#freshCell(lane, lane.lane.inRuns === true)
    if (cell < 0) return undefined
    const chunk = this.#begin(this.#begun.begin(cell, alone ? lane.id : undefined))
    if (chunk !== undefined) lane.begun = cell
    return chunk
  }

  #freshCell({ begun, supply }: LaneState, inRuns: boolean, passes?: (cell: number) => boolean): number {
    const { picker } = this.#cells
    const fits = (cell: number): boolean => supply.has(cell) && passes?.(cell) !== false
    const after = begun + 1
    if (inRuns && picker.isFresh(after) && fits(after)) return after
    return picker.next(fits, this.#world.clock.now())
  }

  /** A fresh cell that passes, or -1. Those that follow each other are worth more than rare ones: such lanes are fast. */
  whole(lane: LaneState, passes: (cell: number) => boolean): number {
    const cell = this.#freshCell(lane, true, passes)
    if (cell >= 0) lane.begun = cell
    return cell
  }

  #begin(chunk: Chunk | undefined): Chunk | undefined {
    // Only filler: nobody will deliver anything that could complete it.
    if (chunk?.missing === 0) queueMicrotask(() => void this.#world.judge.complete(chunk))
    return chunk
  }

  /** End game: everything is asked for, so ask for some of it twice. */
  #claimAgain(lane: LaneState, count: number, into: Claim[]): number {
    if (this.#cells.picker.fresh > 0 && !this.#begun.hasRoom) return 0
    let taken = 0
    for (const chunk of this.#begun.chunks) {
      const open = this.#begun.open.get(chunk.cell)!
      if (chunk.missing === 0 || open.only !== undefined || !lane.supply.has(open.cell)) continue
      for (let block = 0; block < chunk.blocks && taken < count; block++) {
        if (lane.claims.has(chunk.start + block * blockSize) || !chunk.canAskAgain(block, endGameAskers)) continue
        chunk.askAgain(block)
        give(lane, chunk, block, into)
        taken++
      }
      if (taken === count) break
    }
    return taken
  }
}

function give(lane: LaneState, chunk: Chunk, block: number, into: Claim[]): void {
  const offset = chunk.start + block * blockSize
  lane.claims.add(offset)
  into.push({ offset, length: chunk.blockLength(block) })
}
