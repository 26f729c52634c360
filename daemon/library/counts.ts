import type { FileChange, FileStore } from '../host/database/library-files.ts'
import type { LibraryFile } from './folder.ts'

/** How much there is. */
export interface Tally {
  readonly files: number
  readonly bytes: number
}

export type Kind = LibraryFile['state'] | 'absent'

/** How much of each kind there is in every shared folder, kept up to date with every change. */
export class Counts {
  readonly #folders = new Map<number, Record<Kind, { files: number; bytes: number }>>()

  constructor(files: FileStore) {
    for (const { folder, state, absent, files: count, bytes } of files.tallies()) {
      const tally = this.#of(folder)[absent ? 'absent' : state]
      tally.files += count
      tally.bytes += bytes
    }
  }

  take({ before, after }: FileChange): void {
    if (before !== undefined) this.#add(before, -1)
    if (after !== undefined) this.#add(after, 1)
  }

  of(folder: number): Readonly<Record<Kind, Tally>> {
    return this.#of(folder)
  }

  #add({ folder, state, absent, size }: LibraryFile, sign: 1 | -1): void {
    const tally = this.#of(folder)[absent ? 'absent' : state]
    tally.files += sign
    tally.bytes += sign * size
  }

  #of(folder: number): Record<Kind, { files: number; bytes: number }> {
    let counts = this.#folders.get(folder)
    if (counts === undefined) {
      const none = (): { files: number; bytes: number } => ({ files: 0, bytes: 0 })
      this.#folders.set(folder, (counts = { waiting: none(), known: none(), trouble: none(), absent: none() }))
    }
    return counts
  }
}
