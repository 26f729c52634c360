import type { Random } from '../network/clock.ts'
import type { Range } from '../range/range-set.ts'
import { RangeSet } from '../range/range-set.ts'
import type { Grid } from './grid.ts'
import type { LaneState } from './lane-state.ts'
import type { Lanes } from './lanes.ts'
import type { Priority } from './picker.ts'
import { Picker } from './picker.ts'

/** What is had of a transfer, what is wanted, and which lanes have what is missing: cell by cell. */
export class Cells {
  readonly grid: Grid
  readonly picker: Picker
  readonly #lanes: Lanes
  readonly #ranges = new RangeSet()
  /** 1 for cells that are had. */
  readonly #had: Uint8Array
  #missing = 0

  constructor(grid: Grid, had: Iterable<Range>, random: Random, lanes: Lanes) {
    this.grid = grid
    this.picker = new Picker(grid.count, random)
    this.#lanes = lanes
    for (const { start, end } of had) this.#ranges.add(start, Math.min(end, grid.size))
    this.#had = new Uint8Array(grid.count)
    for (let cell = 0; cell < grid.count; cell++) {
      this.#had[cell] = Number(this.#ranges.has(grid.start(cell), grid.end(cell)))
      this.#refresh(cell)
    }
  }

  // What is had

  get had(): RangeSet {
    return this.#ranges
  }

  isHad(cell: number): boolean {
    return this.#had[cell] === 1
  }

  /** The cell was proven, or a recheck found it, or did not. */
  mark(cell: number, had: boolean): void {
    if (this.isHad(cell) === had) return
    this.#had[cell] = Number(had)
    const start = this.grid.start(cell)
    const end = this.grid.end(cell)
    if (had) this.#ranges.add(start, end)
    else this.#ranges.remove(start, end)
    this.#refresh(cell)
    if (this.picker.priority(cell) > 0) this.#lack(cell, had ? -1 : 1)
  }

  /** Only what is missing and can be proven can be begun. */
  #refresh(cell: number): void {
    this.picker.setFresh(cell, !this.isHad(cell) && this.grid.check(cell) !== undefined)
  }

  // What is wanted

  prioritise(cell: number, priority: Priority): void {
    const lacked = this.#lacks(cell)
    this.picker.prioritise(cell, priority)
    const change = Number(this.#lacks(cell)) - Number(lacked)
    if (change !== 0) this.#lack(cell, change)
  }

  /** Bytes that are wanted and missing. */
  get missing(): number {
    return this.#missing
  }

  #lacks(cell: number): boolean {
    return !this.isHad(cell) && this.picker.priority(cell) > 0
  }

  #lack(cell: number, change: number): void {
    this.#missing += change * (this.grid.end(cell) - this.grid.start(cell))
    for (const { supply, lane } of this.#lanes) {
      if (!supply.has(cell)) continue
      supply.wanted += change
      if (supply.wanted === 0) lane.wake()
    }
  }

  // Who has it

  supply({ supply }: LaneState, first: number, last: number): void {
    for (let cell = first; cell <= last; cell++) {
      if (!supply.add(cell)) continue
      this.picker.count(cell, 1)
      if (this.#lacks(cell)) supply.wanted++
    }
  }

  supplyAll(lane: LaneState): void {
    this.forget(lane)
    lane.supply.addAll()
    for (let cell = 0; cell < this.grid.count; cell++) if (this.#lacks(cell)) lane.supply.wanted++
  }

  /** Asks the lane about every cell. */
  supplyAnew(lane: LaneState): void {
    this.forget(lane)
    const { grid } = this
    if (lane.lane.has(0, grid.size)) return this.supplyAll(lane)
    for (let cell = 0; cell < grid.count; cell++) {
      if (lane.lane.has(grid.start(cell), grid.end(cell))) this.supply(lane, cell, cell)
    }
  }

  /** Takes back what the lane was said to have. */
  forget({ supply }: LaneState): void {
    if (!supply.all) for (const cell of supply.cells(this.grid.count)) this.picker.count(cell, -1)
    supply.clear()
  }
}
