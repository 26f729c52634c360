import { type Fault, faultOf } from '@kith/core/fault/fault.ts'
import type { LanePort } from '@kith/core/transfer/lane.ts'
import type { Check } from '@kith/core/transfer/proof.ts'
import type { FileRun, Place } from '@kith/core/transfer/storage.ts'
import type { Outcome, TakenCell } from '@kith/core/transfer/taken-cells.ts'
import { utf8 } from '@kith/wire/bytes.ts'
import { withLength } from '@kith/wire/framing.ts'
import { formatRanges, joined } from '../wire/ranges.ts'

/** So much is asked for ahead: more than sockets and threads hold, so that the other side always has something to do. */
const AHEAD_BYTES = 32 * 1024 * 1024
/** Of one question: who reads them reads long runs. */
const QUESTION_BYTES = 8 * 1024 * 1024

/** Longer cells come in blocks: what is under way is lost when the connection breaks. */
const MOST_CELL_BYTES = 16 * 1024 * 1024

/** A connection whose bytes a thread receives, and the tunnel beside it. */
export interface BulkLine {
  /** Whether nothing limits it. */
  unlimited(): boolean
  /** Sends a question. */
  ask(question: Uint8Array): void
  /** See `Taking`. */
  take(check: Check, runs: readonly FileRun[]): Promise<boolean>
  close(fault?: Fault): void
}

export interface BulkWorld {
  readonly port: LanePort
  /** So many bytes came. */
  came(bytes: number): void
  /** It asks for nothing more: the fault is why, or there was nothing more to ask for. Called once. */
  over(fault: Fault | undefined): void
  /** All that was asked for is settled, and the line is closed. Called once, after `over`. */
  left(): void
}

/** Fetches whole cells over one line; a thread proves and writes them. */
export class BulkTake {
  readonly #line: BulkLine
  readonly #world: BulkWorld
  /** Bytes of cells that are taken and not settled. */
  #ahead = 0
  /** Bytes of the longest of them so far. */
  #longest = 0
  #asking = false
  #over = false
  #closed = false
  #fault: Fault | undefined

  constructor(line: BulkLine, world: BulkWorld) {
    this.#line = line
    this.#world = world
  }

  get ahead(): number {
    return this.#ahead
  }

  /** It asks for nothing more. */
  get over(): boolean {
    return this.#over
  }

  /** Asks for as much as may be ahead. */
  ask(): void {
    if (!this.#asking) void this.#askOn()
  }

  close(fault?: Fault): void {
    this.#end(fault)
    if (this.#closed) return
    this.#closed = true
    this.#line.close(fault)
    if (this.#ahead === 0) this.#world.left()
  }

  /** There is room for another question. Of long cells two at least, so that the line is never idle. */
  get #hasRoom(): boolean {
    return !this.#over && this.#ahead <= Math.max(AHEAD_BYTES - QUESTION_BYTES, this.#longest)
  }

  async #askOn(): Promise<void> {
    this.#asking = true
    while (this.#hasRoom) {
      const cells = this.#line.unlimited() ? this.#choose() : []
      if (cells.length > 0) await this.#fetch(cells)
      else this.#end(undefined)
    }
    // At once: what is settled from now on asks itself.
    this.#asking = false
  }

  /** Cells of one question, at least one where there is one. */
  #choose(): readonly TakenCell[] {
    const cells: TakenCell[] = []
    for (let bytes = 0; bytes < QUESTION_BYTES;) {
      const cell = this.#world.port.takeCell(MOST_CELL_BYTES)
      if (cell === undefined) break
      cells.push(cell)
      bytes += lengthOf(cell)
      this.#longest = Math.max(this.#longest, lengthOf(cell))
    }
    return cells
  }

  /** Asks for cells once their files are open. */
  async #fetch(cells: readonly TakenCell[]): Promise<void> {
    for (const cell of cells) this.#ahead += lengthOf(cell)
    const places: Place[] = []
    try {
      for (const cell of cells) places.push(await cell.place())
    } catch (error) {
      this.close(faultOf(error, 'open the files'))
    }
    if (this.#over) return this.#putBack(cells, places)
    for (const [index, cell] of cells.entries()) void this.#take(cell, places[index]!)
    this.#line.ask(withLength(utf8(formatRanges(joined(cells.map(({ check }) => check))))))
  }

  #putBack(cells: readonly TakenCell[], places: readonly Place[]): void {
    for (const place of places) place[Symbol.dispose]()
    const disk = onDisk(this.#fault)
    for (const [index, cell] of cells.entries()) this.#settle(cell, index === places.length && disk ? disk : 'back')
  }

  async #take(cell: TakenCell, place: Place): Promise<void> {
    let outcome: Outcome
    try {
      outcome = (await this.#line.take(cell.check, place.runs)) ? 'right' : 'wrong'
      this.#world.came(lengthOf(cell))
    } catch (error) {
      const fault = faultOf(error, 'fetch from a device')
      this.close(fault)
      outcome = onDisk(fault) ?? 'back'
    }
    // First, so that what is had is recorded before the files are closed.
    this.#settle(cell, outcome)
    place[Symbol.dispose]()
  }

  #settle(cell: TakenCell, outcome: Outcome): void {
    // Which may close this, and it is not left before.
    cell.settle(outcome)
    this.#ahead -= lengthOf(cell)
    if (!this.#over) return this.ask()
    if (this.#ahead > 0) return
    if (this.#closed) this.#world.left()
    else this.close()
  }

  #end(fault: Fault | undefined): void {
    if (this.#over) return
    this.#over = true
    this.#fault = fault
    this.#world.over(fault)
    if (this.#ahead === 0) this.close(fault)
  }
}

/** What the user has to act upon; whatever else happens to a line, the bytes can come another way. */
function onDisk(fault: Fault | undefined): Fault | undefined {
  return fault?.code.startsWith('disk/') ? fault : undefined
}

function lengthOf({ check }: TakenCell): number {
  return check.end - check.start
}
