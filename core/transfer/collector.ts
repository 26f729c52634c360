import type { Fault } from '../fault/fault.ts'
import { faultOf } from '../fault/fault.ts'
import type { Clock, Random } from '../network/clock.ts'
import type { Range } from '../range/range-set.ts'
import { RangeSet } from '../range/range-set.ts'
import { Blame } from './blame.ts'
import type { Chunk } from './chunk.ts'
import type { Grid } from './grid.ts'
import type { Claim } from './lane.ts'
import { blockSize } from './lane.ts'
import type { LaneState } from './lane-state.ts'
import { OpenCell } from './open-cell.ts'
import type { Priority } from './picker.ts'
import { Picker } from './picker.ts'
import type { Check } from './proof.ts'
import type { PartDigests, Slots, Storage } from './storage.ts'

/** In end game, this many lanes at most are asked for the same block. */
const endGameAskers = 3
/** In end game, a lane asks for this many blocks at most that others were asked for. */
const endGameBlocks = 4
/** A lane that would need longer than this for a chunk helps with one that is begun instead. */
const patienceSeconds = 20

type CellState = 'missing' | 'open' | 'had'

export interface CollectorWorld {
  readonly clock: Clock
  readonly random: Random
  readonly slots: Slots
  readonly storage: Storage
  readonly blame: Blame
  /** Filler: bytes that are known to be zero and on no disk. */
  readonly zeros: readonly Range[]
  had(start: number, end: number): void
  /** The disk refused: nothing more is claimed until `retry`. */
  stuck(fault: Fault): void
  guilty(peerKey: string): void
}

/**
 * Collects the missing cells of a transfer from its lanes: gives out blocks, gathers them in memory, has every cell
 * verified and written, and blames.
 *
 * ```
 *            open               all parts written, proof right
 *   missing ──────► open ─────────────────────────────────────► had
 *      ▲              │                                           │
 *      └──────────────┴── proof wrong, or disk fault ◄── recheck ─┘
 * ```
 */
export class Collector {
  readonly grid: Grid
  readonly picker: Picker
  readonly #world: CollectorWorld
  readonly #states: CellState[]
  /** Bytes of the longest chunk. */
  readonly #longest: number
  readonly #had = new RangeSet()
  readonly #open = new Map<number, OpenCell>()
  readonly #chunks = new Set<Chunk>()
  readonly #lanes = new Map<number, LaneState>()
  /** Peer keys by lane, of lanes that are gone too, so that blame outlives a lane. */
  readonly #authors = new Map<number, string>()
  /** Lanes whose source has everything. */
  #everyone = 0
  #missing = 0
  #writing = 0
  #stuck = false
  #closed = false

  constructor(grid: Grid, had: Iterable<Range>, world: CollectorWorld) {
    this.grid = grid
    this.#world = world
    this.picker = new Picker(grid.count, world.random)
    for (const { start, end } of had) this.#had.add(start, Math.min(end, grid.size))
    this.#states = Array.from({ length: grid.count }, (_, cell) => this.#stateFrom(cell))
    let longest = 0
    for (let cell = 0; cell < grid.count; cell++) longest = Math.max(longest, grid.end(cell) - grid.start(cell))
    this.#longest = Math.min(longest, world.slots.size)
  }

  #stateFrom(cell: number): CellState {
    const had = this.#had.has(this.grid.start(cell), this.grid.end(cell))
    this.picker.setFresh(cell, !had && this.grid.check(cell) !== undefined)
    return had ? 'had' : 'missing'
  }

  get had(): RangeSet {
    return this.#had
  }

  isHad(cell: number): boolean {
    return this.#states[cell] === 'had'
  }

  /** Whether the cell is wanted and missing, so that a lane which has it is of use. */
  lacks(cell: number): boolean {
    return this.#states[cell] !== 'had' && this.picker.priority(cell) > 0
  }

  /** How many lanes have the cell. */
  availability(cell: number): number {
    return this.#everyone + this.picker.available(cell)
  }

  prioritise(cell: number, priority: Priority): void {
    const lacked = this.lacks(cell)
    this.picker.prioritise(cell, priority)
    const change = Number(this.lacks(cell)) - Number(lacked)
    if (change === 0) return
    this.#missing += change * (this.grid.end(cell) - this.grid.start(cell))
    for (const lane of this.#lanes.values()) if (lane.supply.has(cell)) lane.supply.wanted += change
  }

  /** Bytes that are wanted and missing. */
  get missing(): number {
    return this.#missing
  }

  // Lanes

  join(lane: LaneState): void {
    this.#lanes.set(lane.id, lane)
    this.#authors.set(lane.id, lane.key)
  }

  leave(lane: LaneState): void {
    this.putBack(lane)
    this.forget(lane)
    this.#lanes.delete(lane.id)
    for (const open of this.#open.values()) if (open.only === lane.id) open.only = undefined
    if (!this.#hasRoom()) this.#evict()
  }

  supply(lane: LaneState, first: number, last: number): void {
    for (let cell = first; cell <= last; cell++) {
      if (!lane.supply.add(cell)) continue
      this.picker.count(cell, 1)
      if (this.lacks(cell)) lane.supply.wanted++
    }
  }

  supplyAll(lane: LaneState): void {
    this.forget(lane)
    lane.supply.addAll()
    this.#everyone++
    for (let cell = 0; cell < this.grid.count; cell++) if (this.lacks(cell)) lane.supply.wanted++
  }

  /** Takes back what the lane was said to have. */
  forget(lane: LaneState): void {
    if (lane.supply.all) this.#everyone--
    else for (const cell of lane.supply.cells(this.grid.count)) this.picker.count(cell, -1)
    lane.supply.clear()
  }

  // Giving out blocks

  claim(lane: LaneState, count: number, into: Claim[]): number {
    if (this.#stuck || this.#closed || this.#world.blame.banned(lane.key)) return 0
    let taken = 0
    while (taken < count && lane.supply.wanted > 0) {
      const chunk = this.#chunkFor(lane)
      if (chunk === undefined) break
      for (let block = chunk.askNext(); block >= 0; block = taken < count ? chunk.askNext() : -1) {
        const offset = chunk.start + block * blockSize
        lane.claims.add(offset)
        into.push({ offset, length: chunk.blockLength(block) })
        taken++
        if (taken === count) break
      }
    }
    if (taken === 0 && lane.supply.wanted > 0) {
      if (lane.claims.size === 0) taken = this.#claimAgain(lane, Math.min(count, endGameBlocks), into)
      lane.starved = taken === 0
    }
    return taken
  }

  /** A chunk with free blocks for this lane: its own, one that needs help, or a new one. */
  #chunkFor(lane: LaneState): Chunk | undefined {
    if (lane.chunk !== undefined && lane.chunk.free > 0 && this.#chunks.has(lane.chunk)) return lane.chunk
    const alone = this.#world.blame.onParole(lane.key)
    lane.chunk =
      (this.#shouldHelp(lane) && !alone ? this.#shared(lane) : undefined) ??
      this.#nextPart(lane) ??
      this.#begin(lane, alone) ??
      this.#shared(lane)
    return lane.chunk
  }

  /** Whether there is memory for any chunk. */
  #hasRoom(): boolean {
    return this.#world.slots.has(this.#longest)
  }

  #shouldHelp(lane: LaneState): boolean {
    if (!this.#hasRoom()) return true
    let begun = 0
    for (const chunk of this.#chunks) if (chunk.free > 0) begun++
    return begun > 0 && (begun >= this.#lanes.size + 2 || lane.lane.rate() * patienceSeconds < this.#longest)
  }

  #mayTouch(lane: LaneState, open: OpenCell): boolean {
    if (open.only !== undefined) return open.only === lane.id
    return lane.supply.has(open.cell)
  }

  /** The most complete chunk that still has free blocks. */
  #shared(lane: LaneState): Chunk | undefined {
    const alone = this.#world.blame.onParole(lane.key)
    let best: Chunk | undefined
    for (const chunk of this.#chunks) {
      if (chunk.free === 0 || (best !== undefined && chunk.missing >= best.missing)) continue
      const open = this.#open.get(chunk.cell)!
      if (this.#mayTouch(lane, open) && (!alone || open.only === lane.id)) best = chunk
    }
    return best
  }

  #nextPart(lane: LaneState): Chunk | undefined {
    const alone = this.#world.blame.onParole(lane.key)
    for (const open of this.#open.values()) {
      if (open.whole || !open.hasUnbegunPart || !this.#mayTouch(lane, open)) continue
      if (alone && open.only !== lane.id) continue
      if (this.picker.priority(open.cell) === 0) continue
      return this.#beginPart(open)
    }
    return undefined
  }

  #begin(lane: LaneState, alone: boolean): Chunk | undefined {
    if (!this.#hasRoom() && !this.#evict()) return undefined
    const cell = this.#freshFor(lane)
    if (cell < 0) return undefined
    const { grid, picker } = this
    const open = new OpenCell(
      cell,
      grid.start(cell),
      grid.end(cell),
      this.#world.slots.size,
      alone ? lane.id : undefined,
    )
    const chunk = this.#beginPart(open)
    if (chunk === undefined) return undefined
    picker.setFresh(cell, false)
    lane.begun = cell
    this.#states[cell] = 'open'
    this.#open.set(cell, open)
    return chunk
  }

  #freshFor(lane: LaneState): number {
    const after = lane.begun + 1
    if (lane.lane.inRuns === true && this.picker.isFresh(after) && lane.supply.has(after)) return after
    return this.picker.next((one) => lane.supply.has(one), this.#world.clock.now())
  }

  #beginPart(open: OpenCell): Chunk | undefined {
    const chunk = open.begin(this.#world.slots, this.#world.zeros)
    if (chunk === undefined) return undefined
    this.#chunks.add(chunk)
    // Only filler: nobody will deliver anything that could complete it.
    if (chunk.missing === 0) queueMicrotask(() => void this.#complete(chunk))
    return chunk
  }

  /** End game: everything is asked for, so ask for some of it twice. */
  #claimAgain(lane: LaneState, count: number, into: Claim[]): number {
    if (this.picker.fresh > 0 && !this.#hasRoom()) return 0
    let taken = 0
    for (const chunk of this.#chunks) {
      const open = this.#open.get(chunk.cell)!
      if (chunk.missing === 0 || open.only !== undefined || !this.#mayTouch(lane, open)) continue
      for (let block = 0; block < chunk.blocks && taken < count; block++) {
        const offset = chunk.start + block * blockSize
        if (lane.claims.has(offset) || !chunk.canAskAgain(block, endGameAskers)) continue
        chunk.askAgain(block)
        lane.claims.add(offset)
        into.push({ offset, length: chunk.blockLength(block) })
        taken++
      }
      if (taken === count) break
    }
    return taken
  }

  // Taking blocks in

  #chunkAt(lane: LaneState, offset: number): Chunk | undefined {
    const last = lane.receiving
    if (last !== undefined && offset >= last.start && offset < last.end && this.#chunks.has(last)) return last
    const chunk = this.#open.get(this.grid.cellAt(offset))?.chunkAt(offset)
    if (chunk === undefined || !this.#chunks.has(chunk)) return undefined
    lane.receiving = chunk
    return chunk
  }

  place(lane: LaneState, offset: number, length: number): Uint8Array | undefined {
    if (!lane.claims.has(offset)) return undefined
    const chunk = this.#chunkAt(lane, offset)
    const block = chunk?.blockAt(offset, length) ?? -1
    if (chunk === undefined || block < 0 || !chunk.begin(block, lane.id)) {
      // Another lane has it or is at it: this claim is settled, so that the lane asks for something else.
      this.#settle(lane, offset, chunk)
      return undefined
    }
    return chunk.memory(block)
  }

  delivered(lane: LaneState, offset: number, length: number): void {
    const chunk = this.#chunkAt(lane, offset)
    const block = chunk?.blockAt(offset, length) ?? -1
    lane.claims.delete(offset)
    if (chunk === undefined || block < 0 || chunk.receiver(block) !== lane.id) return
    const others = chunk.askers(block) - 1
    chunk.finish(block, lane.id)
    lane.received += length
    if (others > 0) this.#cancelOthers(lane, offset, length)
    if (chunk.missing === 0) void this.#complete(chunk)
  }

  #cancelOthers(author: LaneState, offset: number, length: number): void {
    for (const other of this.#lanes.values()) {
      if (other === author || !other.claims.delete(offset)) continue
      other.lane.cancel(offset, length)
      other.lane.wake()
    }
  }

  #settle(lane: LaneState, offset: number, chunk: Chunk | undefined): void {
    lane.claims.delete(offset)
    if (chunk !== undefined) chunk.putBack(Math.floor((offset - chunk.start) / blockSize), lane.id)
  }

  refused(lane: LaneState, offset: number): void {
    if (!lane.claims.has(offset)) return
    this.#settle(lane, offset, this.#chunkAt(lane, offset))
    this.#giveUpIdle()
    this.#wake()
  }

  putBack(lane: LaneState): void {
    if (lane.claims.size === 0) return
    for (const offset of lane.claims) this.#settle(lane, offset, this.#chunkAt(lane, offset))
    lane.chunk = undefined
    this.#giveUpIdle()
    this.#wake()
  }

  /** Lets go of chunks that nobody works on and that are empty or no longer wanted, so that the memory serves others. */
  #giveUpIdle(): void {
    for (const chunk of this.#chunks) {
      if (chunk.missing > chunk.free || chunk.missing === 0) continue
      if (chunk.authors().size === 0 || this.picker.priority(chunk.cell) === 0) this.#drop(chunk)
    }
  }

  /** With all memory taken: gives up a begun chunk that no lane can go on with. False when there is none. */
  #evict(): boolean {
    for (const chunk of this.#chunks) {
      if (chunk.missing > chunk.free || chunk.missing === 0) continue
      if (this.#lanes.values().some((lane) => lane.supply.has(chunk.cell))) continue
      this.#drop(chunk)
      return true
    }
    return false
  }

  #drop(chunk: Chunk): void {
    if (!this.#chunks.delete(chunk)) return
    chunk.slot.release()
    const open = this.#open.get(chunk.cell)
    if (open === undefined) return
    open.drop(chunk)
    if (open.idle) this.#reopen(open)
  }

  #reopen(open: OpenCell): void {
    if (!this.#open.delete(open.cell)) return
    this.#states[open.cell] = 'missing'
    this.picker.setFresh(open.cell, true)
  }

  // Proving

  async #complete(chunk: Chunk): Promise<void> {
    const open = this.#open.get(chunk.cell)
    if (open === undefined || !this.#chunks.delete(chunk)) return
    for (const id of chunk.authors()) open.authors.add(this.#authors.get(id)!)
    const check = this.grid.check(open.cell)!
    const direct = check.start === chunk.start && check.end === chunk.end
    const parts = direct ? undefined : this.#partsOf(open, check)
    this.#writing++
    try {
      const { storage } = this.#world
      if (parts === undefined) {
        const right = await storage.commit(chunk.slot, chunk.length, chunk.start, direct ? check : undefined)
        open.written(chunk)
        if (direct) this.#judge([open], right)
      } else {
        open.written(chunk, await parts.commit(chunk.slot, chunk.length, chunk.start, check.algorithm))
        if (open.complete) this.#judge([open], equal(parts.join(open.digests(), check.algorithm), check.expected))
      }
    } catch (error) {
      open.drop(chunk)
      if (open.idle) this.#reopen(open)
      this.#halt(faultOf(error, 'write what was received'))
    } finally {
      this.#writing--
      chunk.slot.release()
    }
    if (!direct && parts === undefined && open.complete) await this.#prove(check)
    this.#wake()
  }

  /** Where the digests over the parts of a cell make up the one that proves it. */
  #partsOf(open: OpenCell, check: Check): PartDigests | undefined {
    const { storage, slots } = this.#world
    if (open.start !== check.start || open.end !== check.end) return undefined
    const { partDigests } = storage
    return partDigests?.can(check.algorithm, slots.size) ? partDigests : undefined
  }

  /** Reads back what was written in parts; does nothing while some cell under the check is still missing. */
  async #prove(check: Check): Promise<void> {
    const cells: OpenCell[] = []
    for (
      let cell = this.grid.cellAt(check.start);
      cell < this.grid.count && this.grid.start(cell) < check.end;
      cell++
    ) {
      if (this.#states[cell] === 'had') continue
      const open = this.#open.get(cell)
      if (open === undefined || !open.complete) return
      cells.push(open)
    }
    this.#writing++
    try {
      const length = check.end - check.start
      const { bytes, present } = await this.#world.storage.digests(check.start, check.end, length, check.algorithm)
      this.#judge(cells, present[0] === 1 && equal(bytes, check.expected))
    } catch (error) {
      for (const open of cells) this.#reopen(open)
      this.#halt(faultOf(error, 'read back what was written'))
    } finally {
      this.#writing--
    }
  }

  #judge(judged: readonly OpenCell[], right: boolean): void {
    // Two parts that were finished at once may both have led here.
    const cells = judged.filter((open) => this.#open.get(open.cell) === open)
    const authors = new Set<string>()
    for (const open of cells) for (const key of open.authors) authors.add(key)
    for (const open of cells) {
      if (right) this.#have(open)
      else this.#reopen(open)
    }
    if (right) this.#world.blame.good(authors)
    else for (const key of this.#world.blame.bad(authors)) this.#world.guilty(key)
  }

  #have(open: OpenCell): void {
    this.#open.delete(open.cell)
    this.#states[open.cell] = 'had'
    this.#had.add(open.start, open.end)
    const wanted = this.picker.priority(open.cell) > 0
    if (wanted) this.#missing -= open.end - open.start
    for (const lane of this.#lanes.values()) {
      if (!wanted || !lane.supply.has(open.cell)) continue
      lane.supply.wanted--
      if (lane.supply.wanted === 0) lane.lane.wake()
    }
    this.#world.had(open.start, open.end)
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
    for (const lane of this.#lanes.values()) lane.lane.wake()
  }

  /** Wakes lanes that found nothing to claim. */
  #wake(): void {
    if (this.#stuck || this.#closed) return
    for (const lane of this.#lanes.values()) {
      if (!lane.starved) continue
      lane.starved = false
      lane.lane.wake()
    }
  }

  /** Memory became free in the pool that all transfers share. */
  slotFreed(): void {
    this.#wake()
  }

  /** What is collected in memory and not on disk yet, in bytes. */
  get inFlight(): number {
    let sum = 0
    for (const chunk of this.#chunks) sum += (chunk.blocks - chunk.missing) * blockSize
    return sum
  }

  /** Whether anything is on its way to the disk. */
  get writing(): boolean {
    return this.#writing > 0
  }

  /** A recheck took a cell back, or found it. Only while nothing is open. */
  mark(cell: number, had: boolean): void {
    if (this.isHad(cell) === had) return
    this.#states[cell] = had ? 'had' : 'missing'
    const start = this.grid.start(cell)
    const end = this.grid.end(cell)
    if (had) this.#had.add(start, end)
    else this.#had.remove(start, end)
    this.picker.setFresh(cell, !had && this.grid.check(cell) !== undefined)
    if (this.picker.priority(cell) === 0) return
    this.#missing += had ? start - end : end - start
    for (const lane of this.#lanes.values()) if (lane.supply.has(cell)) lane.supply.wanted += had ? -1 : 1
  }

  /** Drops everything that is not written. Lanes must not copy any more into the memory they were given. */
  close(): void {
    this.#closed = true
    for (const chunk of this.#chunks) this.#drop(chunk)
  }
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}
