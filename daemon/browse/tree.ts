import { fail } from '@kith/core/fault/fault.ts'
import type { FileEntry } from '@kith/core/network/facets.ts'

/** Files of one person that are kept: some 100 MB. Nobody reads more, and a list can be made to have any number. */
const mostFiles = 250_000
/** Folders inside each other that can be shown. */
const deepest = 64

export interface TreeFile {
  readonly name: string
  readonly size: number
  readonly digests: FileEntry['digests']
  readonly link?: string
}

export interface TreeFolder {
  readonly name: string
  readonly folders: Map<string, TreeFolder>
  readonly files: TreeFile[]
  /** Of all that is in it, at any depth. */
  count: number
  bytes: number
}

/** What somebody shares, as folders in folders. */
export class FileTree {
  readonly root: TreeFolder = folderOf('')

  get full(): boolean {
    return this.root.count >= mostFiles
  }

  /** False when there is no room for more. */
  add({ path, size, digests, link }: FileEntry): boolean {
    if (this.full) return false
    const names = path.map(nameOf)
    const name = names.pop() ?? ''
    if (names.length > deepest) return true
    let folder = this.root
    for (const above of [undefined, ...names]) {
      if (above !== undefined) {
        let next = folder.folders.get(above)
        if (next === undefined) folder.folders.set(above, (next = folderOf(above)))
        folder = next
      }
      folder.count++
      folder.bytes += size
    }
    folder.files.push({ name, size, digests, ...(link === undefined ? {} : { link }) })
    return true
  }

  /** A folder by its path from the top down, with slashes. @throws FaultError `input` `browse/no-path` */
  folder(path: string): TreeFolder {
    const found = this.#folder(path)
    if (found !== undefined) return found
    throw fail('input', 'browse/no-path', `There is no folder “${path.slice(0, 200)}”`)
  }

  /** All files at or below a path, with the folders between. @throws FaultError `input` `browse/no-path` */
  *below(path: string): Generator<readonly [above: readonly string[], file: TreeFile]> {
    const folder = this.#folder(path)
    if (folder !== undefined) return yield* filesOf(folder, path === '' ? [] : [folder.name])
    const slash = path.lastIndexOf('/')
    const file = this.#folder(path.slice(0, Math.max(0, slash)))?.files.find(
      ({ name }) => name === path.slice(slash + 1),
    )
    if (file === undefined) throw fail('input', 'browse/no-path', `There is no “${path.slice(0, 200)}”`)
    yield [[], file]
  }

  #folder(path: string): TreeFolder | undefined {
    let folder: TreeFolder | undefined = this.root
    for (const name of path === '' ? [] : path.split('/')) folder = folder?.folders.get(name)
    return folder
  }
}

function* filesOf(folder: TreeFolder, above: readonly string[]): Generator<readonly [readonly string[], TreeFile]> {
  for (const file of folder.files) yield [above, file]
  for (const inner of folder.folders.values()) yield* filesOf(inner, [...above, inner.name])
}

function folderOf(name: string): TreeFolder {
  return { name, folders: new Map(), files: [], count: 0, bytes: 0 }
}

/** A slash in a name would lead into another folder. */
function nameOf(name: string): string {
  return name === '' ? '_' : name.replaceAll('/', '_')
}
