import type { Content } from '../content/content.ts'
import type { Fault } from '../fault/fault.ts'
import { fail, faultOf } from '../fault/fault.ts'
import type { Budget } from '../limits/budget.ts'
import type { Clock, Random } from '../network/clock.ts'
import type { NetworkId } from '../peer/peer.ts'
import type { Range, RangeSet } from '../range/range-set.ts'
import type { WritableValue } from '../value/value.ts'
import { value } from '../value/value.ts'
import type { Cells } from './cells.ts'
import { Collector } from './collector.ts'
import type { Grid } from './grid.ts'
import { grid } from './grid.ts'
import type { HadChange } from './holdings.ts'
import { Holdings } from './holdings.ts'
import type { Lane, LanePort } from './lane.ts'
import { sameBytes, type Layout } from './layout.ts'
import type { LaneView } from './open-lanes.ts'
import { OpenLanes } from './open-lanes.ts'
import type { Priority } from './picker.ts'
import { cellPriorities } from './priorities.ts'
import { sameProof, type Proof } from './proof.ts'
import { recheck } from './recheck.ts'
import type { Place, Slots, Storage } from './storage.ts'
import type { Description, Moved, Subject } from './subject.ts'

/** What a transfer was when it was last put away. */
export interface TransferStart {
  readonly id: string
  readonly content: Content
  readonly hints: ReadonlyMap<NetworkId, Uint8Array>
  readonly had: Iterable<Range>
  /** Per file; files beyond the end are wanted as usual. */
  readonly priorities: readonly Priority[]
  readonly sequential: boolean
  /** Hash what is on disk before anything else, whatever is recorded. */
  readonly recheck?: boolean
}

/** What a transfer needs of the world. */
export interface TransferWorld {
  readonly clock: Clock
  readonly random: Random
  readonly slots: Slots
  readonly budget: Budget
  /** Opens the files; `found` when some of their bytes were there before anything was recorded. */
  storage(layout: Layout): Promise<{ readonly storage: Storage; readonly found: boolean }>
  /** Verified and on disk: to be recorded. */
  had(range: Range): void
  /** A recheck found that a recorded range is not there. */
  lost(range: Range): void
  keep(network: NetworkId, hint: Uint8Array): void
  described(description: Description): void
}

/**
 * Our wish to have a content here, while it is running: it is the only place where lanes of all networks meet.
 */
export class Transfer implements Subject, AsyncDisposable {
  readonly id: string
  readonly budget: Budget
  readonly layout: WritableValue<Layout | undefined> = value<Layout | undefined>(undefined)
  readonly stage: WritableValue<'looking' | 'getting' | 'giving'> = value<'looking' | 'getting' | 'giving'>('looking')
  /** What stops the disk side, or undefined. */
  readonly fault: WritableValue<Fault | undefined> = value<Fault | undefined>(undefined)
  /** Bytes hashed so far while what is on disk is being checked, else undefined. */
  readonly checked: WritableValue<number | undefined> = value<number | undefined>(undefined)
  /** What each network complains of. */
  readonly troubles: Map<NetworkId, Fault> = new Map()
  readonly #world: TransferWorld
  readonly #hints: Map<NetworkId, Uint8Array>
  readonly #lanes = new OpenLanes()
  readonly #holdings: Holdings
  readonly #slotWatch: Disposable
  #content: Content
  #priorities: readonly Priority[]
  #sequential: boolean
  #proofs: readonly Proof[] = []
  #storage: Storage | undefined
  #collector: Collector | undefined
  /** The description that is being acted upon. */
  #opening: Promise<void> | undefined
  /** The proofs that the collector goes by. */
  #woven: readonly Proof[] | undefined
  #up = 0
  #closed = false
  #recheck: boolean
  readonly #stop = new AbortController()

  constructor(start: TransferStart, world: TransferWorld) {
    this.id = start.id
    this.budget = world.budget
    this.#world = world
    this.#content = start.content
    this.#hints = new Map(start.hints)
    this.#holdings = new Holdings(start.had, world)
    this.#priorities = start.priorities
    this.#sequential = start.sequential
    this.#recheck = start.recheck ?? false
    this.#slotWatch = world.slots.watch(() => this.#collector?.slotFreed())
  }

  get content(): Content {
    return this.#content
  }

  /** Undefined until described and its storage is open. */
  get storage(): Storage | undefined {
    return this.#storage
  }

  /** How the bytes are cut; undefined until described. */
  get grid(): Grid | undefined {
    return this.#collector?.cells.grid
  }

  hint(network: NetworkId): Uint8Array | undefined {
    return this.#hints.get(network)
  }

  keep(network: NetworkId, hint: Uint8Array): void {
    this.#hints.set(network, hint)
    this.#world.keep(network, hint)
  }

  describe(description: Description): void {
    const known = this.layout.current
    if (known !== undefined && !sameBytes(known, description.layout)) {
      throw fail('input', 'transfer/contradiction', 'Two networks describe these bytes differently')
    }
    const fresh = description.proofs.filter((proof) => !this.#proofs.some((one) => sameProof(one, proof)))
    if (known !== undefined && fresh.length === 0) return
    this.#proofs = [...this.#proofs, ...fresh]
    if (description.digests !== undefined) {
      this.#content = { ...this.#content, digests: [...new Set([...this.#content.digests, ...description.digests])] }
    }
    this.#world.described(description)
    if (known === undefined) this.layout.set(description.layout)
    void this.#openNext(known ?? description.layout)
  }

  /** Resolves when a description that came was acted upon. */
  async opened(): Promise<void> {
    await this.#opening
  }

  /** One after another: what is described while files are being opened or checked waits for that. */
  #openNext(layout: Layout): Promise<void> {
    const open = this.#opening === undefined ? this.#open(layout) : this.#opening.then(() => this.#open(layout))
    const opening = open
      .catch((error: unknown) => this.fault.set(faultOf(error, 'open the files')))
      .finally(() => {
        if (this.#opening === opening) this.#opening = undefined
      })
    this.#opening = opening
    return opening
  }

  async #open(layout: Layout): Promise<void> {
    if (this.#closed) return
    // Several may have come before the first was acted upon.
    if (this.#woven === this.#proofs) return
    if (this.#storage === undefined) {
      const { storage, found } = await this.#world.storage(layout)
      this.#storage = storage
      if (found && this.#holdings.ranges.length === 0) this.#recheck = true
    }
    const before = this.#collector
    if (before !== undefined) {
      this.#lanes.abandon()
      before.close()
      // What is being written is not fetched again.
      await before.rested()
    }
    const proofs = this.#proofs
    const collector = this.#collect(layout, this.#storage)
    if (this.#recheck) await this.#check(collector.cells, this.#storage)
    if (this.#closed) return collector.close()
    this.#collector = collector
    this.#woven = proofs
    this.#holdings.count(collector.cells.had)
    this.prioritise(this.#priorities)
    this.#lanes.deliverTo(collector)
  }

  #collect(layout: Layout, storage: Storage): Collector {
    const collector = new Collector(grid(layout.size, this.#proofs), this.hadRanges, {
      clock: this.#world.clock,
      random: this.#world.random,
      slots: this.#world.slots,
      storage,
      blame: this.#lanes.blame,
      zeros: layout.files
        .filter((file) => file.padding)
        .map((file) => ({ start: file.offset, end: file.offset + file.size })),
      had: (start, end) => {
        this.#holdings.gained({ start, end })
        this.#restage()
      },
      stuck: (fault) => this.fault.set(fault),
      guilty: (key) => this.#lanes.punish(key),
    })
    collector.cells.picker.sequential = this.#sequential
    return collector
  }

  /** Hashes what is on disk and finds out anew what is had. */
  async #check(cells: Cells, storage: Storage): Promise<void> {
    this.checked.set(0)
    try {
      await recheck(
        cells,
        storage,
        this.#stop.signal,
        (bytes) => this.checked.set(bytes),
        (range, had) => this.#holdings.found(range, had ? 'had' : 'lost'),
      )
      this.#recheck = false
    } catch (error) {
      if (!this.#stop.signal.aborted) throw error
    } finally {
      this.checked.set(undefined)
    }
  }

  #restage(): void {
    if (this.#collector !== undefined) this.stage.set(this.#collector.cells.missing > 0 ? 'getting' : 'giving')
  }

  // What is wanted

  /** Per file. Files that the list does not reach are wanted as usual. */
  prioritise(priorities: readonly Priority[]): void {
    this.#priorities = priorities
    const layout = this.layout.current
    const cells = this.#collector?.cells
    if (layout === undefined || cells === undefined) return
    const wanted = cellPriorities(layout, cells.grid, priorities)
    for (let cell = 0; cell < wanted.length; cell++) cells.prioritise(cell, wanted[cell]! as Priority)
    this.#restage()
    this.#lanes.wake()
  }

  get priorities(): readonly Priority[] {
    return this.#priorities
  }

  get sequential(): boolean {
    return this.#sequential
  }

  set sequential(sequential: boolean) {
    this.#sequential = sequential
    if (this.#collector === undefined) return
    this.#collector.cells.picker.sequential = sequential
    this.#collector.cells.picker.reorder()
  }

  // Lanes

  open(lane: Lane): LanePort {
    return this.#lanes.open(lane)
  }

  lanes(): Generator<LaneView> {
    return this.#lanes.views()
  }

  banned(peerKey: string): boolean {
    return this.#lanes.blame.banned(peerKey)
  }

  /** Keys of the peers found guilty, with their network before them. */
  bans(): readonly string[] {
    return [...this.#lanes.blame.bans()]
  }

  // Bytes

  had(start: number, end: number): boolean {
    return this.#holdings.ranges.has(start, end)
  }

  /** What is verified and on disk. */
  get hadRanges(): RangeSet {
    return this.#holdings.ranges
  }

  watchHad(listener: (range: Range, change: HadChange) => void): Disposable {
    return this.#holdings.watch(listener)
  }

  missing(): number {
    if (this.#collector !== undefined) return this.#collector.cells.missing
    // While the files are being opened or checked nobody knows better.
    return Math.max(0, (this.layout.current?.size ?? 0) - this.#holdings.ranges.length)
  }

  async read(offset: number, into: readonly Uint8Array[]): Promise<void> {
    if (this.#storage === undefined) throw fail('unavailable', 'transfer/not-open', 'The files are not open yet')
    await this.#storage.read(offset, into)
  }

  place(start: number, end: number): Promise<Place> | undefined {
    const reading = this.#storage?.reading
    return reading?.can(start, end) === true ? reading.open(start, end) : undefined
  }

  moved(): Moved {
    return { down: this.#lanes.down, up: this.#up }
  }

  /** Payload that came and was of no use. */
  get wasted(): number {
    return this.#lanes.wasted
  }

  gave(bytes: number): void {
    this.#up += bytes
  }

  trouble(network: NetworkId, fault: Fault | undefined): void {
    if (fault === undefined) this.troubles.delete(network)
    else this.troubles.set(network, fault)
  }

  /** Goes on after a disk fault; opens the files again where that had failed. */
  async retry(): Promise<void> {
    if (this.fault.current === undefined) return
    this.fault.set(undefined)
    if (this.#collector !== undefined) return this.#collector.retry()
    const layout = this.layout.current
    if (layout === undefined) return
    await this.#openNext(layout)
  }

  /** Closes lanes and files; what was on its way to the disk is written first. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#stop.abort()
    this.#slotWatch[Symbol.dispose]()
    this.#lanes.close()
    this.#lanes.abandon()
    await this.#opening
    this.#collector?.close()
    await this.#storage?.[Symbol.asyncDispose]()
  }
}
