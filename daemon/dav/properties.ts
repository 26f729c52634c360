import { fail } from '@kith/core/fault/fault.ts'
import type { Keep } from '@kith/core/network/host.ts'
import type { PropertyName } from '@kith/wire/dav/questions.ts'
import { isBelow } from './locks.ts'

/** All that others keep with the files of one shared folder. */
const mostBytes = 1024 * 1024

/** Properties that mean nothing to us, kept for whoever set them (RFC 4918 4): whole elements by namespace and name. */
export type Kept = ReadonlyMap<string, string>

const empty: Kept = new Map()

export class DeadProperties {
  readonly #keep: Keep
  /** By folder and then by path. */
  readonly #folders = new Map<string, Map<string, Map<string, string>>>()

  constructor(keep: Keep) {
    this.#keep = keep
  }

  /** `at` is the id of a shared folder and a path, as for locks. */
  of(at: string): Kept {
    return this.#folder(at).get(at) ?? empty
  }

  /** All changes or none; undefined takes one away. @throws FaultError `dav/properties-full` */
  change(at: string, changes: readonly (readonly [PropertyName, string | undefined])[]): void {
    const folder = this.#folder(at)
    const next = new Map(folder.get(at))
    for (const [{ namespace, name }, xml] of changes) {
      if (xml === undefined) next.delete(`${namespace} ${name}`)
      else next.set(`${namespace} ${name}`, xml)
    }
    const before = folder.get(at)
    folder.set(at, next)
    if (this.#store(at, folder)) return
    if (before === undefined) folder.delete(at)
    else folder.set(at, before)
    throw fail('unavailable', 'dav/properties-full', 'No more properties can be kept with the files of this folder')
  }

  /** What is there now instead has what was there, with all below it. */
  copy(from: string, to: string, deep: boolean): void {
    const source = this.#folder(from)
    const copies = [...source].filter(([at]) => at === from || (deep && isBelow(at, from)))
    if (copies.length === 0) return
    const target = this.#folder(to)
    for (const [at, kept] of copies) target.set(to + at.slice(from.length), new Map(kept))
    // What does not fit is left out; the files are what counts.
    if (!this.#store(to, target)) this.gone(to)
  }

  gone(at: string): void {
    const folder = this.#folder(at)
    const here = [...folder.keys()].filter((one) => one === at || isBelow(one, at))
    for (const one of here) folder.delete(one)
    if (here.length > 0) this.#store(at, folder)
  }

  #folder(at: string): Map<string, Map<string, string>> {
    const id = idOf(at)
    let folder = this.#folders.get(id)
    if (folder === undefined) {
      const bytes = this.#keep.get(`properties ${id}`)
      const kept = bytes === undefined ? {} : (JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>)
      folder = new Map(
        Object.entries(kept).map(([path, all]) => [path, new Map(Object.entries(all as Record<string, string>))]),
      )
      this.#folders.set(id, folder)
    }
    return folder
  }

  #store(at: string, folder: ReadonlyMap<string, ReadonlyMap<string, string>>): boolean {
    const filled = [...folder]
      .filter(([, kept]) => kept.size > 0)
      .map(([path, kept]) => [path, Object.fromEntries(kept)])
    const bytes = new TextEncoder().encode(JSON.stringify(Object.fromEntries(filled)))
    if (bytes.length > mostBytes) return false
    this.#keep.set(`properties ${idOf(at)}`, filled.length === 0 ? undefined : bytes)
    return true
  }
}

function idOf(at: string): string {
  return at.split('/', 1)[0]!
}
