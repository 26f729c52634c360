import type { Digest } from '@kith/core/content/digest.ts'
import { isSeen } from '@kith/core/share/listed.ts'
import type { Share, ShareFolder, Shares, Viewer } from '@kith/core/share/share.ts'
import type { FileChange } from '../host/database/library-files.ts'
import { filesWith, searchFiles } from '../host/database/library-search.ts'
import { foldersIn, foldersNamed, offeredIn } from '../host/database/library-tree.ts'
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
  folders(): Iterable<SharedFolder>
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

  total(viewer: Viewer): { readonly files: number; readonly bytes: number } {
    let files = 0
    let bytes = 0
    for (const { id } of this.#seen(viewer)) {
      const { known } = this.#world.catalogue()!.counts.of(id)
      files += known.files
      bytes += known.bytes
    }
    return { files, bytes }
  }

  *list(viewer: Viewer): Generator<Share> {
    for (const { id } of this.#seen(viewer)) {
      for (let after = 0; ;) {
        const page = this.#world.catalogue()?.files.ofFolder(id, after, pageFiles) ?? []
        for (const file of page) {
          const share = this.#share(file)
          if (share !== undefined && isSeen(share, viewer)) yield share
        }
        const last = page.at(-1)
        if (last === undefined) break
        after = last.id
      }
    }
  }

  folder([name, ...path]: readonly string[], viewer: Viewer): ShareFolder | undefined {
    const seen = this.#seen(viewer)
    if (name === undefined) return { folders: seen.map((folder) => folder.name), files: [] }
    const folder = seen.find((one) => one.name === name)
    const catalogue = this.#world.catalogue()
    if (folder === undefined || catalogue === undefined) return undefined
    const dir = path.join('/')
    const files = offeredIn(catalogue.database, folder.id, dir)
    if (files === undefined) return undefined
    return {
      folders: foldersIn(catalogue.database, folder.id, dir),
      files: files.map(({ file, digests }) => shareOf(catalogue, this.#world.reader, folder, file, digests)),
    }
  }

  find(digest: Digest, viewer: Viewer): readonly Share[] {
    const catalogue = this.#world.catalogue()
    if (catalogue === undefined) return []
    const seen = new Set(this.#seen(viewer).map(({ id }) => id))
    const found: Share[] = []
    for (const file of filesWith(catalogue.database, digest)) {
      const share = seen.has(file.folder) ? this.#share(file) : undefined
      if (share !== undefined) found.push(share)
      if (found.length === pageFiles) break
    }
    return found
  }

  search(query: Parameters<Shares['search']>[0], most: number, viewer: Viewer): readonly Share[] {
    const catalogue = this.#world.catalogue()
    if (catalogue === undefined) return []
    const found: LibraryFile[] = []
    for (const [words, folders] of this.#groups(query.words, viewer)) {
      const window = { from: 0, count: most - found.length, offered: true, counted: false, folders }
      if (window.count > 0) found.push(...searchFiles(catalogue.database, ofQuery({ ...query, words }), window).files)
    }
    return found.flatMap((file) => this.#share(file) ?? [])
  }

  searchFolders(words: readonly string[], most: number, viewer: Viewer): readonly (readonly string[])[] {
    const catalogue = this.#world.catalogue()
    if (catalogue === undefined) return []
    const found: (readonly string[])[] = []
    for (const folder of this.#seen(viewer)) {
      const left = words.filter((word) => !isIn(folder.name, word))
      const paths = left.length === 0 ? [''] : foldersNamed(catalogue.database, folder.id, left, most - found.length)
      found.push(...paths.map((path) => [folder.name, ...(path === '' ? [] : path.split('/'))]))
      if (found.length >= most) break
    }
    return found.slice(0, most)
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

  /** The shared folders that are there and that somebody may see. */
  #seen(viewer: Viewer): readonly SharedFolder[] {
    const catalogue = this.#world.catalogue()
    if (catalogue === undefined) return []
    return [...this.#world.folders()].filter(
      (folder) => isOpen(folder) && isSeen(folder, viewer) && catalogue.isPresent(folder.id),
    )
  }

  /** Folders by the words that are still to be found in them: what is in their own names is found already. */
  #groups(words: readonly string[], viewer: Viewer): Iterable<readonly [readonly string[], number[]]> {
    const groups = new Map<string, readonly [readonly string[], number[]]>()
    for (const { id, name } of this.#seen(viewer)) {
      const left = words.filter((word) => !isIn(name, word))
      const group = groups.get(left.join(' '))
      if (group === undefined) groups.set(left.join(' '), [left, [id]])
      else group[1].push(id)
    }
    return groups.values()
  }

  #share(file: LibraryFile): Share | undefined {
    const catalogue = this.#world.catalogue()
    const folder = [...this.#world.folders()].find(({ id }) => id === file.folder)
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

function isIn(name: string, word: string): boolean {
  return name.toLowerCase().includes(word.toLowerCase())
}
