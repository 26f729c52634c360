import { MOST_RECORD_BYTES, RECORD_HEAD_BYTES, RECORD_TAG_BYTES } from '@kith/wire/sealed/records.ts'
import { RECORD_AT } from './crypto.ts'
import type { CarryShared } from './orders.ts'
import { LOOK_MS, Stopped } from './stopped.ts'

/** A few records, so that they are still in the cache that the cores share. */
const SLOTS = 16
/** One record of any length, and the head of the next. */
const SLOT_BYTES = align(RECORD_AT + RECORD_HEAD_BYTES + MOST_RECORD_BYTES + RECORD_TAG_BYTES + RECORD_HEAD_BYTES)
/** In words: how many slots were ever filled and emptied, and for each where its bytes begin and how many they are. */
const FILLED = 0
const EMPTIED = 1
const RANGES = 2
const HEAD_BYTES = align((RANGES + 2 * SLOTS) * Int32Array.BYTES_PER_ELEMENT)

/** Memory between a thread that fills slots and one that empties them, in order. Each blocks while it has to wait. */
export class Ring {
  /** To be handed to the threads. */
  readonly memory: SharedArrayBuffer
  /** All of it; what begins at a slot has room for a record of any length, its head and that of the next. */
  readonly bytes: Uint8Array
  readonly #words: Int32Array
  readonly #shared: CarryShared

  constructor(shared: CarryShared, memory: SharedArrayBuffer = new SharedArrayBuffer(HEAD_BYTES + SLOTS * SLOT_BYTES)) {
    this.memory = memory
    this.bytes = new Uint8Array(memory)
    this.#words = new Int32Array(memory, 0, HEAD_BYTES / Int32Array.BYTES_PER_ELEMENT)
    this.#shared = shared
  }

  /** Where a record is to begin, once there is room for it. @throws `Stopped` */
  room(): number {
    const words = this.#words
    const filled = Atomics.load(words, FILLED)
    for (;;) {
      if (this.#shared.stopped) throw new Stopped()
      const emptied = Atomics.load(words, EMPTIED)
      if (((filled - emptied) | 0) < SLOTS) return slotAt(filled) + RECORD_AT
      Atomics.wait(words, EMPTIED, emptied, LOOK_MS)
    }
  }

  /** These bytes of the slot that there was room in are for the other thread. */
  fill(start: number, length: number): void {
    const words = this.#words
    const filled = Atomics.load(words, FILLED)
    const range = RANGES + 2 * slotOf(filled)
    words[range] = start
    words[range + 1] = length
    Atomics.store(words, FILLED, (filled + 1) | 0)
    Atomics.notify(words, FILLED)
  }

  /** What was filled next; good until it is emptied. @param idle told when it has to be waited for @throws `Stopped` */
  next(idle: () => void): Uint8Array {
    const words = this.#words
    const emptied = Atomics.load(words, EMPTIED)
    for (let waited = false; ; waited = true) {
      if (this.#shared.stopped) throw new Stopped()
      const filled = Atomics.load(words, FILLED)
      if (filled !== emptied) break
      if (waited) idle()
      Atomics.wait(words, FILLED, filled, LOOK_MS)
    }
    const range = RANGES + 2 * slotOf(emptied)
    const start = words[range]!
    return this.bytes.subarray(start, start + words[range + 1]!)
  }

  /** What was next may be overwritten. */
  empty(): void {
    const words = this.#words
    Atomics.store(words, EMPTIED, (Atomics.load(words, EMPTIED) + 1) | 0)
    Atomics.notify(words, EMPTIED)
  }
}

/** Counts run over, to and fro between the signs; the number of slots divides that. */
function slotOf(count: number): number {
  return (count >>> 0) % SLOTS
}

function slotAt(count: number): number {
  return HEAD_BYTES + slotOf(count) * SLOT_BYTES
}

function align(bytes: number): number {
  return Math.ceil(bytes / 4096) * 4096
}
