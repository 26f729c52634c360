import { digestOf } from '@kith/core/content/digest.ts'
import type { Share, ShareFolder, Shares, Viewer } from '@kith/core/share/share.ts'

const viewer: Viewer = { network: 'directconnect', audiences: ['everyone'] }

/** The shares that hubs may see. */
export class Shelf implements Disposable {
  readonly #shares: Shares
  readonly #watch: Disposable
  /** Grows with each change. */
  version = 0

  constructor(shares: Shares, changed: () => void) {
    this.#shares = shares
    this.#watch = shares.watch(() => {
      this.version++
      changed()
    })
  }

  get total(): { readonly files: number; readonly bytes: number } {
    return this.#shares.total(viewer)
  }

  /** By the root of its Tiger tree. */
  find(root: Uint8Array): Share | undefined {
    return this.#shares.find(digestOf('tth', root), viewer)[0]
  }

  folder(path: readonly string[]): ShareFolder | undefined {
    return this.#shares.folder(path, viewer)
  }

  search(query: Parameters<Shares['search']>[0], most: number): readonly Share[] {
    return this.#shares.search(query, most, viewer)
  }

  searchFolders(words: readonly string[], most: number): readonly (readonly string[])[] {
    return this.#shares.searchFolders(words, most, viewer)
  }

  [Symbol.dispose](): void {
    this.#watch[Symbol.dispose]()
  }
}
