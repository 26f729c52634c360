import { close } from 'node:fs'
import { diskFault } from './fault.ts'
import type { OpenJob } from './job.ts'
import type { Pool } from './pool.ts'

/** Far below the usual limit of 1,024 descriptors a process, which sockets need too. */
const openFiles = 256

export interface OpenRequest extends Omit<OpenJob, 'kind'> {
  /** The descriptor is not to be used any more. */
  readonly closed: (file: OpenFile) => void
}

export interface OpenFile {
  readonly fd: number
  readonly writable: boolean
}

interface Entry extends OpenFile {
  users: number
  retired: boolean
  readonly closed: (file: OpenFile) => void
}

/** Open files of all transfers, of which those used least lately are closed; never one that is in use. */
export class Descriptors {
  readonly #pool: Pool
  readonly #limit: number
  /** Least lately used first. */
  readonly #entries = new Set<Entry>()

  constructor(pool: Pool, limit: number = openFiles) {
    this.#pool = pool
    this.#limit = limit
  }

  get count(): number {
    return this.#entries.size
  }

  /** Opens a file and uses it. Folders below the root are made for one that is written.
   * @throws FaultError `disk/…` */
  async open({ closed, ...file }: OpenRequest): Promise<OpenFile> {
    const answer = await this.#pool.run({ kind: 'open', ...file })
    if (answer.kind === 'failed') {
      throw diskFault(answer.error, file.writable ? 'write the file' : 'read the file', file.path)
    }
    if (answer.kind !== 'opened') throw new Error(`a thread answered ${answer.kind}`)
    const entry: Entry = { fd: answer.fd, writable: file.writable, users: 1, retired: false, closed }
    this.#entries.add(entry)
    this.#evict()
    return entry
  }

  use(file: OpenFile): void {
    const entry = file as Entry
    entry.users++
    this.#entries.delete(entry)
    this.#entries.add(entry)
  }

  done(file: OpenFile): void {
    const entry = file as Entry
    entry.users--
    if (entry.retired && entry.users === 0) this.#close(entry)
  }

  /** Closes the file as soon as nobody uses it. */
  retire(file: OpenFile): void {
    const entry = file as Entry
    if (entry.retired) return
    entry.retired = true
    this.#entries.delete(entry)
    entry.closed(entry)
    if (entry.users === 0) this.#close(entry)
  }

  #evict(): void {
    if (this.#entries.size <= this.#limit) return
    for (const entry of this.#entries) {
      if (entry.users > 0) continue
      this.retire(entry)
      if (this.#entries.size <= this.#limit) return
    }
  }

  #close(entry: Entry): void {
    // What was written was told to the writer; a failing close has nothing to add that anybody could act on.
    close(entry.fd, () => {})
  }
}
