import type { Range } from '../range/range-set.ts'
import type { Cells } from './cells.ts'
import type { Chunk } from './chunk.ts'
import type { LaneState } from './lane-state.ts'
import type { Lanes } from './lanes.ts'
import { OpenCell } from './open-cell.ts'
import type { Slots } from './storage.ts'

/** What is begun: the cells that are open, and the chunks of memory that collect them. */
export class Begun {
  readonly #cells: Cells
  readonly #lanes: Lanes
  readonly #slots: Slots
  readonly #zeros: readonly Range[]
  /** Bytes of the longest chunk. */
  readonly longest: number
  readonly #open = new Map<number, OpenCell>()
  readonly #chunks = new Set<Chunk>()

  /** `zeros` are ranges of the transfer that are filler. */
  constructor(cells: Cells, lanes: Lanes, slots: Slots, zeros: readonly Range[]) {
    this.#cells = cells
    this.#lanes = lanes
    this.#slots = slots
    this.#zeros = zeros
    const { grid } = cells
    let longest = 0
    for (let cell = 0; cell < grid.count; cell++) longest = Math.max(longest, grid.end(cell) - grid.start(cell))
    this.longest = Math.min(longest, slots.size)
  }

  get open(): ReadonlyMap<number, OpenCell> {
    return this.#open
  }

  /** Those in which a block is missing. */
  get chunks(): ReadonlySet<Chunk> {
    return this.#chunks
  }

  /** Whether there is memory for any chunk. */
  get hasRoom(): boolean {
    return this.#slots.has(this.longest)
  }

  /** Opens a fresh cell, for one lane only where that is given; undefined when there is no memory. */
  begin(cell: number, only: number | undefined): Chunk | undefined {
    const { grid, picker } = this.#cells
    const open = new OpenCell(cell, grid.start(cell), grid.end(cell), this.#slots.size, only)
    const chunk = this.beginPart(open)
    if (chunk === undefined) return undefined
    picker.setFresh(cell, false)
    this.#open.set(cell, open)
    return chunk
  }

  /** Opens a fresh cell that a lane collects elsewhere, whole. */
  take(cell: number, only: number): OpenCell {
    const { grid, picker } = this.#cells
    const open = new OpenCell(cell, grid.start(cell), grid.end(cell), grid.end(cell) - grid.start(cell), only)
    picker.setFresh(cell, false)
    this.#open.set(cell, open)
    return open
  }

  /** The next part of a cell that is open; undefined when there is none or no memory. */
  beginPart(open: OpenCell): Chunk | undefined {
    const chunk = open.begin(this.#slots, this.#zeros)
    if (chunk !== undefined) this.#chunks.add(chunk)
    return chunk
  }

  /** The chunk that a lane's block at `offset` belongs to. */
  chunkAt(lane: LaneState, offset: number): Chunk | undefined {
    const last = lane.receiving
    if (last !== undefined && offset >= last.start && offset < last.end && this.#chunks.has(last)) return last
    const chunk = this.#open.get(this.#cells.grid.cellAt(offset))?.chunkAt(offset)
    if (chunk === undefined || !this.#chunks.has(chunk)) return undefined
    lane.receiving = chunk
    return chunk
  }

  /** The chunk is full: its memory is left to who asks for it. Undefined when it was given up. */
  full(chunk: Chunk): OpenCell | undefined {
    const open = this.#open.get(chunk.cell)
    return open !== undefined && this.#chunks.delete(chunk) ? open : undefined
  }

  /** What was taken did not reach the disk: the part has to be fetched again. */
  lose(open: OpenCell, chunk: Chunk): void {
    open.drop(chunk)
    if (open.idle) this.reopen(open)
  }

  /** The cell has to be fetched again from its beginning. */
  reopen(open: OpenCell): void {
    if (this.#open.delete(open.cell)) this.#cells.picker.setFresh(open.cell, true)
  }

  /** The cell is proven. */
  close(open: OpenCell): void {
    this.#open.delete(open.cell)
    this.#cells.mark(open.cell, true)
  }

  /** A lane has left: others may fetch what only it was to fetch. */
  leave(lane: LaneState): void {
    for (const open of this.#open.values()) if (open.only === lane.id) open.only = undefined
    if (!this.hasRoom) this.evict()
  }

  /** Gives up chunks that nobody works on and that are empty or no longer wanted, so that the memory serves others. */
  giveUpIdle(): void {
    for (const chunk of this.#chunks) {
      if (isIdle(chunk) && (chunk.empty || this.#cells.picker.priority(chunk.cell) === 0)) this.#drop(chunk)
    }
  }

  /** With all memory taken: gives up a chunk that no lane can go on with. False when there is none. */
  evict(): boolean {
    for (const chunk of this.#chunks) {
      if (!isIdle(chunk) || this.#lanes[Symbol.iterator]().some(({ supply }) => supply.has(chunk.cell))) continue
      this.#drop(chunk)
      return true
    }
    return false
  }

  /** Gives up all of it. */
  drop(): void {
    for (const chunk of this.#chunks) this.#drop(chunk)
  }

  #drop(chunk: Chunk): void {
    this.#chunks.delete(chunk)
    chunk.slot.release()
    const open = this.#open.get(chunk.cell)
    if (open !== undefined) this.lose(open, chunk)
  }
}

/** Nobody is asked for a block of it. */
function isIdle(chunk: Chunk): boolean {
  return chunk.missing > 0 && chunk.missing === chunk.free
}
