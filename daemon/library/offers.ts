import type { Share, Shares } from '@kith/core/share/share.ts'
import type { FileChange } from '../host/database/library-files.ts'
import { searchFiles } from '../host/database/library-search.ts'
import type { SharedFiles } from '../host/disk/shared-files.ts'
import type { Catalogue } from './catalogue.ts'
import type { LibraryFile, SharedFolder } from './folder.ts'
import { ofQuery } from './query.ts'
import { isOffered, shareOf } from './share.ts'

/** Rows that are read at once. */
const pageFiles = 1_000

export interface OffersWorld {
  readonly reader: SharedFiles
  /** The open catalogue; undefined while there is none. */
  catalogue(): Catalogue | undefined
  folder(id: number): SharedFolder | undefined
}

/** The library as the networks see it. */
export class Offers implements Shares {
  readonly #world: OffersWorld
  readonly #watchers = new Set<(share: Share, change: 'added' | 'removed') => void>()
  /** Told later, when the transaction is over in which it happened. */
  readonly #untold: (readonly [Share, 'added' | 'removed'])[] = []

  constructor(world: OffersWorld) {
    this.#world = world
  }

  *list(): Generator<Share> {
    for (let after = 0; ;) {
      const page = this.#world.catalogue()?.files.after(after, pageFiles) ?? []
      for (const file of page) {
        const share = this.#share(file)
        if (share !== undefined) yield share
      }
      const last = page.at(-1)
      if (last === undefined) return
      after = last.id
    }
  }

  find(digest: Share['content']['digests'][number]): readonly Share[] {
    return this.search({ words: [], digest }, pageFiles)
  }

  search(query: Parameters<Shares['search']>[0], most: number): readonly Share[] {
    const catalogue = this.#world.catalogue()
    if (catalogue === undefined) return []
    const window = { from: 0, count: most, offered: true }
    return searchFiles(catalogue.database, ofQuery(query), window).files.flatMap((file) => this.#share(file) ?? [])
  }

  watch(listener: (share: Share, change: 'added' | 'removed') => void): Disposable {
    const own: typeof listener = (share, change) => listener(share, change)
    this.#watchers.add(own)
    return { [Symbol.dispose]: () => void this.#watchers.delete(own) }
  }

  /** A file came, went or changed. */
  take({ before, after }: FileChange): void {
    if (this.#watchers.size === 0) return
    const was = isOffered(before) ? before : undefined
    const is = isOffered(after) ? after : undefined
    // The same in other words: the disk was mounted anew.
    if (was !== undefined && is !== undefined && was.digests === is.digests) return
    if (was !== undefined) this.#tell(this.#share(was), 'removed')
    if (is !== undefined) this.#tell(this.#share(is), 'added')
  }

  /** All files of a folder are offered in another way: `before` and `after` are the folder, where it offered any. */
  async retell(id: number, before: SharedFolder | undefined, after: SharedFolder | undefined): Promise<void> {
    const catalogue = this.#world.catalogue()
    if (catalogue === undefined || this.#watchers.size === 0) return
    for (let last = 0; ;) {
      const page = catalogue.files.ofFolder(id, last, pageFiles)
      for (const file of page.filter(isOffered)) {
        if (isOpen(before)) this.#tell(shareOf(catalogue, this.#world.reader, before, file), 'removed')
        if (isOpen(after)) this.#tell(shareOf(catalogue, this.#world.reader, after, file), 'added')
      }
      if (page.length === 0) return
      last = page.at(-1)!.id
      await new Promise((turn) => setImmediate(turn))
    }
  }

  #share(file: LibraryFile): Share | undefined {
    const catalogue = this.#world.catalogue()
    const folder = this.#world.folder(file.folder)
    if (catalogue === undefined || !isOpen(folder) || !isOffered(file)) return undefined
    if (!catalogue.isPresent(file.folder)) return undefined
    return shareOf(catalogue, this.#world.reader, folder, file)
  }

  #tell(share: Share | undefined, change: 'added' | 'removed'): void {
    if (share === undefined) return
    if (this.#untold.push([share, change]) > 1) return
    queueMicrotask(() => {
      for (const [one, how] of this.#untold.splice(0)) for (const watcher of this.#watchers) watcher(one, how)
    })
  }
}

function isOpen(folder: SharedFolder | undefined): folder is SharedFolder {
  return folder !== undefined && folder.audience !== 'nobody'
}
