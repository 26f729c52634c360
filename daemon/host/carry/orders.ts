import type { MessagePort } from 'node:worker_threads'
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
  /** Receive and open, and hand what was opened to those that write, by these ports. */
  | ({ readonly kind: 'receive'; readonly to: readonly MessagePort[] } & WithSocket & Shared)
  /** Prove and write what comes by this port; with the memory of `Turns`. */
  | ({ readonly kind: 'write'; readonly from: MessagePort; readonly turns: SharedArrayBuffer } & Shared)

/** Bytes are handed over, and are to be these. */
export interface WriteOrder {
  readonly kind: 'write'
  readonly check: Check
  readonly runs: readonly FileRun[]
}

export type CarryWork =
  | { readonly kind: 'give'; readonly runs: readonly FileRun[] }
  /** So many bytes are to come, for this one of those that write. */
  | { readonly kind: 'receive'; readonly bytes: number; readonly writer: number }
  | WriteOrder

/** The first is `begin`. */
export type CarryOrder = { readonly kind: 'begin'; readonly role: CarryBegin } | CarryWork | { readonly kind: 'end' }

/** `done` for orders to give or write, as they came, some at once; anything else is the last. */
export type CarryReport =
  | { readonly kind: 'done'; readonly right: readonly boolean[] }
  /** A call on this file failed. */
  | { readonly kind: 'disk'; readonly doing: string; readonly error: SystemError; readonly path: string }
  /** The socket failed. */
  | { readonly kind: 'socket'; readonly error: SystemError }
  | { readonly kind: 'fault'; readonly fault: Fault }

/** What is received at once and not written yet: a few records, so that they are still in the cache that the cores share. */
const MOST_IN_HAND = 4 * 1024 * 1024
/** How long a thread sleeps before it looks whether it is to end, in milliseconds. */
const LOOK_MS = 50

/** What the threads of one connection, and the main thread, have in common. */
export class CarryShared {
  /** To be handed to the threads. */
  readonly memory: SharedArrayBuffer
  /** Not 0 when they are to end; bytes that were received and are not written. */
  readonly #words: Int32Array

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)) {
    this.memory = memory
    this.#words = new Int32Array(memory)
  }

  get stopped(): boolean {
    return Atomics.load(this.#words, 0) !== 0
  }

  stop(): void {
    Atomics.store(this.#words, 0, 1)
  }

  /** Blocks while too much is in hand: only for threads of their own. */
  received(bytes: number): void {
    Atomics.add(this.#words, 1, bytes)
    for (;;) {
      const inHand = Atomics.load(this.#words, 1)
      if (inHand <= MOST_IN_HAND || this.stopped) return
      Atomics.wait(this.#words, 1, inHand, LOOK_MS)
    }
  }

  written(bytes: number): void {
    Atomics.sub(this.#words, 1, bytes)
    Atomics.notify(this.#words, 1)
  }
}
