import type { Fault } from '@kith/core/fault/fault.ts'
import { faultOf } from '@kith/core/fault/fault.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Log } from '@kith/core/network/log.ts'
import type { Database } from '../host/database/database.ts'
import { digestStore } from '../host/database/library-digests.ts'
import type { DigestStore } from '../host/database/library-digests.ts'
import { FileStore } from '../host/database/library-files.ts'
import type { FileChange } from '../host/database/library-files.ts'
import { listFolder } from '../host/files/list.ts'
import { FolderWatch } from '../host/files/watch.ts'
import type { FileAt } from '../host/hash/job.ts'
import type { Hasher } from '../host/hash/hasher.ts'
import { Counts } from './counts.ts'
import type { LibraryFile, SharedFolder } from './folder.ts'
import { pathOf } from './folder.ts'
import { Hashing } from './hashing.ts'
import type { ScanResult } from './scan.ts'
import { scan } from './scan.ts'

/** Changes within this long are looked at together. */
const settleMs = 500
/** A file that was changed this lately may be written still: its next change might not show in its time. */
const quietMs = 2_000
/** How often a folder that is not there is looked for. */
const returnMs = 30_000
/** How long digests are kept that no file has: disks come back, and files from the bin. */
const keepDigestsMs = 90 * 24 * 3600_000

export interface CatalogueWorld {
  readonly clock: Clock
  readonly log: Log
  readonly database: Database
  readonly hasher: Hasher
  /** Folders that are never shared, without links. */
  readonly forbidden: readonly string[]
  /** How long until everything is looked at again where changes are not told, in milliseconds. */
  lookAgainMs(): number
  /** A file that is there, or is there no more, or is another. */
  told(change: FileChange): void
  /** A shared folder came or went. */
  presence(folder: number, isThere: boolean): void
  moved(bytes: number): void
  /** Told when nothing can go on. */
  failed(error: unknown): void
}

/** A shared folder and what is known of it beyond its files. */
interface Kept {
  folder: SharedFolder
  present: boolean
  scanning: boolean
  result: ScanResult | undefined
  lookAgain: Disposable | undefined
}

interface Look {
  readonly folder: number
  readonly below: string
  readonly deep: boolean
}

/** One open database of the library, and what keeps it true: scans, watches, hashing. */
export class Catalogue implements AsyncDisposable {
  readonly files: FileStore
  readonly digests: DigestStore
  readonly hashing: Hashing
  readonly counts: Counts
  readonly database: Database
  readonly #world: CatalogueWorld
  readonly #folders = new Map<number, Kept>()
  readonly #watch: FolderWatch
  readonly #ending = new AbortController()
  /** What is to be looked at, in order. */
  readonly #looks = new Map<string, Look>()
  #looking: Promise<void> | undefined
  #settling: Disposable | undefined

  constructor(world: CatalogueWorld) {
    const { clock, database, hasher } = world
    this.#world = world
    this.database = database
    this.digests = digestStore(database)
    this.files = new FileStore(database, this.digests, (change) => {
      this.counts.take(change)
      world.told(change)
    })
    this.counts = new Counts(this.files)
    this.#watch = new FolderWatch((path) => this.#touched(path))
    this.hashing = new Hashing({
      clock,
      hasher,
      database,
      files: this.files,
      digests: this.digests,
      folders: () => [...this.#folders.values()].filter(({ present }) => present).map(({ folder }) => folder.id),
      at: (file) => this.at(file),
      changed: (file) => this.#soon({ folder: file.folder, below: file.dir, deep: false }),
      failed: (error) => world.failed(error),
      moved: (bytes) => world.moved(bytes),
    })
  }

  /** Where a file is, when its folder is there. */
  at({ folder, dir, name, size, stamp }: LibraryFile): FileAt | undefined {
    const kept = this.#folders.get(folder)
    if (kept?.present !== true) return undefined
    return { root: kept.folder.path, path: `${kept.folder.path}/${pathOf({ dir, name })}`, size, stamp }
  }

  isPresent(folder: number): boolean {
    return this.#folders.get(folder)?.present ?? false
  }

  isScanning(folder: number): boolean {
    return this.#folders.get(folder)?.scanning ?? false
  }

  resultOf(folder: number): ScanResult | undefined {
    return this.#folders.get(folder)?.result
  }

  /** False when some folders have to be looked at from time to time. */
  get watchesAll(): boolean {
    return this.#watch.complete
  }

  /** Takes a folder in, or what has changed about one, and looks through it. It counts as there until it is looked at. */
  keep(folder: SharedFolder): void {
    const kept = this.#folders.get(folder.id)
    if (kept === undefined) {
      this.#folders.set(folder.id, {
        folder,
        present: true,
        scanning: true,
        result: undefined,
        lookAgain: undefined,
      })
    } else kept.folder = folder
    this.look(folder.id)
  }

  /** Looks through a whole folder now. */
  look(folder: number): void {
    this.#soon({ folder, below: '', deep: true })
  }

  /** Forgets a folder and its files; digests are kept for a while. */
  async drop(folder: SharedFolder): Promise<void> {
    const kept = this.#folders.get(folder.id)
    this.#folders.delete(folder.id)
    kept?.lookAgain?.[Symbol.dispose]()
    this.#watch.removeBelow(folder.path)
    for (const _ of this.files.drop(folder.id)) await new Promise((turn) => setImmediate(turn))
  }

  #touched(path: string): void {
    for (const { folder } of this.#folders.values()) {
      if (path !== folder.path && !path.startsWith(`${folder.path}/`)) continue
      this.#soon({ folder: folder.id, below: path.slice(folder.path.length + 1), deep: false })
    }
  }

  #soon(look: Look): void {
    if (this.#ending.signal.aborted) return
    const key = `${look.folder} ${look.below}`
    if (this.#looks.get(key)?.deep !== true) this.#looks.set(key, look)
    this.#settling ??= this.#world.clock.after(look.deep ? 0 : settleMs, () => {
      this.#settling = undefined
      this.#begin()
    })
  }

  #begin(): void {
    if (this.#looking !== undefined || this.#looks.size === 0) return
    this.#looking = this.#lookAll().finally(() => {
      this.#looking = undefined
      this.#begin()
    })
  }

  async #lookAll(): Promise<void> {
    for (const [key, look] of this.#looks) {
      this.#looks.delete(key)
      const kept = this.#folders.get(look.folder)
      if (kept === undefined) continue
      try {
        await this.#lookAt(kept, look)
      } catch (error) {
        if (this.#ending.signal.aborted) return
        this.#world.failed(error)
      }
    }
    this.hashing.poke()
  }

  async #lookAt(kept: Kept, { below, deep }: Look): Promise<void> {
    const { clock, forbidden, log } = this.#world
    kept.scanning = deep
    try {
      if (deep) this.files.retryTroubled(kept.folder.id)
      const result = await scan(
        {
          files: this.files,
          list: async (path, wanted) => listFolder(path, wanted),
          retryAt: ({ modified }) => {
            const quiet = clock.now() - modified
            return quiet >= 0 && quiet < quietMs ? modified + quietMs : 0
          },
          forbidden,
          visited: (path) => {
            this.#watch.add(path)
            this.hashing.poke()
          },
        },
        kept.folder,
        below,
        deep,
        this.#ending.signal,
      )
      if (deep || !result.present) kept.result = result
      if (kept.present !== result.present) {
        kept.present = result.present
        if (!result.present) {
          this.#watch.removeBelow(kept.folder.path)
          log.warn('a shared folder is not there: its files wait for it', { path: kept.folder.path })
        }
        this.#world.presence(kept.folder.id, result.present)
      }
      if (deep && result.present) this.digests.forget(clock.now() - keepDigestsMs, clock.now())
    } finally {
      kept.scanning = false
      kept.lookAgain?.[Symbol.dispose]()
      const again = kept.present ? this.#world.lookAgainMs() * (this.#watch.complete ? 6 : 1) : returnMs
      const isKept = this.#folders.get(kept.folder.id) === kept
      if (isKept && !this.#ending.signal.aborted) kept.lookAgain = clock.after(again, () => this.look(kept.folder.id))
    }
  }

  /** Why files of a folder cannot be read, of the first of them. */
  troubles(folder: number, most: number): readonly Fault[] {
    if (this.counts.of(folder).trouble.files === 0) return []
    return this.files.troubled(folder, most).flatMap(({ fault }) => fault ?? [])
  }

  /** Why the last look at a folder left things out. */
  faultsOf(folder: number): readonly Fault[] {
    return this.resultOf(folder)?.faults ?? []
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end()
    try {
      this.database[Symbol.dispose]()
    } catch (error) {
      this.#world.log.error('the database of the library could not be written at the end', {
        error: faultOf(error).message,
      })
    }
  }

  /** Ends without writing anything more: the database is damaged. */
  async abandon(): Promise<void> {
    await this.#end()
    this.database.abandon()
  }

  async #end(): Promise<void> {
    this.#ending.abort(new Error('the library closes'))
    this.hashing[Symbol.dispose]()
    this.#settling?.[Symbol.dispose]()
    this.#looks.clear()
    for (const { lookAgain } of this.#folders.values()) lookAgain?.[Symbol.dispose]()
    this.#watch[Symbol.dispose]()
    await this.#looking
  }
}
