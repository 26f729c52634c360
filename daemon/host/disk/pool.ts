import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { fail, FaultError } from '@kith/core/fault/fault.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Answer, Job, Order, Report, WorkerData } from './job.ts'
import { Turns } from './turns.ts'

/** Workers that had nothing to do for this long are ended, so that an idle daemon is small. */
const idleMs = 30_000
/** More than the fastest disk needs. */
const mostWorkers = 8
/** So many are started ahead of work: two hash a gigabyte a second. */
const aheadWorkers = 2
/** One order being worked on, and the next one there already when it is done. */
const ordersAhead = 2
/** Short jobs travel together up to this much: below it a message costs a noticeable part of the work. */
const batchBytes = 512 * 1024
const batchJobs = 64
/** A worker needs little: its buffers are outside of the heap. */
const resourceLimits = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 }

export interface PoolOptions {
  readonly clock: Clock
  /** How many workers at most; one for each processor, up to 8, without it. */
  readonly workers?: number
}

interface Waiting {
  readonly job: Job
  resolve(answer: Exclude<Answer, { kind: 'fault' }>): void
  reject(error: Error): void
  /** Set once the job went to a worker. */
  sent?: { readonly to: Member; readonly id: number }
}

interface Member {
  readonly worker: Worker
  readonly thread: number
  readonly orders: Map<number, readonly Waiting[]>
  /** It answered at least once, so it is able to start. */
  proven: boolean
}

/** Threads that hash and write. Started when they are needed, or will be; one that dies takes only its own jobs along. */
export class Pool implements AsyncDisposable {
  /** For others who write to the same files. */
  readonly turns: Turns = new Turns()
  readonly #clock: Clock
  readonly #limit: number
  readonly #members = new Set<Member>()
  /** What somebody waits for goes first: a check of files does not. */
  readonly #short: Waiting[] = []
  readonly #long: Waiting[] = []
  #nextOrder = 1
  #lastUsed = 0
  #sweep: Disposable | undefined
  #closed = false

  constructor(options: PoolOptions) {
    this.#clock = options.clock
    this.#limit = Math.max(1, options.workers ?? Math.min(mostWorkers, availableParallelism()))
  }

  /** How many threads exist now. */
  get size(): number {
    return this.#members.size
  }

  /** Bytes will come soon: a thread needs a tenth of a second to start, in which a fast source fills all memory. */
  prepare(): void {
    if (this.#closed) return
    while (this.#members.size < Math.min(aheadWorkers, this.#limit)) this.#start()
  }

  /** Does the job in a worker. A call of the system that fails is an answer (`failed`).
   * @throws FaultError when the job makes no sense or the worker died; or the signal's reason */
  run(job: Job, signal?: AbortSignal): Promise<Exclude<Answer, { kind: 'fault' }>> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(closed())
      if (signal?.aborted) return reject(signal.reason as Error)
      const abort = (): void => this.#abort(waiting, signal?.reason as Error)
      const waiting: Waiting = {
        job,
        resolve(answer) {
          signal?.removeEventListener('abort', abort)
          resolve(answer)
        },
        reject(error) {
          signal?.removeEventListener('abort', abort)
          reject(error)
        },
      }
      signal?.addEventListener('abort', abort, { once: true })
      this.#queue(job).push(waiting)
      this.#hand()
    })
  }

  #queue(job: Job): Waiting[] {
    return job.kind === 'digests' || job.kind === 'flush' || job.kind === 'walk' ? this.#long : this.#short
  }

  #abort(waiting: Waiting, reason: Error): void {
    const queue = this.#queue(waiting.job)
    const at = queue.indexOf(waiting)
    if (at >= 0) queue.splice(at, 1)
    else if (waiting.sent !== undefined) send(waiting.sent.to, { kind: 'abort', id: waiting.sent.id })
    waiting.reject(reason)
  }

  #hand(): void {
    while (this.#short.length > 0 || this.#long.length > 0) {
      const member = this.#idlest()
      if (member === undefined) return
      const batch = this.#short.length > 0 ? this.#takeShort() : this.#long.splice(0, 1)
      const id = this.#nextOrder++
      for (const waiting of batch) waiting.sent = { to: member, id }
      if (member.orders.size === 0) member.worker.ref()
      member.orders.set(id, batch)
      send(member, { kind: 'work', id, jobs: batch.map(({ job }) => job) })
    }
  }

  #takeShort(): readonly Waiting[] {
    let count = 0
    for (let bytes = 0; count < this.#short.length && count < batchJobs; count++) {
      const { job } = this.#short[count]!
      if ('memory' in job) bytes += job.memory.length
      if (count > 0 && bytes > batchBytes) break
    }
    return this.#short.splice(0, count)
  }

  /** The member with the fewest orders; a new one when all have some; undefined when all have enough. */
  #idlest(): Member | undefined {
    let best: Member | undefined
    for (const member of this.#members) {
      if (best === undefined || member.orders.size < best.orders.size) best = member
    }
    if (best === undefined || (best.orders.size > 0 && this.#members.size < this.#limit)) best = this.#start()
    return best.orders.size < ordersAhead ? best : undefined
  }

  #start(): Member {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      resourceLimits,
      workerData: { turns: this.turns.memory } satisfies WorkerData,
      name: 'kith disk',
      // What a thread opens for the main thread outlives it.
      trackUnmanagedFds: false,
    })
    const member: Member = { worker, thread: worker.threadId, orders: new Map(), proven: false }
    worker.unref()
    worker.on('message', (report: Report) => this.#reported(member, report))
    worker.on('error', (error) => this.#died(member, error))
    worker.on('exit', () => this.#died(member, undefined))
    this.#members.add(member)
    this.#lastUsed = this.#clock.now()
    this.#sweep ??= this.#clock.after(idleMs, () => this.#endIdle())
    return member
  }

  #reported(member: Member, { id, answers }: Report): void {
    const batch = member.orders.get(id)
    if (batch === undefined) return
    member.proven = true
    member.orders.delete(id)
    if (member.orders.size === 0) {
      member.worker.unref()
      this.#lastUsed = this.#clock.now()
    }
    this.#hand()
    for (const [index, waiting] of batch.entries()) {
      const answer = answers[index]!
      if (answer.kind === 'fault') waiting.reject(new FaultError(answer.fault))
      else waiting.resolve(answer)
    }
  }

  #died(member: Member, cause: unknown): void {
    if (!this.#members.delete(member)) return
    this.turns.release(member.thread)
    const fault = fail('local', 'disk/worker', 'A thread that hashes and writes ended unexpectedly', {
      doing: 'hash and write',
      hint: 'The transfer goes on when it is started again; please report this if it comes again.',
      ...(cause === undefined ? {} : { cause }),
    })
    for (const batch of member.orders.values()) for (const waiting of batch) waiting.reject(fault)
    // One that cannot even start would be replaced for ever.
    if (!member.proven && this.#members.size === 0) this.#rejectQueued(fault)
    this.#hand()
  }

  #rejectQueued(fault: FaultError): void {
    for (const waiting of [...this.#short.splice(0), ...this.#long.splice(0)]) waiting.reject(fault)
  }

  #endIdle(): void {
    this.#sweep = undefined
    const busy = [...this.#members].some(({ orders }) => orders.size > 0)
    const restMs = this.#lastUsed + idleMs - this.#clock.now()
    if (busy || restMs > 0) {
      this.#sweep = this.#clock.after(busy ? idleMs : restMs, () => this.#endIdle())
      return
    }
    for (const member of this.#members) send(member, { kind: 'end' })
    this.#members.clear()
  }

  /** Rejects what has not begun, waits for what has, and ends the threads. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    this.#sweep?.[Symbol.dispose]()
    this.#rejectQueued(closed())
    await Promise.all(
      [...this.#members].map(async (member) => {
        member.worker.ref()
        const ended = new Promise((resolve) => member.worker.once('exit', resolve))
        send(member, { kind: 'end' })
        await ended
      }),
    )
  }
}

function closed(): FaultError {
  return fail('local', 'disk/closed', 'The disk is closed already')
}

function send(member: Member, order: Order): void {
  member.worker.postMessage(order)
}
