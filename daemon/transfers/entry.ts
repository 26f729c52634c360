import type { Fault } from '@kith/core/fault/fault.ts'
import type { FaultError } from '@kith/core/fault/fault.ts'
import { fail } from '@kith/core/fault/fault.ts'
import type { Budget } from '@kith/core/limits/budget.ts'
import type { Fetch } from '@kith/core/network/facets.ts'
import type { NetworkId } from '@kith/core/peer/peer.ts'
import { RangeSet } from '@kith/core/range/range-set.ts'
import type { Layout } from '@kith/core/transfer/layout.ts'
import type { Priority } from '@kith/core/transfer/picker.ts'
import { unwanted } from '@kith/core/transfer/priorities.ts'
import type { Transfer } from '@kith/core/transfer/transfer.ts'
import type { FileStorage } from '../host/disk/storage.ts'
import type { TransferRecord } from './record.ts'
import type { RunningWorld } from './running.ts'
import { Running } from './running.ts'

export type TransferState = 'looking' | 'checking' | 'getting' | 'giving' | 'done' | 'paused' | 'trouble'

export interface EntryWorld extends RunningWorld {
  /** The networks that are joined and can fetch. */
  fetchers(): Iterable<readonly [NetworkId, Fetch]>
  limits(): { readonly ratio: number | undefined; readonly givingSeconds: number | undefined }
}

/** One line of the list of transfers: the record, and while it runs the transfer that works on it. */
export class Entry implements AsyncDisposable {
  readonly record: TransferRecord
  readonly #world: EntryWorld
  #running: Running | undefined
  #had: RangeSet | undefined
  /** The layout while nothing runs. */
  #resting: Layout | undefined
  #steps: Promise<void> = Promise.resolve()

  constructor(record: TransferRecord, world: EntryWorld) {
    this.record = record
    this.#world = world
  }

  get transfer(): Transfer | undefined {
    return this.#running?.transfer
  }

  get storage(): FileStorage | undefined {
    return this.#running?.storage
  }

  get budget(): Budget | undefined {
    return this.#running?.budget
  }

  /** Undefined until some network found out. */
  get layout(): Layout | undefined {
    if (this.#running !== undefined) return this.#running.transfer.layout.current
    this.#resting ??= this.#world.describe(this.record)?.layout
    return this.#resting
  }

  /** True when no filler is counted in the size, as far as is known without looking. */
  get paddingless(): boolean {
    return this.#running?.paddingless ?? true
  }

  get fault(): Fault | undefined {
    return this.transfer?.fault.current ?? this.transfer?.troubles.values().next().value
  }

  get state(): TransferState {
    const { transfer } = this
    if (transfer?.checked.current !== undefined) return 'checking'
    if (this.fault !== undefined) return 'trouble'
    if (transfer === undefined) return this.record.wanted === 'done' ? 'done' : 'paused'
    // Its empty files are being made and its bytes flushed: only then is it complete for others to use.
    return this.#running?.finishing === true ? 'getting' : transfer.stage.current
  }

  /** What is verified and on disk. */
  get had(): RangeSet {
    if (this.transfer !== undefined) return this.transfer.hadRanges
    this.#had ??= RangeSet.of(this.#world.had.load(this.record.id))
    return this.#had
  }

  /** Runs or rests as the record says. */
  settle(): Promise<void> {
    return this.#step(async () => {
      if (this.record.wanted === 'running') this.#start()
      else await this.#stop()
    })
  }

  resume(): Promise<void> {
    this.record.wanted = 'running'
    this.#save()
    return this.#step(async () => {
      if (this.transfer?.fault.current !== undefined) await this.#running?.tryAgain()
      this.#start()
    })
  }

  pause(): Promise<void> {
    this.record.wanted = 'paused'
    this.#save()
    return this.#step(() => this.#stop())
  }

  /** Hashes everything on disk anew; a paused transfer is checked and goes on resting. */
  recheck(): Promise<void> {
    return this.#step(async () => {
      if (this.layout === undefined) throw notKnown()
      await this.#stop()
      const running = this.#start(true)
      void running.transfer.opened().then(() => this.#rest(running))
    })
  }

  /** What ran only to be checked rests again, unless it is wanted now, or is being checked once more. */
  #rest(checked: Running): Promise<void> {
    return this.#step(async () => {
      if (checked === this.#running && this.record.wanted !== 'running') await this.#stop()
    })
  }

  /** Does something with the files while nothing else uses them; a running transfer goes on afterwards. */
  async withFiles<T>(work: (storage: FileStorage) => Promise<T>): Promise<T> {
    return this.#step(async () => {
      // Files that are being opened would be looked for where they are no longer.
      await this.#running?.opening
      if (this.#running?.storage !== undefined) return work(this.#running.storage)
      const { layout } = this
      if (layout === undefined || this.record.diskName === undefined) throw notKnown()
      await using storage = this.#world.open(this.record, layout, unwanted(layout, this.record.priorities))
      return await work(storage)
    })
  }

  prioritise(priorities: readonly Priority[]): Promise<void> {
    return this.#step(async () => {
      const layout = this.layout
      // Bytes of files that are wanted from now on have to be where they belong before the choice is recorded.
      if (layout !== undefined) await this.#running?.storage?.want(unwanted(layout, priorities), this.had)
      this.record.priorities = priorities
      this.#save()
      this.transfer?.prioritise(priorities)
    })
  }

  label(label: string | undefined): void {
    this.record.label = label
    this.#save()
  }

  move(directory: string): Promise<void> {
    return this.withFiles((storage) =>
      storage.moveTo(directory, {
        settled: async () => {
          this.record.directory = directory
          this.#save()
          return Promise.resolve()
        },
      }),
    )
  }

  rename(name: string): Promise<void> {
    return this.withFiles(async (storage) => {
      await storage.rename(name)
      this.record.diskName = name
      this.#save()
    })
  }

  sequential(sequential: boolean): void {
    this.record.sequential = sequential
    this.#save()
    if (this.transfer !== undefined) this.transfer.sequential = sequential
  }

  limit(down: number | undefined, up: number | undefined): void {
    this.record.downLimit = down
    this.record.upLimit = up
    this.#save()
    this.budget?.limit({ down, up })
  }

  /** A network was joined: it works for this transfer too. */
  joined(network: NetworkId, fetch: Fetch): void {
    this.#running?.work(network, fetch)
  }

  /** A network is being left; resolves when it has let go of the transfer. */
  async left(network: NetworkId): Promise<void> {
    await this.#running?.letGo(network)
  }

  /** Once a second: counts, and rests when enough was given. */
  tick(): void {
    const { record } = this
    const running = this.#running
    if (running === undefined) return
    running.count()
    if (this.transfer?.stage.current !== 'giving') return
    record.givingSeconds++
    const { ratio, givingSeconds } = this.#world.limits()
    const enough =
      (ratio !== undefined && record.size !== undefined && record.up >= record.size * ratio) ||
      (givingSeconds !== undefined && record.givingSeconds >= givingSeconds)
    if (!enough || record.wanted !== 'running') return
    record.wanted = 'done'
    this.#save()
    this.#world.tell('transfer/done', record.id)
    void this.#step(() => this.#stop())
  }

  #save(): void {
    this.#world.save(this.record)
  }

  /** What changes an entry happens one after another. */
  #step<T>(step: () => Promise<T> | T): Promise<T> {
    const next = this.#steps.then(step)
    this.#steps = next.then(
      () => {},
      () => {},
    )
    return next
  }

  /** Also what runs only to be checked is worked for from the moment that it is wanted. */
  #start(recheck = false): Running {
    this.#had = undefined
    this.#resting = undefined
    const running = (this.#running ??= new Running(this.record, this.#world, recheck))
    if (this.record.wanted === 'running')
      for (const [network, fetch] of this.#world.fetchers()) running.work(network, fetch)
    return running
  }

  async #stop(): Promise<void> {
    const running = this.#running
    if (running === undefined) return
    try {
      await running[Symbol.asyncDispose]()
    } finally {
      // However it ended, it runs no more.
      this.#running = undefined
      this.#save()
    }
  }

  /** Stops for good; the record stays as it is. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#step(() => this.#stop())
  }
}

function notKnown(): FaultError {
  return fail('unavailable', 'transfer/not-known', 'What this transfer consists of is not known yet')
}
