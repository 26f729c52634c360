import type { Content } from '../content/content.ts'
import type { Fault } from '../fault/fault.ts'
import { fail, faultOf } from '../fault/fault.ts'
import type { Budget } from '../limits/budget.ts'
import type { Clock, Random } from '../network/clock.ts'
import type { NetworkId } from '../peer/peer.ts'
import type { Range } from '../range/range-set.ts'
import { RangeSet } from '../range/range-set.ts'
import type { WritableValue } from '../value/value.ts'
import { value } from '../value/value.ts'
import { Blame } from './blame.ts'
import type { Cells } from './cells.ts'
import { Collector } from './collector.ts'
import type { Grid } from './grid.ts'
import { grid } from './grid.ts'
import type { Lane, LanePort } from './lane.ts'
import { lanePort, type PortWorld } from './lane-port.ts'
import type { LaneState } from './lane-state.ts'
import { laneState } from './lane-state.ts'
import { sameBytes, type Layout } from './layout.ts'
import type { Priority } from './picker.ts'
import { cellPriorities } from './priorities.ts'
import { sameProof, type Proof } from './proof.ts'
import { recheck } from './recheck.ts'
import type { Slots, Storage } from './storage.ts'
import type { Description, Moved, Subject } from './subject.ts'
import { Supply } from './supply.ts'

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

/** A lane as the page shows it. */
export interface LaneView {
  readonly lane: Lane
  readonly received: number
  readonly claimed: number
  readonly parole: boolean
  /** Cells that it has and that we want and lack. */
  readonly wanted: number
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
  readonly #lanes = new Map<number, LaneState>()
  readonly #blame = new Blame()
  readonly #hadListeners = new Set<(range: Range, change: 'had' | 'lost') => void>()
  readonly #slotWatch: Disposable
  readonly #ports: PortWorld
  #content: Content
  #recorded: RangeSet
  #priorities: readonly Priority[]
  #sequential: boolean
  #proofs: readonly Proof[] = []
  #storage: Storage | undefined
  #collector: Collector | undefined
  /** Descriptions are acted upon one after another. */
  #opening: Promise<void> = Promise.resolve()
  /** Those that the collector goes by. */
  #woven: readonly Proof[] | undefined
  #nextLane = 1
  #up = 0
  #down = 0
  #wasted = 0
  #closed = false
  #recheck: boolean
  readonly #stop = new AbortController()

  constructor(start: TransferStart, world: TransferWorld) {
    this.id = start.id
    this.budget = world.budget
    this.#world = world
    this.#content = start.content
    this.#hints = new Map(start.hints)
    this.#recorded = RangeSet.of(start.had)
    this.#priorities = start.priorities
    this.#sequential = start.sequential
    this.#recheck = start.recheck ?? false
    const collector = (): Collector | undefined => this.#collector
    this.#ports = {
      get collector() {
        return collector()
      },
      count: (down, wasted) => {
        this.#down += down
        this.#wasted += wasted
      },
      close: (state) => {
        if (this.#lanes.delete(state.id)) this.#collector?.leave(state)
      },
    }
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
    this.#openNext(known ?? description.layout)
  }

  #openNext(layout: Layout): void {
    this.#opening = this.#opening
      .then(() => this.#open(layout))
      .catch((error: unknown) => this.fault.set(faultOf(error, 'open the files')))
  }

  /** Resolves when a description that came was acted upon. */
  async opened(): Promise<void> {
    await this.#opening
  }

  async #open(layout: Layout): Promise<void> {
    // Several may have come before the first was acted upon.
    if (this.#woven === this.#proofs) return
    if (this.#storage === undefined) {
      const { storage, found } = await this.#world.storage(layout)
      this.#storage = storage
      if (found && this.#recorded.length === 0) this.#recheck = true
    }
    const before = this.#collector
    if (before !== undefined) {
      this.#abandon()
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
    this.prioritise(this.#priorities)
    for (const state of this.#lanes.values()) {
      this.#join(state, collector)
      collector.cells.supplyAnew(state)
      state.lane.wake()
    }
  }

  #collect(layout: Layout, storage: Storage): Collector {
    const collector = new Collector(grid(layout.size, this.#proofs), this.hadRanges, {
      clock: this.#world.clock,
      random: this.#world.random,
      slots: this.#world.slots,
      storage,
      blame: this.#blame,
      zeros: layout.files
        .filter((file) => file.padding)
        .map((file) => ({ start: file.offset, end: file.offset + file.size })),
      had: (start, end) => this.#has({ start, end }),
      stuck: (fault) => this.fault.set(fault),
      guilty: (key) => this.#punish(key),
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
        (range, had) => {
          // Whoever listens asks at once what is had, and until the check is over that is what was recorded.
          if (had) this.#recorded.add(range.start, range.end)
          else this.#recorded.remove(range.start, range.end)
          if (had) this.#world.had(range)
          else this.#world.lost(range)
          for (const listener of this.#hadListeners) listener(range, had ? 'had' : 'lost')
        },
      )
      this.#recheck = false
    } catch (error) {
      if (!this.#stop.signal.aborted) throw error
    } finally {
      this.checked.set(undefined)
    }
  }

  #abandon(): void {
    for (const state of this.#lanes.values()) {
      state.lane.abandon()
      this.#collector?.putBack(state)
    }
  }

  #has(range: Range): void {
    this.#world.had(range)
    for (const listener of this.#hadListeners) listener(range, 'had')
    this.#restage()
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
    for (const state of this.#lanes.values()) state.lane.wake()
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
    const state = laneState(this.#nextLane++, lane)
    this.#lanes.set(state.id, state)
    if (this.#collector !== undefined) this.#join(state, this.#collector)
    return lanePort(state, this.#ports)
  }

  #join(state: LaneState, collector: Collector): void {
    state.supply = new Supply(collector.cells.grid.count)
    collector.join(state)
  }

  #punish(key: string): void {
    const fault: Fault = {
      kind: 'peer',
      code: 'transfer/bad-bytes',
      message: 'It sent bytes that are not those of the content',
    }
    for (const state of this.#lanes.values()) if (state.key === key) state.lane.close(fault)
  }

  *lanes(): Generator<LaneView> {
    for (const state of this.#lanes.values()) {
      yield {
        lane: state.lane,
        received: state.received,
        claimed: state.claims.size,
        parole: this.#blame.onParole(state.key),
        wanted: state.supply.wanted,
      }
    }
  }

  banned(peerKey: string): boolean {
    return this.#blame.banned(peerKey)
  }

  /** Keys of the peers found guilty, with their network before them. */
  bans(): readonly string[] {
    return [...this.#blame.bans()]
  }

  // Bytes

  had(start: number, end: number): boolean {
    return (this.#collector?.cells.had ?? this.#recorded).has(start, end)
  }

  /** What is verified and on disk. */
  get hadRanges(): RangeSet {
    return this.#collector?.cells.had ?? this.#recorded
  }

  watchHad(listener: (range: Range, change: 'had' | 'lost') => void): Disposable {
    this.#hadListeners.add(listener)
    return { [Symbol.dispose]: () => void this.#hadListeners.delete(listener) }
  }

  missing(): number {
    if (this.#collector !== undefined) return this.#collector.cells.missing
    // While the files are being opened or checked nobody knows better.
    return Math.max(0, (this.layout.current?.size ?? 0) - this.#recorded.length)
  }

  async read(offset: number, into: readonly Uint8Array[]): Promise<void> {
    if (this.#storage === undefined) throw fail('unavailable', 'transfer/not-open', 'The files are not open yet')
    await this.#storage.read(offset, into)
  }

  moved(): Moved {
    return { down: this.#down, up: this.#up }
  }

  /** Payload that came and was of no use. */
  get wasted(): number {
    return this.#wasted
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
    this.#openNext(layout)
    await this.#opening
  }

  /** Closes lanes and files; what was on its way to the disk is written first. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#stop.abort()
    this.#slotWatch[Symbol.dispose]()
    for (const state of this.#lanes.values()) state.lane.close()
    this.#abandon()
    await this.#opening
    this.#collector?.close()
    await this.#storage?.[Symbol.asyncDispose]()
  }
}
