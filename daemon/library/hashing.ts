import type { Clock } from '@kith/core/network/clock.ts'
import { FaultError } from '@kith/core/fault/fault.ts'
import { partBytes } from '@kith/wire/hash/ed2k.ts'
import type { Database } from '../host/database/database.ts'
import type { DigestStore } from '../host/database/library-digests.ts'
import type { FileStore } from '../host/database/library-files.ts'
import type { FileAt } from '../host/hash/job.ts'
import type { Hasher } from '../host/hash/hasher.ts'
import type { LibraryFile } from './folder.ts'

/** Files that are given to the threads ahead, so that short ones travel together. */
const mostAhead = 512
/** With so few left, the next are looked for: once for a good many, not for every file. */
const fewAhead = 256
/** A file that changes while it is hashed rests for this long, then twice as long, and so on. */
const restMs = 5_000
const longestRestMs = 15 * 60_000

export interface HashingWorld {
  readonly clock: Clock
  readonly hasher: Hasher
  readonly database: Database
  readonly files: FileStore
  readonly digests: DigestStore
  /** Shared folders that are there. */
  folders(): readonly number[]
  /** Where a file of one of these is. */
  at(file: LibraryFile): FileAt | undefined
  /** The file is not what it was: its folder has to be looked at. */
  changed(file: LibraryFile): void
  /** Told of every bug or damage that stops the work. */
  failed(error: unknown): void
  /** Bytes that were hashed just now. */
  moved(bytes: number): void
}

/** Hashes what waits in the store, as long as something does. */
export class Hashing implements Disposable {
  readonly #world: HashingWorld
  readonly #ending = new AbortController()
  /** Under way, by the number of the file: bytes that were done. */
  readonly #under = new Map<number, { readonly file: LibraryFile; done: number }>()
  #paused = false
  #wake: Disposable | undefined

  constructor(world: HashingWorld) {
    this.#world = world
  }

  get paused(): boolean {
    return this.#paused
  }

  /** Bytes of unfinished files that are done. */
  get ahead(): number {
    let sum = 0
    for (const { done } of this.#under.values()) sum += done
    return sum
  }

  /** A file that is hashed now. */
  get current(): LibraryFile | undefined {
    for (const { file, done } of this.#under.values()) if (done > 0) return file
    return this.#under.values().next().value?.file
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    this.poke()
  }

  /** Something may wait. */
  poke(): void {
    if (this.#paused || this.#ending.signal.aborted || this.#under.size > fewAhead) return
    const { clock, database, files, folders } = this.#world
    this.#wake?.[Symbol.dispose]()
    this.#wake = undefined
    try {
      // What is done is written first, so that it is not found waiting again.
      database.settle()
      const now = clock.now()
      if (database.trouble.current !== undefined) {
        // What cannot be written would be hashed over and over.
        this.#wake = clock.after(restMs, () => this.poke())
        return
      }
      for (const file of files.waiting(now, folders(), mostAhead)) if (!this.#under.has(file.id)) void this.#hash(file)
      const next = files.nextRetry(now)
      if (next !== undefined) this.#wake = clock.after(Math.max(100, next - now), () => this.poke())
    } catch (error) {
      this.#world.failed(error)
    }
  }

  async #hash(file: LibraryFile): Promise<void> {
    const { clock, hasher, files, digests, database, at, moved } = this.#world
    const place = at(file)
    if (place === undefined) return
    const under = { file, done: 0 }
    this.#under.set(file.id, under)
    try {
      const isLong = file.size >= partBytes
      const hashed = await hasher.hash(place, {
        signal: this.#ending.signal,
        ...(isLong ? { kept: digests.spans(file.stamp, file.size) } : {}),
        keep: (index, span) => digests.saveSpan(file.stamp, index, span),
        progress: (done) => {
          moved(done - under.done)
          under.done = done
        },
      })
      if (hashed.kind === 'digests') {
        database.later(`known ${file.id}`, () => {
          const id = digests.save(file.stamp, hashed.digests, clock.now())
          if (files.get(file.id)?.stamp === file.stamp) files.know(file.id, id)
        })
      } else {
        files.rest(file.id, clock.now() + Math.min(longestRestMs, restMs * 2 ** file.tries))
        this.#world.changed(file)
      }
      if (isLong) digests.dropSpans(file.stamp)
    } catch (error) {
      if (this.#ending.signal.aborted) return
      if (error instanceof FaultError && error.fault.code === 'hash/closed') return
      if (error instanceof FaultError) files.fail(file.id, error.fault)
      else this.#world.failed(error)
    } finally {
      this.#under.delete(file.id)
      if (this.#under.size === fewAhead || this.#under.size === 0) this.poke()
    }
  }

  [Symbol.dispose](): void {
    this.#ending.abort(new Error('the library closes'))
    this.#wake?.[Symbol.dispose]()
  }
}
