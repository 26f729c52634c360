import type { Fault } from '@kith/core/fault/fault.ts'
import type { FaultError } from '@kith/core/fault/fault.ts'
import { fail, faultOf } from '@kith/core/fault/fault.ts'
import type { Budget } from '@kith/core/limits/budget.ts'
import type { Clock, Random } from '@kith/core/network/clock.ts'
import type { Fetch } from '@kith/core/network/facets.ts'
import type { NetworkId } from '@kith/core/peer/peer.ts'
import type { Range } from '@kith/core/range/range-set.ts'
import { RangeSet } from '@kith/core/range/range-set.ts'
import type { Layout } from '@kith/core/transfer/layout.ts'
import type { Priority } from '@kith/core/transfer/picker.ts'
import { usual } from '@kith/core/transfer/priorities.ts'
import type { Slots } from '@kith/core/transfer/storage.ts'
import type { Description } from '@kith/core/transfer/subject.ts'
import { Transfer } from '@kith/core/transfer/transfer.ts'
import type { FileStorage } from '../host/disk/storage.ts'
import type { TransferRecord } from './record.ts'

/** After a disk fault the disk is tried again after this long, doubled up to the longest, in milliseconds. */
const firstRetryMs = 5_000
const longestRetryMs = 60_000

export type TransferState = 'looking' | 'checking' | 'getting' | 'giving' | 'done' | 'paused' | 'trouble'

export interface EntryWorld {
  readonly clock: Clock
  readonly random: Random
  readonly slots: Slots
  readonly budget: Budget
  /** What is known of the bytes without any network. */
  describe(record: TransferRecord): Description | undefined
  /** The networks that are joined and can fetch. */
  fetchers(): Iterable<readonly [NetworkId, Fetch]>
  open(record: TransferRecord, layout: Layout, skipped: ReadonlySet<number>): FileStorage
  /** Makes the folder that transfers go to. */
  folder(path: string): Promise<unknown>
  /** A name in the folder that no other transfer uses. */
  freeName(record: TransferRecord, layout: Layout): string
  had: {
    load(id: string): Iterable<Range>
    add(id: string, range: Range): void
    remove(id: string, range: Range): void
  }
  save(record: TransferRecord): void
  tell(type: string, id: string, data?: Readonly<Record<string, unknown>>): void
  failed(network: NetworkId, error: unknown): void
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
      if (this.#running !== undefined && this.transfer?.fault.current !== undefined) await this.transfer.retry()
      else this.#start()
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
      this.#start(true)
      void this.transfer?.opened().then(() => this.settle())
    })
  }

  /** Does something with the files while nothing else uses them; a running transfer goes on afterwards. */
  async withFiles<T>(work: (storage: FileStorage) => Promise<T>): Promise<T> {
    return this.#step(async () => {
      if (this.#running?.storage !== undefined) return work(this.#running.storage)
      const { layout } = this
      if (layout === undefined || this.record.diskName === undefined) throw notKnown()
      await using storage = this.#world.open(this.record, layout, skipped(layout, this.record.priorities))
      return await work(storage)
    })
  }

  prioritise(priorities: readonly Priority[]): Promise<void> {
    return this.#step(async () => {
      const layout = this.layout
      // Bytes of files that are wanted from now on have to be where they belong before the choice is recorded.
      if (layout !== undefined) await this.#running?.storage?.want(skipped(layout, priorities), this.had)
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

  #start(recheck = false): void {
    if (this.#running !== undefined) return
    this.#had = undefined
    this.#resting = undefined
    this.#running = new Running(this.record, this.#world, recheck, () => this.#save())
    if (this.record.wanted !== 'running') return
    for (const [network, fetch] of this.#world.fetchers()) this.#running.work(network, fetch)
  }

  async #stop(): Promise<void> {
    const running = this.#running
    if (running === undefined) return
    await running[Symbol.asyncDispose]()
    this.#running = undefined
    this.#save()
  }

  /** Stops for good; the record stays as it is. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#step(() => this.#stop())
  }
}

function notKnown(): FaultError {
  return fail('unavailable', 'transfer/not-known', 'What this transfer consists of is not known yet')
}

/** The indices of the files that are not wanted. */
function skipped(layout: Layout, priorities: readonly Priority[]): Set<number> {
  return new Set(layout.files.keys().filter((index) => (priorities[index] ?? usual) === 0))
}

/** A transfer at work: the engine, its files, and the networks that work for it. */
class Running implements AsyncDisposable {
  readonly transfer: Transfer
  readonly budget: Budget
  storage: FileStorage | undefined
  paddingless = true
  finishing = false
  readonly #record: TransferRecord
  readonly #world: EntryWorld
  readonly #works = new Map<NetworkId, { stop: AbortController; done: Promise<void> }>()
  readonly #resources = new DisposableStack()
  #counted = { down: 0, up: 0 }
  #retryMs = firstRetryMs

  constructor(record: TransferRecord, world: EntryWorld, recheck: boolean, save: () => void) {
    this.#record = record
    this.#world = world
    this.budget = world.budget.child(`transfer ${record.id}`)
    this.budget.limit({ down: record.downLimit, up: record.upLimit })
    this.transfer = new Transfer(
      {
        id: record.id,
        content: {
          digests: record.digests,
          name: record.name,
          ...(record.size === undefined ? {} : { size: record.size }),
        },
        hints: record.hints,
        had: world.had.load(record.id),
        priorities: record.priorities,
        sequential: record.sequential,
        recheck,
      },
      {
        clock: world.clock,
        random: world.random,
        slots: world.slots,
        budget: this.budget,
        storage: (layout) => this.#open(layout, save),
        had: (range) => world.had.add(record.id, range),
        lost: (range) => world.had.remove(record.id, range),
        keep: (network, hint) => {
          record.hints = new Map([...record.hints, [network, hint]])
          save()
        },
        described: ({ layout, digests = [] }) => {
          if (record.select !== undefined) {
            const select = new Set(record.select)
            record.priorities = layout.files.map((_, index) => (select.has(index) ? usual : 0))
            record.select = undefined
            this.transfer.prioritise(record.priorities)
          }
          record.name = layout.name
          this.paddingless = !layout.files.some((file) => file.padding)
          record.size = layout.size
          record.digests = [...new Set([...record.digests, ...digests])]
          save()
        },
      },
    )
    this.#resources.use(this.transfer.stage.watch((stage) => this.#staged(stage, save)))
    this.#resources.use(this.transfer.fault.watch((fault) => this.#faulted(fault)))
    const description = world.describe(record)
    if (description !== undefined) this.transfer.describe(description)
  }

  async #open(layout: Layout, save: () => void): Promise<{ storage: FileStorage; found: boolean }> {
    const record = this.#record
    const fresh = record.diskName === undefined
    if (fresh) {
      record.diskName = this.#world.freeName(record, layout)
      save()
    }
    await this.#world.folder(record.directory)
    this.storage = this.#world.open(record, layout, skipped(layout, record.priorities))
    const found = await this.storage.exists()
    if (!found && !fresh && this.#world.had.load(record.id)[Symbol.iterator]().next().done !== true) {
      throw fail('local', 'transfer/files-gone', `The files of “${record.name}” are no longer in ${record.directory}`, {
        hint: 'Put them back, or recheck the transfer to fetch them again.',
      })
    }
    return { storage: this.storage, found }
  }

  #staged(stage: 'looking' | 'getting' | 'giving', save: () => void): void {
    if (stage !== 'giving' || this.#record.completedAt !== undefined) return
    this.#record.completedAt = this.#world.clock.now()
    save()
    this.finishing = true
    void this.#finish()
  }

  async #finish(): Promise<void> {
    try {
      await this.storage?.finish()
    } catch (error) {
      this.transfer.fault.set(faultOf(error, 'finish the files'))
    }
    this.finishing = false
    this.#world.tell('transfer/completed', this.#record.id, { name: this.#record.name })
  }

  #faulted(fault: Fault | undefined): void {
    if (fault === undefined) return
    this.#world.tell('transfer/trouble', this.#record.id, { code: fault.code, message: fault.message })
    if (fault.code === 'transfer/files-gone') return
    this.#resources.use(this.#world.clock.after(this.#retryMs, () => void this.transfer.retry()))
    this.#retryMs = Math.min(longestRetryMs, this.#retryMs * 2)
  }

  work(network: NetworkId, fetch: Fetch): void {
    if (this.#works.has(network) || !fetch.can(this.transfer.content)) return
    const stop = new AbortController()
    const done = fetch.work(this.transfer, stop.signal).catch((error: unknown) => this.#world.failed(network, error))
    this.#works.set(network, { stop, done })
  }

  async letGo(network: NetworkId): Promise<void> {
    const work = this.#works.get(network)
    if (work === undefined) return
    work.stop.abort(fail('gone', 'transfer/stopped', 'The transfer is being stopped'))
    await work.done
    this.#works.delete(network)
  }

  /** Adds what was moved since the last time to the record. */
  count(): void {
    const { down, up } = this.transfer.moved()
    this.#record.down += down - this.#counted.down
    this.#record.up += up - this.#counted.up
    this.#counted = { down, up }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#resources[Symbol.dispose]()
    await Promise.all([...this.#works.keys()].map((network) => this.letGo(network)))
    await this.transfer[Symbol.asyncDispose]()
    this.count()
  }
}
