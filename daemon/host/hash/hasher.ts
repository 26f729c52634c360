import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { fail } from '@kith/core/fault/fault.ts'
import type { FaultError } from '@kith/core/fault/fault.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import { partBytes } from '@kith/wire/hash/ed2k.ts'
import type { Span } from '@kith/wire/hash/span.ts'
import type { LibraryDigests } from '@kith/wire/hash/whole.ts'
import { unpackWhole } from '@kith/wire/hash/whole.ts'
import { diskFault } from '../disk/fault.ts'
import type { FileAt, HashAnswer, HashJob, HashOrder, HashReport, HashThread } from './job.ts'
import { LongFile } from './long-file.ts'

/** Threads that had nothing to do for this long are ended: each keeps 50 MB while it lives. */
const idleMs = 10_000
/** More than this read from one disk does not make it faster, and each takes memory. */
const mostThreads = 8
/** Short files travel together up to this, so that a message costs little beside the hashing. */
const batchFiles = 128
const batchBytes = 8 * 1024 * 1024

export interface HasherOptions {
  readonly clock: Clock
  /** One for each processor, up to 8, without it. */
  readonly threads?: number | undefined
  /** Roots for torrents of version 2 as well, as the library wants them; so without it. */
  readonly version2?: boolean | undefined
}

export interface HashOptions {
  readonly signal?: AbortSignal
  /** Somebody waits for it: it goes before all others, and while the others rest. */
  readonly urgent?: boolean
  /** Spans of a long file that are known from before, and what becomes known: what `unpackSpan` reads. */
  readonly kept?: ReadonlyMap<number, Span>
  readonly keep?: (index: number, span: Span) => void
  /** Called with the bytes that are done, of this file. */
  readonly progress?: (bytes: number) => void
}

/** What became of a file: its digests, or that it is not (or did not stay) the one that was asked for. */
export type Hashed = { readonly kind: 'digests'; readonly digests: LibraryDigests } | { readonly kind: 'changed' }

interface Waiting {
  readonly file: FileAt
  readonly options: HashOptions
  readonly resolve: (hashed: Hashed) => void
  readonly reject: (error: unknown) => void
}

interface Active extends Waiting {
  readonly long: LongFile
  /** The thread that keeps its hashes of the whole; the next one that works for it when there is none. */
  owner: Thread | undefined
  ended: boolean
}

interface Thread {
  readonly worker: Worker
  /** What it does now. */
  busy:
    | {
        readonly job: HashJob
        readonly answered: (answers: readonly HashAnswer[]) => void
        failed(error: FaultError): void
      }
    | undefined
  restingSince: number
}

/** Threads that hash files for the library, beside those that write what transfers fetch. */
export class Hasher implements AsyncDisposable {
  readonly #clock: Clock
  readonly #version2: boolean
  readonly #threads = new Set<Thread>()
  readonly #queue: Waiting[] = []
  readonly #active = new Set<Active>()
  #limit: number
  #paused = false
  #closed = false
  #handing = false
  #sweep: Disposable | undefined
  #nextKey = 1

  constructor({ clock, threads, version2 = true }: HasherOptions) {
    this.#clock = clock
    this.#version2 = version2
    this.#limit = limitOf(threads)
  }

  /** How many threads exist now. */
  get size(): number {
    return this.#threads.size
  }

  /** The most threads from now on; one for each processor without a number. */
  limitTo(threads: number | undefined): void {
    this.#limit = limitOf(threads)
    this.#hand()
  }

  /** Hands out nothing new but what is urgent: the rest comes to rest within a fraction of a second. */
  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    this.#hand()
  }

  /** Hashes one file; files are begun in the order in which they are given.
   * @throws FaultError `disk/…` when it cannot be read, or the signal's reason */
  hash(file: FileAt, options: HashOptions = {}): Promise<Hashed> {
    return new Promise<Hashed>((resolve, reject) => {
      const { signal } = options
      if (this.#closed) return reject(closed())
      if (signal?.aborted) return reject(signal.reason as Error)
      const abort = (): void => this.#abort(waiting)
      const settle =
        <T>(how: (value: T) => void) =>
        (value: T): void => {
          signal?.removeEventListener('abort', abort)
          how(value)
        }
      const waiting: Waiting = { file, options, resolve: settle(resolve), reject: settle(reject) }
      signal?.addEventListener('abort', abort, { once: true })
      if (options.urgent === true) this.#queue.unshift(waiting)
      else this.#queue.push(waiting)
      // Later, so that files that are given one after another travel together.
      if (this.#handing) return
      this.#handing = true
      queueMicrotask(() => {
        this.#handing = false
        this.#hand()
      })
    })
  }

  #abort(waiting: Waiting): void {
    const at = this.#queue.indexOf(waiting)
    if (at >= 0) this.#queue.splice(at, 1)
    for (const active of this.#active) if (active.resolve === waiting.resolve) this.#end(active)
    waiting.reject(waiting.options.signal?.reason)
  }

  #hand(): void {
    if (this.#closed) return
    for (const thread of this.#threads) {
      if (this.#busy() >= this.#limit) return
      if (thread.busy === undefined) this.#give(thread)
    }
    while (this.#busy() < this.#limit && this.#threads.size < this.#limit && this.#hasWork()) {
      if (!this.#give(this.#start())) return
    }
  }

  #busy(): number {
    let count = 0
    for (const { busy } of this.#threads) if (busy !== undefined) count++
    return count
  }

  #hasWork(): boolean {
    return this.#queue.some((one) => this.#may(one)) || [...this.#active].some((one) => this.#may(one))
  }

  #may({ options }: Waiting): boolean {
    return !this.#paused || options.urgent === true
  }

  /** Gives a thread that rests what is best for it; false when there is nothing. */
  #give(thread: Thread): boolean {
    for (const active of this.#active) {
      if (!this.#may(active)) continue
      active.owner ??= thread
      const job = active.long.next(active.owner === thread)
      if (job !== undefined) return this.#goOn(thread, active, job)
    }
    // What is urgent stands in front.
    const [first] = this.#queue
    if (first === undefined || !this.#may(first)) return false
    if (first.file.size < partBytes) return this.#batch(thread)
    this.#queue.shift()
    const { kept = new Map<number, Span>(), keep = () => {} } = first.options
    const long = new LongFile({ file: first.file, key: this.#nextKey++, kept, keep })
    const active: Active = { ...first, long, owner: thread, ended: false }
    this.#active.add(active)
    return this.#goOn(thread, active, long.next(true)!)
  }

  #goOn(thread: Thread, active: Active, job: HashJob): true {
    this.#send(thread, job, {
      answered: ([answer]) => {
        if (active.ended) return
        const outcome = active.long.take(job, answer!)
        active.options.progress?.(active.long.done)
        if (outcome === undefined) return
        this.#end(active)
        settle(active, outcome)
      },
      failed: (error) => {
        if (active.ended) return
        this.#end(active)
        active.reject(error)
      },
    })
    return true
  }

  #end(active: Active): void {
    active.ended = true
    this.#active.delete(active)
    active.owner?.worker.postMessage({ id: 0, job: active.long.forget } satisfies HashOrder)
  }

  #batch(thread: Thread): true {
    let bytes = 0
    let count = 0
    while (count < this.#queue.length && count < batchFiles && bytes < batchBytes) {
      const next = this.#queue[count]!
      if (next.file.size >= partBytes || !this.#may(next)) break
      bytes += next.file.size
      count++
    }
    const batch = this.#queue.splice(0, count)
    this.#send(
      thread,
      { kind: 'files', files: batch.map(({ file }) => file) },
      {
        answered: (answers) => {
          for (const [index, waiting] of batch.entries()) {
            waiting.options.progress?.(waiting.file.size)
            settle(waiting, answers[index]!)
          }
        },
        failed: (error) => {
          for (const waiting of batch) waiting.reject(error)
        },
      },
    )
    return true
  }

  #send(thread: Thread, job: HashJob, then: Omit<NonNullable<Thread['busy']>, 'job'>): void {
    thread.busy = { job, ...then }
    thread.worker.ref()
    thread.worker.postMessage({ id: 1, job } satisfies HashOrder)
  }

  #start(): Thread {
    const of: HashThread = { version2: this.#version2 }
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { name: 'kith hash', workerData: of })
    const thread: Thread = { worker, busy: undefined, restingSince: this.#clock.now() }
    worker.unref()
    worker.on('message', ({ id, answers }: HashReport) => {
      if (id !== 0) this.#answered(thread, answers)
    })
    worker.on('error', (error) => this.#died(thread, error))
    worker.on('exit', () => this.#died(thread, undefined))
    this.#threads.add(thread)
    this.#sweep ??= this.#clock.after(idleMs, () => this.#endIdle())
    return thread
  }

  #answered(thread: Thread, answers: readonly HashAnswer[]): void {
    const { busy } = thread
    thread.busy = undefined
    thread.restingSince = this.#clock.now()
    thread.worker.unref()
    busy?.answered(answers)
    this.#hand()
  }

  #died(thread: Thread, cause: unknown): void {
    if (!this.#threads.delete(thread)) return
    const fault = fail('local', 'hash/thread', 'A thread that hashes ended unexpectedly', {
      doing: 'hash files',
      hint: 'The file is tried again; please report this if it comes again.',
      ...(cause === undefined ? {} : { cause }),
    })
    thread.busy?.failed(fault)
    this.#disown(thread)
    this.#hand()
  }

  /** The files whose chains it had go on in another thread. */
  #disown(thread: Thread): void {
    for (const active of this.#active) {
      if (active.owner !== thread) continue
      active.owner = undefined
      active.long.restartChain()
    }
  }

  #endIdle(): void {
    this.#sweep = undefined
    const before = this.#clock.now() - idleMs
    const idle = [...this.#threads].filter(({ busy, restingSince }) => busy === undefined && restingSince <= before)
    // While something is under way, a thread may hold a part of it.
    if (this.#active.size === 0 || this.#paused) {
      for (const thread of idle) {
        this.#threads.delete(thread)
        this.#disown(thread)
        void thread.worker.terminate()
      }
    }
    if (this.#threads.size > 0) this.#sweep = this.#clock.after(idleMs, () => this.#endIdle())
  }

  /** Rejects what is not done and ends the threads. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    this.#sweep?.[Symbol.dispose]()
    const threads = [...this.#threads]
    this.#threads.clear()
    await Promise.all(threads.map(({ worker }) => worker.terminate()))
    for (const { busy } of threads) busy?.failed(closed())
    for (const waiting of [...this.#queue.splice(0), ...this.#active]) waiting.reject(closed())
    this.#active.clear()
  }
}

function limitOf(threads: number | undefined): number {
  return Math.max(1, Math.min(mostThreads, threads ?? availableParallelism()))
}

function settle({ file, resolve, reject }: Waiting, answer: HashAnswer): void {
  switch (answer.kind) {
    case 'digests':
    case 'changed':
      return resolve(answer)
    case 'whole':
      return resolve({ kind: 'digests', digests: unpackWhole(file.size, answer.packed) })
    case 'failed':
      return reject(diskFault(answer.error, 'read the file', file.path))
    case 'span':
    case 'chained':
    case 'lost':
      return reject(new Error(`a thread answered ${answer.kind}`))
  }
}

function closed(): FaultError {
  return fail('local', 'hash/closed', 'Hashing has ended')
}
