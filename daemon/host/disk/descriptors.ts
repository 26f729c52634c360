import { close, fstat, ftruncate, open } from 'node:fs'
import { promisify } from 'node:util'
import { FaultError } from '@kith/core/fault/fault.ts'
import { checkFolders, makeFolders, readFlags, writeFlags } from './below.ts'
import { diskFault, inTheWay, systemError } from './fault.ts'

/** Far below the usual limit of 1,024 descriptors a process, which sockets need too. */
const openFiles = 256

const openFile = promisify(open)
const closeFile = promisify(close)
const statFile = promisify(fstat)
const stretchFile = promisify(ftruncate)

export interface OpenRequest {
  readonly root: string
  readonly path: string
  readonly writable: boolean
  readonly executable: boolean
  /** Bytes that the file is stretched to when it is made; sparse without it. */
  readonly stretch?: number | undefined
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
  readonly #limit: number
  /** Least lately used first. */
  readonly #entries = new Set<Entry>()

  constructor(limit: number = openFiles) {
    this.#limit = limit
  }

  get count(): number {
    return this.#entries.size
  }

  /** Opens a file and uses it. Folders below the root are made for one that is written.
   * @throws FaultError `disk/…` */
  async open(request: OpenRequest): Promise<OpenFile> {
    const { root, path, writable, executable, stretch, closed } = request
    const doing = writable ? 'write the file' : 'read the file'
    try {
      const fd = await this.#openBelow(root, path, writable, executable)
      const entry: Entry = { fd, writable, users: 1, retired: false, closed }
      this.#entries.add(entry)
      try {
        const stats = await statFile(fd)
        if (!stats.isFile()) throw inTheWay(path, doing)
        if (stretch !== undefined && stats.size < stretch) await stretchFile(fd, stretch)
      } catch (error) {
        this.retire(entry)
        this.done(entry)
        throw error
      }
      this.#evict()
      return entry
    } catch (error) {
      throw error instanceof FaultError ? error : diskFault(error, doing, path)
    }
  }

  async #openBelow(root: string, path: string, writable: boolean, executable: boolean): Promise<number> {
    const flags = writable ? writeFlags : readFlags
    const mode = executable ? 0o777 : 0o666
    try {
      await checkFolders(root, path)
      return await openFile(path, flags, mode)
    } catch (error) {
      if (!writable || systemError(error).code !== 'ENOENT') throw error
      await makeFolders(root, path)
      return await openFile(path, flags, mode)
    }
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
    void closeFile(entry.fd).catch(() => undefined)
  }
}
