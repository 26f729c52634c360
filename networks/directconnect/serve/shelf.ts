import { digestBy } from '@kith/core/content/content.ts'
import { hexOf } from '@kith/core/content/digest.ts'
import type { Share, Shares } from '@kith/core/share/share.ts'

/** What one folder of the list holds. */
export interface Folder {
  readonly folders: Map<string, Folder>
  readonly files: Map<string, Share>
}

/** The shares that hubs may see, by root and as a tree. */
export class Shelf implements Disposable {
  readonly root: Folder = folder()
  /** Bytes, and how many files. */
  size = 0
  count = 0
  /** Grows with each change. */
  version = 0
  readonly #byRoot = new Map<string, Share>()
  readonly #watch: Disposable
  readonly #changed: () => void

  constructor(shares: Shares, changed: () => void) {
    this.#changed = changed
    for (const share of shares.list()) this.add(share)
    this.#watch = shares.watch((share, change) => (change === 'added' ? this.add(share) : this.remove(share)))
  }

  /** By the root of its Tiger tree in hexadecimal. */
  find(root: string): Share | undefined {
    return this.#byRoot.get(root)
  }

  files(): Iterable<Share> {
    return this.#byRoot.values()
  }

  add(share: Share): void {
    const digest = digestBy(share.content, 'tth')
    if (digest === undefined || share.audience !== 'everyone') return
    if (share.networks !== undefined && !share.networks.includes('directconnect')) return
    const place = this.#place(share)
    const name = share.path.at(-1) ?? ''
    if (place.files.has(name)) return
    place.files.set(name, share)
    if (!this.#byRoot.has(hexOf(digest))) this.#byRoot.set(hexOf(digest), share)
    this.size += share.content.size
    this.count++
    this.version++
    this.#changed()
  }

  remove(share: Share): void {
    const digest = digestBy(share.content, 'tth')
    if (digest === undefined) return
    const place = this.#place(share)
    const name = share.path.at(-1) ?? ''
    if (place.files.get(name)?.id !== share.id) return
    place.files.delete(name)
    if (this.#byRoot.get(hexOf(digest))?.id === share.id) this.#byRoot.delete(hexOf(digest))
    this.size -= share.content.size
    this.count--
    this.version++
    this.#changed()
  }

  #place(share: Share): Folder {
    let at = this.root
    // The top of a list holds folders only.
    const above = share.path.length > 1 ? share.path.slice(0, -1) : ['Shared']
    for (const name of above) {
      let next = at.folders.get(name)
      if (next === undefined) at.folders.set(name, (next = folder()))
      at = next
    }
    return at
  }

  [Symbol.dispose](): void {
    this.#watch[Symbol.dispose]()
  }
}

function folder(): Folder {
  return { folders: new Map(), files: new Map() }
}
