import type { MessagePort } from 'node:worker_threads'
import { fail } from '@kith/core/fault/fault.ts'
import { streamOpener } from '@kith/wire/sealed/stream.ts'
import type { CarryShared } from './orders.ts'
import type { BlockingSocket } from './socket.ts'

/** What one read of the socket brings at most: fits the cache of a core, with what is opened of it. */
const READ_BYTES = 256 * 1024
/**
 * More than is ever opened and not written. The allocator of glibc keeps memory of pieces up to the longest that was ever
 * given back (mallopt(3), M_MMAP_THRESHOLD): without this it would return that of each record to the system, and fetching
 * it anew costs as much as to open it.
 */
const KEPT_BYTES = 16 * 1024 * 1024

/** Bytes that are to come, and who gets them. */
interface Expected {
  left: number
  readonly to: MessagePort
}

export interface ReceiverWorld {
  readonly key: Uint8Array
  readonly shared: CarryShared
  /** Hears what is expected next, if it was said already. */
  next(): void
}

/** Receives and opens, and hands on what was opened. */
export class Receiver {
  readonly #socket: BlockingSocket
  readonly #world: ReceiverWorld
  readonly #opener
  readonly #memory = new Uint8Array(READ_BYTES)
  readonly #expected: Expected[] = []
  /** Bytes of all that is expected. */
  #left = 0
  #receiving = false

  constructor(socket: BlockingSocket, world: ReceiverWorld) {
    this.#socket = socket
    this.#world = world
    this.#opener = streamOpener(world.key)
    new ArrayBuffer(KEPT_BYTES).transfer(0)
    // What is received at once is opened and handed over as one.
    socket.wakeAt(READ_BYTES)
  }

  /** Blocks until all that is expected has come, these bytes too. @throws `SocketError`, `Stopped`, FaultError */
  receive(bytes: number, to: MessagePort): void {
    this.#expected.push({ left: bytes, to })
    this.#left += bytes
    // It was heard in the middle of what came before.
    if (this.#receiving) return
    this.#receiving = true
    const give = (plain: Uint8Array): void => this.#hand(plain)
    while (this.#expected.length > 0) {
      const got = this.#socket.read(this.#memory, this.#left < READ_BYTES)
      this.#opener.open(this.#memory.subarray(0, got), give)
    }
    this.#receiving = false
  }

  #hand(plain: Uint8Array): void {
    for (let at = 0; at < plain.length;) {
      if (this.#expected.length === 0) this.#world.next()
      const [first] = this.#expected
      if (first === undefined) throw fail('peer', 'neighbours/message', 'The device sends what nobody asked for')
      const part = plain.subarray(at, at + first.left)
      const { length } = part
      const own = owned(part)
      first.to.postMessage(own, [own.buffer])
      at += length
      first.left -= length
      this.#left -= length
      if (first.left === 0) this.#expected.shift()
      this.#world.shared.received(length)
    }
  }
}

/** Memory that several pieces share cannot be handed over, and is copied. */
function owned(part: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = part
  const whole = buffer instanceof ArrayBuffer && buffer.byteLength === part.length
  return whole ? new Uint8Array(buffer) : part.slice()
}
