import { Worker } from 'node:worker_threads'
import type { Clock } from '@kith/core/network/clock.ts'
import type { CarryOrder } from './orders.ts'

/** What a thread does. */
export type CarryKind = 'give' | 'receive' | 'write'

/** Each is a program of its own, so that it starts with what it needs and nothing else. */
const programs: Readonly<Record<CarryKind, URL>> = {
  give: new URL('./give-thread.ts', import.meta.url),
  receive: new URL('./receive-thread.ts', import.meta.url),
  write: new URL('./write-thread.ts', import.meta.url),
}

/** A thread that nobody came to need is ended. */
const SPARE_MS = 10_000
/** A thread needs little: what it moves lies outside of the heap. */
const resourceLimits = { maxOldGenerationSizeMb: 64 }

/** Starts threads, some before they are needed: that takes as long as some tens of MiB do to come. */
export class CarryThreads implements AsyncDisposable {
  readonly #clock: Clock
  readonly #spare = new Map<CarryKind, Worker>()
  #sweep: Disposable | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Has one ready. */
  prepare(kind: CarryKind): void {
    if (!this.#spare.has(kind)) this.#spare.set(kind, this.#begin(kind))
    this.#sweep?.[Symbol.dispose]()
    this.#sweep = this.#clock.after(SPARE_MS, () => void this.#endSpare())
  }

  take(kind: CarryKind): Worker {
    const spare = this.#spare.get(kind)
    this.#spare.delete(kind)
    return spare ?? this.#begin(kind)
  }

  #begin(kind: CarryKind): Worker {
    const worker = new Worker(programs[kind], { resourceLimits, name: `kith ${kind}`, trackUnmanagedFds: false })
    worker.unref()
    // One that cannot even start must not take the daemon along; whoever has it hears of it by himself.
    worker.on('error', () => {})
    worker.once('exit', () => {
      if (this.#spare.get(kind) === worker) this.#spare.delete(kind)
    })
    return worker
  }

  async #endSpare(): Promise<void> {
    const spare = [...this.#spare.values()]
    this.#spare.clear()
    await Promise.all(
      spare.map(async (worker) => {
        const ended = new Promise((resolve) => worker.once('exit', resolve))
        worker.postMessage({ kind: 'end' } satisfies CarryOrder)
        await ended
      }),
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#sweep?.[Symbol.dispose]()
    await this.#endSpare()
  }
}
