import { closeSync } from 'node:fs'
import type { Worker } from 'node:worker_threads'
import { fail, type Fault, FaultError } from '@kith/core/fault/fault.ts'
import type { Direction } from '@kith/core/limits/budget.ts'
import { diskFault, type SystemError } from '../disk/fault.ts'
import type { Turns } from '../disk/turns.ts'
import { netFault } from '../net/faults.ts'
import type { TcpConnection } from '../net/tcp.ts'
import { type CarryBegin, type CarryOrder, type CarryReport, CarryShared, type CarryWork } from './orders.ts'

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never

interface Waiting {
  readonly bytes: number
  resolve(right: boolean): void
  reject(error: FaultError): void
}

export interface CarriedOptions {
  readonly connection: TcpConnection
  readonly direction: Direction
  /** A descriptor of its socket, which is closed when all threads have ended. */
  readonly file: number
  readonly turns: Turns
}

/**
 * A connection that threads have, and what is expected of them.
 *
 * ```
 *  carried ──close(), a thread failed──► closing ──all threads have ended──► over: what is expected is rejected
 * ```
 */
export class CarriedConnection {
  readonly file: number
  readonly shared: CarryShared = new CarryShared()
  readonly #options: CarriedOptions
  readonly #ended: () => void
  /** What is expected of each, in order. */
  readonly #threads = new Map<Worker, Waiting[]>()
  /** What was expected of threads that have ended. */
  readonly #lost: Waiting[] = []
  readonly #gone = Promise.withResolvers<void>()
  /** Why it is closing. */
  #fault: Fault | undefined

  constructor(options: CarriedOptions, ended: () => void) {
    this.file = options.file
    this.#options = options
    this.#ended = ended
  }

  get unlimited(): boolean {
    const { connection, direction } = this.#options
    return connection.allowance.isUnlimited(direction)
  }

  /** Begins with a thread that has no work yet; what it says is heard here, and what it is to do said. */
  begin(worker: Worker, role: DistributiveOmit<CarryBegin, 'shared'>): Worker {
    const { turns } = this.#options
    const id = worker.threadId
    this.#threads.set(worker, [])
    worker.ref()
    const shared = this.shared.memory
    worker.postMessage({ kind: 'begin', role: { ...role, shared } } satisfies CarryOrder)
    worker.on('message', (report: CarryReport) => this.#reported(report, worker))
    worker.on('error', (cause) =>
      this.close(fail('local', 'net/thread', 'A thread that carries bytes ended unexpectedly', { cause }).fault),
    )
    worker.on('exit', () => {
      turns.release(id)
      this.#lost.push(...this.#threads.get(worker)!)
      this.#threads.delete(worker)
      // None of them is of use without the others.
      this.close()
      if (this.#threads.size === 0) this.#finish()
    })
    return worker
  }

  /** What is counted, and resolves, when a thread has done so much. @throws FaultError why it was closed */
  expect(thread: Worker, bytes: number): Promise<boolean> {
    const { promise, resolve, reject } = Promise.withResolvers<boolean>()
    if (this.#fault !== undefined) reject(new FaultError(this.#fault))
    else this.#threads.get(thread)!.push({ bytes, resolve, reject })
    return promise
  }

  /** Says what is expected of it; nothing where it has ended. */
  order(thread: Worker, work: CarryWork): void {
    thread.postMessage(work)
  }

  close(fault: Fault = fail('gone', 'net/closed', 'The connection is closed').fault): void {
    if (this.#fault !== undefined) return
    this.#fault = fault
    this.shared.stop()
    for (const thread of this.#threads.keys()) thread.postMessage({ kind: 'end' } satisfies CarryOrder)
  }

  async end(fault: Fault): Promise<void> {
    this.close(fault)
    await this.#gone.promise
  }

  #reported(report: CarryReport, thread: Worker): void {
    switch (report.kind) {
      case 'done': {
        const { connection, direction } = this.#options
        const done = this.#threads.get(thread)!.splice(0, report.right.length)
        connection.allowance.count(
          direction,
          done.reduce((sum, { bytes }) => sum + bytes, 0),
        )
        for (const [index, { resolve }] of done.entries()) resolve(report.right[index]!)
        return
      }
      case 'disk':
        return this.close(diskFault(report.error, report.doing, report.path).fault)
      case 'socket':
        return this.close(socketFault(report.error))
      case 'fault':
        return this.close(report.fault)
    }
  }

  #finish(): void {
    closeSync(this.file)
    this.#ended()
    const fault = this.#fault!
    this.#options.connection.close(fault)
    for (const { reject } of this.#lost) reject(new FaultError(fault))
    this.#gone.resolve()
  }
}

function socketFault({ code, message }: SystemError): Fault {
  if (code === undefined) return fail('gone', 'net/reset', message).fault
  return netFault(Object.assign(new Error(message), { code }), 'carry bytes')
}
