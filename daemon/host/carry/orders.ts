import type { Fault } from '@kith/core/fault/fault.ts'
import type { Check } from '@kith/core/transfer/proof.ts'
import type { FileRun } from '@kith/core/transfer/storage.ts'
import type { SystemError } from '../disk/fault.ts'

interface WithSocket {
  /** A descriptor, which the main thread closes when all threads of the connection have ended. */
  readonly file: number
  readonly key: Uint8Array
}

interface Shared {
  /** The memory of `CarryShared`. */
  readonly shared: SharedArrayBuffer
}

/** What a thread is to do, for one connection. */
export type CarryBegin =
  /** Read, seal and send. */
  | ({ readonly kind: 'give' } & WithSocket & Shared)
  /** Receive and open, for those that write, by the memory of a `Ring` for each. */
  | ({ readonly kind: 'receive'; readonly to: readonly SharedArrayBuffer[] } & WithSocket & Shared)
  /** Prove and write what comes by this ring; with the memory of `Turns`. */
  | ({ readonly kind: 'write'; readonly from: SharedArrayBuffer; readonly turns: SharedArrayBuffer } & Shared)

/** The next bytes of the ring are to be these. */
export interface WritePart {
  readonly check: Check
  readonly runs: readonly FileRun[]
}

/** So many bytes are to come, for this one of those that write. */
export interface ReceivePart {
  readonly bytes: number
  readonly writer: number
}

export type CarryWork =
  | { readonly kind: 'give'; readonly runs: readonly FileRun[] }
  | { readonly kind: 'receive'; readonly parts: readonly ReceivePart[] }
  | { readonly kind: 'write'; readonly parts: readonly WritePart[] }

/** The first is `begin`. */
export type CarryOrder = { readonly kind: 'begin'; readonly role: CarryBegin } | CarryWork | { readonly kind: 'end' }

/** `done` for what was to be given or written, as it came, some at once; anything else is the last. */
export type CarryReport =
  | { readonly kind: 'done'; readonly right: readonly boolean[] }
  /** A call on this file failed. */
  | { readonly kind: 'disk'; readonly doing: string; readonly error: SystemError; readonly path: string }
  /** The socket failed. */
  | { readonly kind: 'socket'; readonly error: SystemError }
  | { readonly kind: 'fault'; readonly fault: Fault }

/** What the threads of one connection, and the main thread, have in common: whether they are to end. */
export class CarryShared {
  /** To be handed to the threads. */
  readonly memory: SharedArrayBuffer
  readonly #words: Int32Array

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) {
    this.memory = memory
    this.#words = new Int32Array(memory)
  }

  get stopped(): boolean {
    return Atomics.load(this.#words, 0) !== 0
  }

  stop(): void {
    Atomics.store(this.#words, 0, 1)
  }
}
