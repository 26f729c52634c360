import type { Fault } from '@kith/core/fault/fault.ts'
import { fail, faultOf } from '@kith/core/fault/fault.ts'
import { meter } from '@kith/core/limits/meter.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Keep } from '@kith/core/network/host.ts'
import type { Log } from '@kith/core/network/log.ts'
import type { Shares } from '@kith/core/share/share.ts'
import type { Database } from '../host/database/database.ts'
import { isDamage } from '../host/database/fault.ts'
import type { SearchResult, SearchWindow } from '../host/database/library-search.ts'
import { searchFiles } from '../host/database/library-search.ts'
import type { LibraryDatabase } from '../host/database/open-library.ts'
import type { SharedFolderStore } from '../host/database/shared-folders.ts'
import type { SharedFiles } from '../host/disk/shared-files.ts'
import { resolved } from '../host/files/list.ts'
import type { Hasher } from '../host/hash/hasher.ts'
import { Catalogue } from './catalogue.ts'
import type { Tally } from './counts.ts'
import type { LibraryFile, SharedFolder } from './folder.ts'
import { pathOf } from './folder.ts'
import { checkFolder, folderName } from './folders.ts'
import { Offers } from './offers.ts'
import type { LibraryQuery } from './query.ts'

const pausedKey = 'paused'

export interface LibraryWorld {
  readonly clock: Clock
  readonly log: Log
  readonly database: LibraryDatabase
  readonly folders: SharedFolderStore
  /** Where it is kept whether hashing rests. */
  readonly keep: Keep
  readonly hasher: Hasher
  readonly reader: SharedFiles
  /** Folders that are never shared, without links. */
  readonly forbidden: readonly string[]
  /** Where transfers go, which is shared even when it is in one of these. */
  downloads(): string
  lookAgainMs(): number
  tell(type: string, subject: string | undefined, data: Readonly<Record<string, unknown>>): void
}

export interface Progress {
  readonly state: 'idle' | 'looking' | 'hashing' | 'paused'
  readonly waiting: Tally
  readonly known: Tally
  /** Bytes per second. */
  readonly rate: number
  /** Until all that waits is hashed, in milliseconds. */
  readonly leftMs?: number
  /** The path of a file that is hashed now. */
  readonly current?: string
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`)
}

/** What is to be another way; `networks` undefined stands for all of them. */
export type FolderChange = Partial<Pick<SharedFolder, 'name' | 'audience' | 'ignore'>> & {
  readonly networks?: SharedFolder['networks'] | undefined
}

/** What the user shares: folders, the files in them, and what is known of these. */
export class Library implements AsyncDisposable {
  readonly #world: LibraryWorld
  readonly #folders = new Map<number, SharedFolder>()
  readonly #meter = meter()
  readonly #offers: Offers
  #catalogue: Catalogue | undefined
  #rebuilding: Promise<void> | undefined
  #trouble: Disposable | undefined
  #damage: Fault | undefined
  #closed = false

  constructor(world: LibraryWorld) {
    this.#world = world
    this.#offers = new Offers({
      reader: world.reader,
      catalogue: () => this.#catalogue,
      folders: () => this.#folders.values(),
    })
    for (const folder of world.folders.load()) this.#folders.set(folder.id, folder)
  }

  get shares(): Shares {
    return this.#offers
  }

  get folders(): readonly SharedFolder[] {
    return [...this.#folders.values()]
  }

  /** What the user should know. */
  get problems(): readonly Fault[] {
    return this.#damage === undefined ? [] : [this.#damage]
  }

  /** The open database and what keeps it true. @throws FaultError `unavailable` while it is made anew */
  get catalogue(): Catalogue {
    if (this.#catalogue !== undefined) return this.#catalogue
    throw fail('unavailable', 'library/rebuilding', 'The library is made anew from its folders just now', {
      doing: 'look into the library',
    })
  }

  /** Opens the database and begins to look through the folders. @throws FaultError `database/…` */
  start(): void {
    const database = this.#world.database.open()
    try {
      this.#open(database)
    } catch (error) {
      if (!isDamage(error)) throw error
      database.abandon()
      this.#rebuild(faultOf(error).message)
    }
  }

  /** @throws FaultError `input` `library/…` for a folder that cannot be shared */
  async add(wanted: Omit<SharedFolder, 'id' | 'name'> & { readonly name?: string }): Promise<SharedFolder> {
    const downloads = await resolved(this.#world.downloads())
    const path = await checkFolder(
      wanted.path,
      this.folders,
      (real) => !isWithin(real, downloads) && this.#world.forbidden.some((secret) => isWithin(real, secret)),
    )
    const name = folderName(wanted.name ?? path, this.folders, wanted.name !== undefined)
    const folder = this.#world.folders.add({ ...wanted, name, path })
    this.#folders.set(folder.id, folder)
    this.catalogue.keep(folder)
    this.#world.tell('library/shared', String(folder.id), { path, name })
    return folder
  }

  /** @throws FaultError `input` */
  async change(id: number, change: FolderChange): Promise<SharedFolder> {
    const before = this.folder(id)
    const others = this.folders.filter((folder) => folder.id !== id)
    const name = change.name === undefined ? before.name : folderName(change.name, others, true)
    const { networks: only, ...rest } = before
    const networks = 'networks' in change ? change.networks : only
    const after: SharedFolder = {
      ...rest,
      name,
      audience: change.audience ?? before.audience,
      ignore: change.ignore ?? before.ignore,
      ...(networks === undefined ? {} : { networks }),
    }
    this.#world.folders.change(after)
    this.#folders.set(id, after)
    await this.#offers.retell(id, before, after)
    this.catalogue.keep(after)
    return after
  }

  /** Shares it no more; the files stay where they are. @throws FaultError `input` */
  async remove(id: number): Promise<void> {
    const folder = this.folder(id)
    await this.#offers.retell(id, folder, undefined)
    this.#world.folders.remove(id)
    this.#folders.delete(id)
    await this.catalogue.drop(folder)
    this.#world.tell('library/unshared', String(id), { path: folder.path, name: folder.name })
  }

  /** @throws FaultError `input` `library/unknown-folder` */
  folder(id: number): SharedFolder {
    const folder = this.#folders.get(id)
    if (folder === undefined) throw fail('input', 'library/unknown-folder', `There is no shared folder ${id}`)
    return folder
  }

  /** @throws FaultError `input` `library/unknown-file` */
  file(id: number): LibraryFile {
    const file = this.#ask(({ files }) => files.get(id))
    if (file === undefined) throw fail('input', 'library/unknown-file', `There is no shared file ${id}`)
    return file
  }

  /** Where a file is. */
  pathOf(file: LibraryFile): string {
    return `${this.folder(file.folder).path}/${pathOf(file)}`
  }

  search(query: LibraryQuery, window: SearchWindow): SearchResult {
    return this.#ask((catalogue) => searchFiles(catalogue.database, query, window))
  }

  /** Looks through all folders now. */
  look(): void {
    for (const id of this.#folders.keys()) this.catalogue.look(id)
  }

  get paused(): boolean {
    return this.#world.keep.get(pausedKey) !== undefined
  }

  /** Hashing rests until it is resumed, over restarts too. */
  pause(): void {
    this.#world.keep.set(pausedKey, Uint8Array.of(1))
    this.#world.hasher.pause()
    this.#catalogue?.hashing.pause()
  }

  resume(): void {
    this.#world.keep.set(pausedKey, undefined)
    this.#world.hasher.resume()
    this.#catalogue?.hashing.resume()
  }

  get progress(): Progress {
    return this.#ask((catalogue) => {
      const { counts, hashing } = catalogue
      const sum = (kind: 'waiting' | 'known'): Tally => {
        const all = this.folders.map(({ id }) => counts.of(id)[kind])
        return {
          files: all.reduce((total, { files }) => total + files, 0),
          bytes: all.reduce((total, { bytes }) => total + bytes, 0),
        }
      }
      const waiting = sum('waiting')
      const rate = this.#meter.rate(this.#world.clock.now())
      const { current } = hashing
      const left = rate > 0 ? ((waiting.bytes - hashing.ahead) / rate) * 1000 : undefined
      const looking = this.folders.some(({ id }) => catalogue.isScanning(id))
      const busy = waiting.files > 0 ? 'hashing' : looking ? 'looking' : 'idle'
      return {
        state: this.paused ? 'paused' : busy,
        waiting,
        known: sum('known'),
        rate,
        ...(left === undefined || waiting.files === 0 ? {} : { leftMs: Math.max(0, left) }),
        ...(current === undefined || !this.#folders.has(current.folder) ? {} : { current: this.pathOf(current) }),
      }
    })
  }

  #open(database: Database): void {
    const { clock, log, hasher, forbidden, lookAgainMs } = this.#world
    const catalogue = new Catalogue({
      clock,
      log,
      database,
      hasher,
      forbidden,
      lookAgainMs,
      told: (change) => this.#offers.take(change),
      presence: (id, isThere) => {
        const folder = this.#folders.get(id)
        void this.#offers
          .retell(id, isThere ? undefined : folder, isThere ? folder : undefined)
          .catch((error: unknown) => this.#failed(error))
      },
      moved: (bytes) => this.#meter.add(bytes, clock.now()),
      failed: (error) => this.#failed(error),
    })
    this.#catalogue = catalogue
    this.#trouble = database.trouble.watch((fault) => {
      if (fault?.code === 'database/damaged') this.#rebuild(fault.message)
    })
    if (this.paused) this.pause()
    for (const folder of this.#folders.values()) catalogue.keep(folder)
  }

  #ask<T>(work: (catalogue: Catalogue) => T): T {
    const { catalogue } = this
    try {
      return work(catalogue)
    } catch (error) {
      if (!isDamage(error)) throw error
      this.#rebuild(faultOf(error).message)
      throw fail('unavailable', 'library/rebuilding', 'The library is damaged, and is made anew from its folders', {
        doing: 'look into the library',
      })
    }
  }

  #failed(error: unknown): void {
    if (isDamage(error)) return this.#rebuild(faultOf(error).message)
    this.#world.log.error('the library stumbled', { error: error instanceof Error ? error.stack : String(error) })
  }

  /** Sets the damaged database aside, and reads everything again. */
  #rebuild(cause: string): void {
    if (this.#rebuilding !== undefined || this.#closed) return
    const { database, log, tell } = this.#world
    const broken = this.#catalogue
    this.#catalogue = undefined
    this.#trouble?.[Symbol.dispose]()
    this.#rebuilding = (async () => {
      await broken?.abandon()
      if (this.#closed) return
      const aside = database.setAside()
      log.error('the database of the library is damaged: it was set aside, and every file is read again', {
        aside,
        cause,
      })
      this.#damage = fail('local', 'library/damaged', 'The database of the library was damaged; it is made anew', {
        hint: `The damaged one is ${aside}. Look at the state of the disk.`,
        cause,
      }).fault
      tell('library/damaged', undefined, { aside })
      this.#open(database.open())
    })()
      .catch((error: unknown) => log.error('the library cannot be made anew', { error: faultOf(error).message }))
      .finally(() => (this.#rebuilding = undefined))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    this.#trouble?.[Symbol.dispose]()
    await this.#rebuilding
    await this.#catalogue?.[Symbol.asyncDispose]()
  }
}
