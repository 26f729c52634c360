import type { Fault } from '../fault/fault.ts'
import { faultOf } from '../fault/fault.ts'
import type { Begun } from './begun.ts'
import type { Blame } from './blame.ts'
import type { Cells } from './cells.ts'
import type { Chunk } from './chunk.ts'
import type { Lanes } from './lanes.ts'
import type { OpenCell } from './open-cell.ts'
import type { Check } from './proof.ts'
import { agrees } from './proof.ts'
import type { PartDigests, Slots, Storage } from './storage.ts'
import { UnderWay } from './under-way.ts'

export interface JudgeWorld {
  readonly slots: Slots
  readonly storage: Storage
  readonly blame: Blame
  readonly cells: Cells
  readonly begun: Begun
  readonly lanes: Lanes
  /** Proven and on disk. */
  had(start: number, end: number): void
  guilty(peerKey: string): void
  /** The disk refused. */
  halt(fault: Fault): void
}

/** Has what was collected written and verified, and blames who sent what is wrong. */
export class Judge {
  readonly #world: JudgeWorld
  /** Chunks that are being written or verified. */
  readonly #busy = new UnderWay()

  constructor(world: JudgeWorld) {
    this.#world = world
  }

  /** Resolves when nothing is being written or verified. */
  rested(): Promise<void> {
    return this.#busy.rested()
  }

  /** All blocks of the chunk are here. */
  async complete(chunk: Chunk): Promise<void> {
    this.#busy.begin()
    try {
      await this.#complete(chunk)
    } finally {
      this.#busy.end()
    }
  }

  async #complete(chunk: Chunk): Promise<void> {
    const { begun, lanes, cells, storage } = this.#world
    const open = begun.full(chunk)
    if (open === undefined) return
    for (const id of chunk.authors()) open.authors.add(lanes.key(id))
    const check = cells.grid.check(open.cell)!
    const direct = check.start === chunk.start && check.end === chunk.end
    const parts = direct ? undefined : this.#partsOf(open, check)
    try {
      if (parts === undefined) {
        const right = await storage.commit(chunk.slot, chunk.length, chunk.start, direct ? check : undefined)
        open.written(chunk)
        if (direct) this.#judge([open], right)
      } else {
        open.written(chunk, await parts.commit(chunk.slot, chunk.length, chunk.start, check.algorithm))
        if (open.complete) this.#judge([open], agrees(check, parts.join(open.digests(), check.algorithm)))
      }
    } catch (error) {
      begun.lose(open, chunk)
      this.#world.halt(faultOf(error, 'write what was received'))
    } finally {
      chunk.slot.release()
    }
    if (!direct && parts === undefined && open.complete) await this.#readBack(check)
    lanes.wakeStarved()
  }

  /** Where the digests over the parts of a cell make up the one that proves it. */
  #partsOf(open: OpenCell, check: Check): PartDigests | undefined {
    const { storage, slots } = this.#world
    if (open.start !== check.start || open.end !== check.end) return undefined
    const { partDigests } = storage
    return partDigests?.can(check.algorithm, slots.size) ? partDigests : undefined
  }

  /** Reads back what was written in parts; does nothing while some cell under the check is still missing. */
  async #readBack(check: Check): Promise<void> {
    const { begun, cells, storage } = this.#world
    const { grid } = cells
    const under: OpenCell[] = []
    for (let cell = grid.cellAt(check.start); cell < grid.count && grid.start(cell) < check.end; cell++) {
      if (cells.isHad(cell)) continue
      const open = begun.open.get(cell)
      if (open === undefined || !open.complete) return
      under.push(open)
    }
    try {
      const { bytes, present } = await storage.digests(check.start, check.end, check.end - check.start, check.algorithm)
      this.#judge(under, present[0] === 1 && agrees(check, bytes))
    } catch (error) {
      for (const open of under) begun.reopen(open)
      this.#world.halt(faultOf(error, 'read back what was written'))
    }
  }

  #judge(judged: readonly OpenCell[], right: boolean): void {
    const { begun, blame } = this.#world
    // Two parts that were finished at once may both have led here.
    const cells = judged.filter((open) => begun.open.get(open.cell) === open)
    const authors = new Set<string>()
    for (const open of cells) for (const key of open.authors) authors.add(key)
    for (const open of cells) {
      if (right) this.#have(open)
      else begun.reopen(open)
    }
    if (right) blame.good(authors)
    else for (const key of blame.bad(authors)) this.#world.guilty(key)
  }

  #have(open: OpenCell): void {
    this.#world.begun.close(open)
    this.#world.had(open.start, open.end)
  }
}
