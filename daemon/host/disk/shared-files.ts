import { fstat } from 'node:fs'
import type { BigIntStats } from 'node:fs'
import { promisify } from 'node:util'
import type { Place } from '@kith/core/transfer/storage.ts'
import type { FileAt } from '../hash/job.ts'
import { stampOf } from '../hash/stamp.ts'
import type { Descriptors, OpenFile } from './descriptors.ts'
import { changed, readInto, take } from './read.ts'
import { SHORT_BYTES, type ShortReads } from './short-reads.ts'

const statFile = promisify(fstat) as (fd: number, options: { readonly bigint: true }) => Promise<BigIntStats>

/** Reads shared files for others, and only as long as they are what was hashed. */
export class SharedFiles implements Disposable {
  readonly #descriptors: Descriptors
  readonly #short: ShortReads
  readonly #open = new Map<string, OpenFile>()

  constructor({ descriptors, short }: { readonly descriptors: Descriptors; readonly short: ShortReads }) {
    this.#descriptors = descriptors
    this.#short = short
  }

  /** Fills the buffers with what is at `offset`.
   * @throws FaultError `unavailable` `share/changed` when it is not what was hashed, `disk/…` */
  async read(file: FileAt, offset: number, into: readonly Uint8Array[]): Promise<void> {
    if (file.size <= SHORT_BYTES) {
      const { root, path, stamp } = file
      const length = into.reduce((sum, buffer) => sum + buffer.length, 0)
      return this.#short.read([{ root, path, stamp, position: offset, length, into }])
    }
    const opened = await this.#use(file)
    try {
      const rest = [...into]
      let position = offset
      while (rest.length > 0) {
        const got = await readInto(opened.fd, rest, position, () => file.path)
        take(rest, got)
        position += got
      }
      // Afterwards: what was changed before the read shows too.
      const stats = await statFile(opened.fd, { bigint: true })
      if (stampOf(stats) === file.stamp) return
    } finally {
      this.#descriptors.done(opened)
    }
    this.#descriptors.retire(opened)
    throw changed()
  }

  /** Where bytes of a long file lie, for a thread that reads them itself; undefined for short files.
   * @throws FaultError `disk/…` */
  place(file: FileAt, start: number, end: number): Promise<Place> | undefined {
    return file.size <= SHORT_BYTES ? undefined : this.#place(file, start, end)
  }

  async #place(file: FileAt, start: number, end: number): Promise<Place> {
    const opened = await this.#use(file)
    const { path, stamp } = file
    return {
      runs: [{ file: opened.fd, path, position: start, length: end - start, stamp }],
      [Symbol.dispose]: () => this.#descriptors.done(opened),
    }
  }

  async #use(file: FileAt): Promise<OpenFile> {
    const known = this.#open.get(file.stamp)
    if (known !== undefined) {
      this.#descriptors.use(known)
      return known
    }
    const { root, path, stamp } = file
    const opened = await this.#descriptors.open({
      root,
      path,
      writable: false,
      executable: false,
      closed: (gone) => {
        if (this.#open.get(stamp) === gone) this.#open.delete(stamp)
      },
    })
    if (!this.#open.has(stamp)) this.#open.set(stamp, opened)
    return opened
  }

  [Symbol.dispose](): void {
    for (const opened of this.#open.values()) this.#descriptors.retire(opened)
  }
}
