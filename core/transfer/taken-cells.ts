import { fail, type Fault } from '../fault/fault.ts'
import type { Begun } from './begun.ts'
import type { Blame } from './blame.ts'
import type { Cells } from './cells.ts'
import type { Chooser } from './chooser.ts'
import type { LaneState } from './lane-state.ts'
import type { Lanes } from './lanes.ts'
import type { Check } from './proof.ts'
import type { Place, Storage } from './storage.ts'
import { UnderWay } from './under-way.ts'

/** What became of a cell that was taken; a fault is one of the disk. */
export type Outcome = 'right' | 'wrong' | 'back' | Fault

/** A whole cell that one lane fetches, proves and writes by itself, past the memory of the engine. */
export interface TakenCell {
  /** Its bytes are those of the cell. */
  readonly check: Check
  /** Where they go, whether they are right or not. @throws FaultError `disk/…` */
  place(): Promise<Place>
  /** Once, in any case, and only when nothing is written there any more: what is not right is fetched again. */
  settle(outcome: Outcome): void
}

export interface TakenCellsWorld {
  readonly storage: Storage
  readonly blame: Blame
  readonly cells: Cells
  readonly begun: Begun
  readonly lanes: Lanes
  readonly chooser: Chooser
  /** Proven and on disk. */
  had(start: number, end: number): void
  guilty(peerKey: string): void
  /** The disk refused. */
  halt(fault: Fault): void
}

/** The cells that lanes have taken whole. Nobody else is asked for them until they are settled. */
export class TakenCells {
  readonly #world: TakenCellsWorld
  readonly #out = new UnderWay()

  constructor(world: TakenCellsWorld) {
    this.#world = world
  }

  /** Resolves when all are settled. */
  rested(): Promise<void> {
    return this.#out.rested()
  }

  /** The next cell for a lane; undefined when there is none that nobody has begun, or the disk takes none so. */
  take(lane: LaneState, most: number): TakenCell | undefined {
    const { chooser, begun, cells } = this.#world
    const cell = chooser.whole(lane, (one) => this.#fits(one, most))
    if (cell < 0) return undefined
    const open = begun.take(cell, lane.id)
    const { start, end } = open
    this.#out.begin()
    let settled = false
    return {
      check: cells.grid.check(cell)!,
      place: () => this.#world.storage.writing!.open(start, end),
      settle: (outcome) => {
        if (settled) throw fail('local', 'kith/bug', 'A cell was settled twice')
        settled = true
        if (outcome === 'right') {
          begun.close(open)
          lane.received += end - start
          this.#world.had(start, end)
        } else begun.reopen(open)
        this.#tell(lane, outcome)
        this.#out.end()
      },
    }
  }

  /** It can be proven by itself, and has a place of its own on the disk. */
  #fits(cell: number, most: number): boolean {
    const { storage, cells } = this.#world
    const { grid } = cells
    const [start, end] = [grid.start(cell), grid.end(cell)]
    const check = grid.check(cell)
    if (end - start > most) return false
    return check?.start === start && check.end === end && storage.writing?.can(start, end) === true
  }

  #tell({ key }: LaneState, outcome: Outcome): void {
    const { blame, lanes } = this.#world
    if (outcome === 'right') blame.good(new Set([key]))
    else if (outcome === 'wrong') for (const one of blame.bad(new Set([key]))) this.#world.guilty(one)
    else if (outcome === 'back') lanes.wakeStarved()
    else this.#world.halt(outcome)
  }
}
