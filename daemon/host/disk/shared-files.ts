import { fstat } from 'node:fs'
import type { BigIntStats } from 'node:fs'
import { promisify } from 'node:util'
import { fail } from '@kith/core/fault/fault.ts'
import type { FileAt } from '../hash/job.ts'
import { stampOf } from '../hash/stamp.ts'
import type { Descriptors, OpenFile } from './descriptors.ts'
import { readInto, take } from './read.ts'

const statFile = promisify(fstat) as (fd: number, options: { readonly bigint: true }) => Promise<BigIntStats>

/** Reads shared files for others, and only as long as they are what was hashed. */
export class SharedFiles implements Disposable {
  readonly #descriptors: Descriptors
  readonly #open = new Map<string, OpenFile>()

  constructor(descriptors: Descriptors) {
    this.#descriptors = descriptors
  }

  /** Fills the buffers with what is at `offset`.
   * @throws FaultError `unavailable` `share/changed` when it is not what was hashed, `disk/…` */
  async read(file: FileAt, offset: number, into: readonly Uint8Array[]): Promise<void> {
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
    throw fail('unavailable', 'share/changed', 'This file was changed since it was hashed', { doing: 'read the file' })
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
