import type { Fault } from '@kith/core/fault/fault.ts'
import { fail, faultOf } from '@kith/core/fault/fault.ts'
import type { Budget } from '@kith/core/limits/budget.ts'
import type { Clock, Random } from '@kith/core/network/clock.ts'
import type { Fetch } from '@kith/core/network/facets.ts'
import type { NetworkId } from '@kith/core/peer/peer.ts'
import type { Range } from '@kith/core/range/range-set.ts'
import type { Layout } from '@kith/core/transfer/layout.ts'
import { unwanted, usual } from '@kith/core/transfer/priorities.ts'
import type { Slots } from '@kith/core/transfer/storage.ts'
import type { Description } from '@kith/core/transfer/subject.ts'
import { Transfer } from '@kith/core/transfer/transfer.ts'
import type { FileStorage } from '../host/disk/storage.ts'
import type { TransferRecord } from './record.ts'

/** After a disk fault the disk is tried again after this long, doubled up to the longest, in milliseconds. */
const firstRetryMs = 5_000
const longestRetryMs = 60_000

export interface RunningWorld {
  readonly clock: Clock
  readonly random: Random
  readonly slots: Slots
  readonly budget: Budget
  /** What is known of the bytes without any network. */
  describe(record: TransferRecord): Description | undefined
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
}

/** A transfer at work: the engine, its files, and the networks that work for it. */
export class Running implements AsyncDisposable {
  readonly transfer: Transfer
  readonly budget: Budget
  storage: FileStorage | undefined
  /** Resolves when the files have been opened, or could not be; undefined until it is known what they are. */
  opening: Promise<unknown> | undefined
  /** No filler is counted in its size. */
  paddingless = true
  readonly #record: TransferRecord
  readonly #world: RunningWorld
  readonly #works = new Map<NetworkId, { stop: AbortController; done: Promise<void> }>()
  readonly #resources = new DisposableStack()
  #counted = { down: 0, up: 0 }
  #retryMs = firstRetryMs
  #retry: Disposable | undefined
  #finishing: Promise<void> | undefined

  constructor(record: TransferRecord, world: RunningWorld, recheck: boolean) {
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
        storage: (layout) => {
          const opened = this.#open(layout)
          this.opening = opened.catch(() => {})
          return opened
        },
        had: (range) => world.had.add(record.id, range),
        lost: (range) => world.had.remove(record.id, range),
        keep: (network, hint) => {
          record.hints = new Map([...record.hints, [network, hint]])
          this.#save()
        },
        described: (description) => this.#described(description),
      },
    )
    this.#resources.use(this.transfer.stage.watch(() => this.#finishOnce()))
    this.#resources.use(this.transfer.fault.watch((fault) => this.#faulted(fault)))
    this.#resources.defer(() => this.#retry?.[Symbol.dispose]())
    const description = world.describe(record)
    if (description !== undefined) this.transfer.describe(description)
  }

  #save(): void {
    this.#world.save(this.#record)
  }

  /** Some network found out what the transfer consists of. */
  #described({ layout, digests = [] }: Description): void {
    const record = this.#record
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
    this.#save()
  }

  /** The files, of which some may be here already. */
  async #open(layout: Layout): Promise<{ storage: FileStorage; found: boolean }> {
    const record = this.#record
    const fresh = record.diskName === undefined
    if (fresh) {
      record.diskName = this.#world.freeName(record, layout)
      this.#save()
    }
    await this.#world.folder(record.directory)
    this.storage = this.#world.open(record, layout, unwanted(layout, record.priorities))
    const found = await this.storage.exists()
    if (!found && !fresh && this.#world.had.load(record.id)[Symbol.iterator]().next().done !== true) {
      throw fail('local', 'transfer/files-gone', `The files of “${record.name}” are no longer in ${record.directory}`, {
        hint: 'Put them back, or recheck the transfer to fetch them again.',
      })
    }
    return { storage: this.storage, found }
  }

  /** Everything is here, and its files are being made ready for others. */
  get finishing(): boolean {
    return this.#finishing !== undefined
  }

  #finishOnce(): void {
    const { stage } = this.transfer
    if (stage.current !== 'giving' || this.#record.completedAt !== undefined || this.finishing) return
    this.#finishing = this.#finish().finally(() => (this.#finishing = undefined))
  }

  /** Complete is what was finished: where the disk or the end of Kith is in the way, it is done again. */
  async #finish(): Promise<void> {
    try {
      await this.storage?.finish()
    } catch (error) {
      this.transfer.fault.set(faultOf(error, 'finish the files'))
      return
    }
    this.#record.completedAt = this.#world.clock.now()
    this.#save()
    this.#world.tell('transfer/completed', this.#record.id, { name: this.#record.name })
  }

  #faulted(fault: Fault | undefined): void {
    if (fault === undefined) return
    this.#world.tell('transfer/trouble', this.#record.id, { code: fault.code, message: fault.message })
    if (fault.code === 'transfer/files-gone') return
    this.#retry?.[Symbol.dispose]()
    this.#retry = this.#world.clock.after(this.#retryMs, () => void this.tryAgain())
    this.#retryMs = Math.min(longestRetryMs, this.#retryMs * 2)
  }

  /** Goes on after a disk fault. */
  async tryAgain(): Promise<void> {
    await this.transfer.retry()
    this.#finishOnce()
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
    await this.#finishing
    this.count()
  }
}
