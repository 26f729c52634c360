import { closeSync, readSync } from 'node:fs'
import type { MessagePort } from 'node:worker_threads'
import { parentPort, threadId, workerData } from 'node:worker_threads'
import { FaultError } from '@kith/core/fault/fault.ts'
import { leafHash } from './algorithms.ts'
import { readFlags } from './below.ts'
import { isAbsent, systemError } from './fault.ts'
import { HeldFolders } from './held.ts'
import type { Answer, DigestsJob, Job, Order, Report, Run, WalkJob, WorkerData } from './job.ts'
import { runsOf } from './packed.ts'
import { commit, flush, open, read, type Tools } from './short-work.ts'
import { Turns } from './turns.ts'
import { walking } from './walking.ts'

/** Fits the caches, and is as fast as any larger read. */
const readBytes = 1024 * 1024

/** Reads the runs of a job one after another. */
class Source implements Disposable {
  readonly #runs: readonly Run[]
  readonly #folders: HeldFolders
  #next = 0
  /** Bytes of the run that are behind. */
  #behind = 0
  #fd = -1

  constructor(runs: readonly Run[], folders: HeldFolders) {
    this.#runs = runs
    this.#folders = folders
  }

  /** Fills the target with what comes next, and tells which parts of it are nowhere on disk. */
  fill(target: Uint8Array, lacking: (from: number, to: number) => void): void {
    for (let at = 0; at < target.length;) {
      const run = this.#runs[this.#next]!
      const length = Math.min(run.length - this.#behind, target.length - at)
      const part = target.subarray(at, at + length)
      const got = run.kind === 'zeros' ? part.fill(0).length : this.#read(run, part)
      if (got < length) lacking(at + got, at + length)
      at += length
      this.#behind += length
      if (this.#behind === run.length) this.#leave()
    }
  }

  #leave(): void {
    this.#next++
    this.#behind = 0
    this[Symbol.dispose]()
  }

  #read(run: Run & { kind: 'file' }, into: Uint8Array): number {
    if (this.#fd < 0 && !this.#open(run)) return 0
    let done = 0
    while (done < into.length) {
      const got = readSync(this.#fd, into, done, into.length - done, run.position + this.#behind + done)
      if (got === 0) break
      done += got
    }
    return done
  }

  #open(run: Run & { kind: 'file' }): boolean {
    try {
      this.#fd = this.#folders.open(run, readFlags)
      return true
    } catch (error) {
      const { code } = systemError(error)
      if (isAbsent(code) || code === 'ELOOP' || code === 'ENXIO') return false
      throw error
    }
  }

  [Symbol.dispose](): void {
    if (this.#fd >= 0) closeSync(this.#fd)
    this.#fd = -1
  }
}

/** Hashes `readBytes` at most between two yields, so that commits need not wait for a whole file. */
function* digests(job: DigestsJob, memory: Uint8Array, folders: HeldFolders): Generator<void, Answer> {
  const { leaf } = job
  const runs = runsOf(job.runs)
  const algorithm = leafHash(job.algorithm)
  const total = runs.reduce((sum, run) => sum + run.length, 0)
  const count = Math.ceil(total / leaf)
  const bytes = new Uint8Array(count * algorithm.size)
  const present = new Uint8Array(count).fill(1)
  using source = new Source(runs, folders)
  if (leaf <= memory.length) {
    const window = Math.floor(memory.length / leaf) * leaf
    for (let start = 0; start < total; start += window) {
      const filled = memory.subarray(0, Math.min(window, total - start))
      const first = start / leaf
      source.fill(filled, (from, to) => present.fill(0, first + Math.floor(from / leaf), first + Math.ceil(to / leaf)))
      for (let at = 0, index = first; at < filled.length; at += leaf, index++) {
        if (present[index] === 0) continue
        bytes.set(algorithm.of(filled.subarray(at, Math.min(at + leaf, filled.length))), index * algorithm.size)
      }
      yield
    }
  } else {
    for (let index = 0; index < count; index++) {
      const running = algorithm.start()
      const length = Math.min(leaf, total - index * leaf)
      for (let at = 0; at < length; at += memory.length) {
        const filled = memory.subarray(0, Math.min(memory.length, length - at))
        source.fill(filled, () => (present[index] = 0))
        if (present[index] === 1) running.update(filled)
        yield
      }
      if (present[index] === 1) bytes.set(running.digest(), index * algorithm.size)
    }
  }
  return { kind: 'digests', bytes, present }
}

function attempt(work: () => Answer | undefined): Answer | undefined {
  try {
    return work()
  } catch (error) {
    return error instanceof FaultError
      ? { kind: 'fault', fault: error.fault }
      : { kind: 'failed', error: systemError(error) }
  }
}

function serve(port: MessagePort, turns: Turns): void {
  const memory = new Uint8Array(readBytes)
  const folders = new HeldFolders()
  const tools: Tools = { folders, turns, thread: threadId }
  /** What takes long and is under way, by order. */
  const running = new Map<number, Generator<void, Answer>>()
  let scheduled = false
  let ending = false

  function report(id: number, answers: readonly Answer[]): void {
    port.postMessage({ id, answers } satisfies Report)
  }

  function now(job: Exclude<Job, DigestsJob | WalkJob>): Answer {
    switch (job.kind) {
      case 'commit':
        return commit(job, tools)
      case 'read':
        return read(job, tools)
      case 'open':
        return open(job, tools)
      case 'flush':
        return flush(job, tools)
    }
  }

  /** Goes on with the oldest, and lets messages in between. */
  function step(): void {
    scheduled = false
    for (const [id, generator] of running) {
      const answer = attempt(() => {
        const { done, value } = generator.next()
        return done ? value : undefined
      })
      if (answer !== undefined) {
        running.delete(id)
        report(id, [answer])
      }
      break
    }
    folders[Symbol.dispose]()
    schedule()
  }

  function schedule(): void {
    if (ending && running.size === 0) return port.close()
    if (scheduled || running.size === 0) return
    scheduled = true
    setImmediate(step)
  }

  function work(id: number, jobs: readonly Job[]): void {
    const answers: Answer[] = []
    for (const job of jobs) {
      if (job.kind === 'digests') running.set(id, digests(job, memory, folders))
      else if (job.kind === 'walk') running.set(id, walking(job.path))
      else answers.push(attempt(() => now(job))!)
    }
    // Held for what comes together, and no longer: a folder that is held cannot be unmounted.
    folders[Symbol.dispose]()
    if (answers.length > 0) report(id, answers)
    schedule()
  }

  port.on('message', (order: Order) => {
    switch (order.kind) {
      case 'work':
        return work(order.id, order.jobs)
      case 'abort': {
        const generator = running.get(order.id)
        if (generator === undefined) return
        running.delete(order.id)
        generator.return({ kind: 'aborted' })
        report(order.id, [{ kind: 'aborted' }])
        return schedule()
      }
      case 'end':
        ending = true
        return schedule()
    }
  })
}

if (parentPort !== null) serve(parentPort, new Turns((workerData as WorkerData).turns))
