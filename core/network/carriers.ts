import type { Fault } from '../fault/fault.ts'
import type { Check } from '../transfer/proof.ts'
import type { FileRun } from '../transfer/storage.ts'
import type { Connection } from './net.ts'

/** A connection that a thread of the host has. */
interface Carried {
  /** Whether nothing limits its speed: a thread does not stop for limits, so who carries more asks first. */
  readonly unlimited: boolean
  /** Ends it; what is under way is rejected when the thread has let go. */
  close(fault?: Fault): void
}

export interface Giving extends Carried {
  /**
   * Reads, seals and sends. Several may be given ahead. When it rejects, nothing is read any more.
   * @throws FaultError `share/changed`, `disk/…`, `gone`, or why it was closed
   */
  give(runs: readonly FileRun[]): Promise<void>
}

export interface Taking extends Carried {
  /**
   * The next bytes that come are those of a check: they are written as they come, and hashed. False when they are not what
   * was expected. Several may be expected ahead. When it rejects, nothing is written any more.
   * @throws FaultError `disk/…`, `gone`, `peer` `wire/sealed`, or why it was closed
   */
  take(check: Check, runs: readonly FileRun[]): Promise<boolean>
}

/**
 * Threads that move bytes between connections and files, sealed on the way as in `@kith/wire/sealed/stream.ts`, without a
 * detour through the thread that everything else happens in: for lines that are as fast as the processor.
 */
export interface Carriers {
  /** A connection is about to be given or taken: threads take a while to start. */
  prepare(direction: 'give' | 'take'): void
  /** Leaves a connection that nobody has opened to a thread, which only sends. Undefined where that cannot be, or no thread is free. */
  give(connection: Connection, key: Uint8Array): Giving | undefined
  /** The same, to receive. */
  take(connection: Connection, key: Uint8Array): Taking | undefined
}
