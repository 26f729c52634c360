import { join } from 'node:path'
import type { FaultError } from '@kith/core/fault/fault.ts'
import { fail } from '@kith/core/fault/fault.ts'
import type { Range } from '@kith/core/range/range-set.ts'
import type { Layout } from '@kith/core/transfer/layout.ts'
import type { Check, LeafAlgorithm } from '@kith/core/transfer/proof.ts'
import type { Digests, PartDigests, Places, Slot, Storage } from '@kith/core/transfer/storage.ts'
import { joiner, leafHash } from './algorithms.ts'
import type { Descriptors, OpenFile } from './descriptors.ts'
import { diskFault } from './fault.ts'
import { Fence } from './fence.ts'
import type { Segment } from './file-map.ts'
import { segments } from './file-map.ts'
import type { FilesOptions } from './files.ts'
import { Files } from './files.ts'
import { finish, flush } from './finish.ts'
import type { Answer, CommitJob, Job, OpenWrite, Run, ShortWrite } from './job.ts'
import type { MoveOptions } from './move.ts'
import { move, rename } from './move.ts'
import { packRuns, packWrites, type Packed } from './packed.ts'
import { placesIn } from './places.ts'
import type { Pool } from './pool.ts'
import { readInto, take } from './read.ts'
import { removeData, removeFile } from './remove.ts'
import type { ShortRead, ShortReads } from './short-reads.ts'
import { isThere } from './space.ts'
import { want } from './want.ts'

/** Bytes that one job hashes: some milliseconds, so that a call of the usual 64 MiB keeps all workers busy. */
const jobBytes = 4 * 1024 * 1024
const noDigest: Uint8Array = new Uint8Array()

/**
 * - `dir`: the folder that the user chose; it has to exist, or every call is the fault `disk/gone`
 * - `name`: what the file or folder is called there; the layout's name without it
 * - `parts`: path of a file for bytes of files that are not wanted, since pieces reach over the boundaries of files
 * - `skipped`: indices of files that are not wanted
 * - `allocation`: with `size` files get their full length when they are made; else they grow, and have holes
 */
export type StorageOptions = FilesOptions

export interface StorageWorld {
  readonly pool: Pool
  readonly descriptors: Descriptors
  readonly short: ShortReads
}

/**
 * The bytes of a transfer in files below a folder. Moving, renaming, removing and choosing files wait for what is
 * under way and keep the rest waiting meanwhile.
 */
export class FileStorage implements Storage {
  readonly reading: Places
  readonly writing: Places
  readonly #layout: Layout
  readonly #pool: Pool
  readonly #short: ShortReads
  readonly #files: Files
  readonly #fence = new Fence()
  #closed = false

  constructor(options: StorageOptions, world: StorageWorld) {
    this.#layout = options.layout
    this.#pool = world.pool
    this.#short = world.short
    this.#files = new Files(options, world.descriptors)
    const { layout } = options
    const fenced = { layout, files: this.#files, enter: () => this.#enter(), leave: () => this.#fence.leave() }
    this.reading = placesIn(fenced, false)
    this.writing = placesIn(fenced, true)
  }

  get dir(): string {
    return this.#files.dir
  }

  get name(): string {
    return this.#files.name
  }

  /** The file or folder itself. */
  get path(): string {
    return join(this.dir, this.name)
  }

  // Bytes

  async commit(slot: Slot, length: number, offset: number, check: Check | undefined): Promise<boolean> {
    const expected = check && { algorithm: check.algorithm, expected: check.expected.slice() }
    return (await this.#commit(slot, length, offset, expected)) !== undefined
  }

  readonly partDigests: PartDigests = {
    can: (algorithm, length) => joiner(algorithm)?.can(length) ?? false,
    commit: async (slot, length, offset, algorithm) =>
      (await this.#commit(slot, length, offset, { algorithm, expected: undefined })) ?? noDigest,
    join: (digests, algorithm) => joiner(algorithm)?.of(digests) ?? noDigest,
  }

  /** The digest, where there is a check; undefined when it is not the expected one. */
  async #commit(
    slot: Slot,
    length: number,
    offset: number,
    check: CommitJob['check'],
  ): Promise<Uint8Array | undefined> {
    await this.#enter()
    try {
      // Memory that is not shared is copied on its way to the worker, and then whole: so only what is needed may go.
      const shared = slot.bytes.buffer instanceof SharedArrayBuffer
      const memory = shared ? slot.bytes.subarray(0, length) : slot.bytes.slice(0, length)
      const answer = await this.#write(memory, check, segments(this.#layout, offset, offset + length))
      return answer.kind === 'committed' && answer.right ? (answer.digest ?? noDigest) : undefined
    } finally {
      this.#fence.leave()
    }
  }

  async #write(memory: Uint8Array, check: CommitJob['check'], into: readonly Segment[]): Promise<Answer> {
    const used: OpenFile[] = []
    const open: OpenWrite[] = []
    const shorts: ShortWrite[] = []
    try {
      for (const segment of into) {
        if (segment.padding) continue
        const short = this.#files.shortWrite(segment)
        if (short !== undefined) {
          shorts.push(short)
          continue
        }
        const { index, at, position, length } = segment
        const opened = this.#files.use(index, true)
        const { file, base } = opened instanceof Promise ? await opened : opened
        used.push(file)
        open.push({ at, fd: file.fd, position: base + position, length })
      }
      const short = shorts.length === 0 ? undefined : packWrites(shorts)
      return await this.#work({ kind: 'commit', memory, check, open, short }, 'write the file')
    } finally {
      for (const file of used) this.#files.done(file)
    }
  }

  async read(offset: number, into: readonly Uint8Array[]): Promise<void> {
    await this.#enter()
    try {
      const length = into.reduce((sum, { length }) => sum + length, 0)
      const found = segments(this.#layout, offset, offset + length)
      const short: ShortRead[] = []
      const rest = [...into]
      for (const segment of found) {
        const part = found.length === 1 ? into : take(rest, segment.length)
        if (segment.padding) {
          for (const buffer of part) buffer.fill(0)
          continue
        }
        const place = this.#files.short(segment.index)
        if (place === undefined) await this.#read(segment, part)
        else short.push({ ...place, position: segment.position, length: segment.length, into: part })
      }
      if (short.length > 0) await this.#short.read(short)
    } finally {
      this.#fence.leave()
    }
  }

  async #read({ index, position, length }: Segment, into: readonly Uint8Array[]): Promise<void> {
    const opened = this.#files.use(index, false)
    const { file, base } = opened instanceof Promise ? await opened : opened
    try {
      const rest = [...into]
      for (let done = 0; done < length;) {
        const got = await readInto(file.fd, rest, base + position + done, () => this.#files.pathOf(index))
        done += got
        if (done < length) take(rest, got)
      }
    } finally {
      this.#files.done(file)
    }
  }

  async digests(
    start: number,
    end: number,
    leaf: number,
    algorithm: LeafAlgorithm,
    signal?: AbortSignal,
  ): Promise<Digests> {
    await this.#enter()
    try {
      const { size } = leafHash(algorithm)
      const count = Math.ceil((end - start) / leaf)
      const bytes = new Uint8Array(count * size)
      const present = new Uint8Array(count)
      const step = Math.max(1, Math.floor(jobBytes / leaf))
      const stopped = new AbortController()
      const either = signal === undefined ? stopped.signal : AbortSignal.any([signal, stopped.signal])
      const job = async (first: number): Promise<void> => {
        const from = start + first * leaf
        const runs = await this.#runs(from, Math.min(end, from + step * leaf))
        const answer = await this.#work({ kind: 'digests', runs, leaf, algorithm }, 'read the file', either)
        if (answer.kind !== 'digests') return
        bytes.set(answer.bytes, first * size)
        present.set(answer.present, first)
      }
      const jobs: Promise<void>[] = []
      for (let first = 0; first < count; first += step) jobs.push(job(first))
      try {
        await Promise.all(jobs)
      } catch (error) {
        stopped.abort(error)
        await Promise.allSettled(jobs)
        throw error
      }
      return { bytes, present }
    } finally {
      this.#fence.leave()
    }
  }

  async #runs(start: number, end: number): Promise<Packed> {
    const runs: Run[] = []
    for (const { index, position, length, padding } of segments(this.#layout, start, end)) {
      if (padding) {
        runs.push({ kind: 'zeros', length })
        continue
      }
      const { root, path, base } = await this.#files.place(index)
      runs.push({ kind: 'file', root, path, position: base + position, length })
    }
    return packRuns(runs)
  }

  readonly #flushing = (job: Job): Promise<Answer> => this.#work(job, 'write the file')

  async #work(job: Job, doing: string, signal?: AbortSignal): Promise<Answer> {
    const answer = await this.#pool.run(job, signal)
    if (answer.kind === 'failed') throw diskFault(answer.error, doing, answer.error.path ?? this.path)
    return answer
  }

  // Files

  /** Whether the transfer's file or folder is there. */
  exists(): Promise<boolean> {
    return isThere(this.path)
  }

  /** Flushes what was written to the device, so that it survives a loss of power. */
  async sync(): Promise<void> {
    await this.#enter()
    try {
      await flush(this.#files, this.#flushing)
    } finally {
      this.#fence.leave()
    }
  }

  /** For a transfer that is complete: makes its empty files, sets its executable bits, and flushes. */
  async finish(): Promise<void> {
    await this.#enter()
    try {
      await finish(this.#files)
      await flush(this.#files, this.#flushing)
    } finally {
      this.#fence.leave()
    }
  }

  /** Chooses anew which files are skipped. Bytes of those wanted from now on come out of the parts file. Record the
   * choice afterwards: until this resolves, the former one holds.
   * @param had verified ranges of the transfer */
  want(skipped: ReadonlySet<number>, had: Iterable<Range>): Promise<void> {
    return this.#alone(() => want(this.#files, skipped, had))
  }

  /** Moves everything to another folder; a rename where that works, else a copy that can be resumed.
   * @see recoverMove for what to do when the program ended meanwhile
   * @throws FaultError `disk/exists` when something of that name is there, `disk/…` */
  moveTo(dir: string, options: MoveOptions = {}): Promise<void> {
    return this.#alone(async () => {
      await move(this.#layout, this.name, this.dir, dir, {
        ...options,
        settled: async () => {
          this.#files.dir = dir
          await options.settled?.()
        },
      })
    })
  }

  /** Gives the file or folder another name.
   * @throws FaultError `disk/exists` `disk/name` */
  rename(name: string): Promise<void> {
    return this.#alone(async () => {
      await rename(this.dir, this.name, name)
      this.#files.name = name
    })
  }

  /** Closes the storage; with `data` deletes what the layout names, and folders that are empty then. */
  remove(options: { readonly data: boolean }): Promise<void> {
    return this.#alone(async () => {
      this.#closed = true
      if (options.data) await removeData(this.#layout, this.name, this.dir)
      await removeFile(this.#files.parts)
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return
    await this.#fence.alone(async () => {
      this.#closed = true
      this.#files.close()
      return Promise.resolve()
    })
  }

  async #enter(): Promise<void> {
    for (let wait = this.#fence.enter(); wait !== undefined; wait = this.#fence.enter()) await wait
    if (!this.#closed) return
    this.#fence.leave()
    throw closed()
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    return this.#fence.alone(async () => {
      if (this.#closed) throw closed()
      this.#files.close()
      return work()
    })
  }
}

function closed(): FaultError {
  return fail('local', 'disk/closed', 'The storage of this transfer is closed')
}
