import { fail } from '@kith/core/fault/fault.ts'
import { notSealed, readRecordHead, RECORD_HEAD_BYTES, RECORD_TAG_BYTES } from '@kith/wire/sealed/records.ts'
import { type RecordCipher, type RecordCiphers, RecordMemory } from './crypto.ts'
import type { ReceivePart } from './orders.ts'
import type { Ring } from './ring.ts'
import type { BlockingSocket } from './socket.ts'

/** What it needs of its socket. */
export type ReceiverSocket = Pick<BlockingSocket, 'fill'>

/** Bytes that are to come, and which of the rings they are for. */
interface Expected {
  left: number
  readonly writer: number
}

export interface ReceiverWorld {
  readonly key: Uint8Array
  /** To those that write. */
  readonly rings: readonly Ring[]
  readonly ciphers: RecordCiphers
  /** Hears what is expected next, if it was said already. */
  next(): void
}

/** Receives records and opens them where they were received, which is where those that write take them from. */
export class Receiver {
  readonly #socket: ReceiverSocket
  readonly #world: ReceiverWorld
  /** One stream of records, for any of the rings. */
  readonly #cipher: RecordCipher
  readonly #memories: ReadonlyMap<Ring, RecordMemory>
  readonly #expected: Expected[] = []
  #receiving = false
  /** The first bytes of the head of the next record. */
  readonly #ahead = new Uint8Array(RECORD_HEAD_BYTES)
  #aheadLength = 0
  #over = false

  constructor(socket: ReceiverSocket, world: ReceiverWorld) {
    this.#socket = socket
    this.#world = world
    this.#cipher = world.ciphers(world.key, 'open')
    this.#memories = new Map(world.rings.map((ring) => [ring, new RecordMemory(ring.bytes)]))
  }

  /** Blocks until all that is expected has come, these too. @throws `SocketError`, `Stopped`, FaultError */
  receive(parts: readonly ReceivePart[]): void {
    for (const { bytes, writer } of parts) this.#expected.push({ left: bytes, writer })
    // It was heard in the middle of what came before.
    if (this.#receiving) return
    this.#receiving = true
    while (this.#expected.length > 0) this.#record(this.#world.rings[this.#expected[0]!.writer]!)
    this.#receiving = false
  }

  close(): void {
    this.#cipher.close()
  }

  /** Receives one, most likely for this ring. */
  #record(ring: Ring): void {
    if (this.#over) throw notSealed('Bytes follow the last record')
    const at = ring.room()
    const slot = ring.bytes.subarray(at)
    slot.set(this.#ahead.subarray(0, this.#aheadLength))
    let have = this.#socket.fill(slot, this.#aheadLength, RECORD_HEAD_BYTES, RECORD_HEAD_BYTES)
    const { length, last } = readRecordHead(slot)
    const end = RECORD_HEAD_BYTES + length + RECORD_TAG_BYTES
    // The head of the next one comes along: it costs as much to receive as all of a record does.
    have = this.#socket.fill(slot, have, end, end + RECORD_HEAD_BYTES)
    this.#ahead.set(slot.subarray(end, have))
    this.#aheadLength = have - end
    if (!this.#cipher.open(this.#memories.get(ring)!, at, length))
      throw notSealed('A record is not what the other side sealed')
    this.#over = last
    this.#hand(ring, at + RECORD_HEAD_BYTES, length)
  }

  /** Hands on what lies there, in pieces for one ring each: mostly in one, and where it lies. */
  #hand(from: Ring, start: number, length: number): void {
    let filled = false
    for (let done = 0; done < length;) {
      const { writer } = this.#next()
      const to = this.#world.rings[writer]!
      const piece = this.#count(writer, length - done)
      if (to === from && !filled) {
        from.fill(start + done, piece)
        filled = true
      } else copy(from, start + done, piece, to)
      done += piece
    }
  }

  /** How many of so many bytes this one gets before another one is to get any. */
  #count(writer: number, most: number): number {
    let bytes = 0
    while (bytes < most) {
      const first = this.#next()
      if (first.writer !== writer) break
      const part = Math.min(first.left, most - bytes)
      bytes += part
      first.left -= part
      if (first.left === 0) this.#expected.shift()
    }
    return bytes
  }

  #next(): Expected {
    if (this.#expected.length === 0) this.#world.next()
    const [first] = this.#expected
    if (first === undefined) throw fail('peer', 'neighbours/message', 'The device sends what nobody asked for')
    return first
  }
}

/** A record that is for two who write is rare. */
function copy(from: Ring, start: number, length: number, to: Ring): void {
  const at = to.room()
  to.bytes.set(from.bytes.subarray(start, start + length), at)
  to.fill(at, length)
}
