import { fail } from '@kith/core/fault/fault.ts'
import { copyBytes } from '@kith/wire/copy.ts'
import { messageId, pieceHeaderSize, u32 } from '../wire/peer.ts'

/** What a framer tells; all of it during `receive`. */
export interface FrameSink {
  /** The longest message with this identifier, in bytes with the identifier. */
  limit(id: number): number
  keepAlive(): void
  /** A whole message, without the length in front; the bytes may be used during the call only. */
  message(bytes: Uint8Array): void
  /** A block begins: where it goes (exactly `length` bytes), or undefined to pass over it. */
  blockBegins(piece: number, begin: number, length: number): Uint8Array | undefined
  /** The block is over; `taken` when all of it was copied to where it belongs. */
  blockEnds(piece: number, begin: number, length: number, taken: boolean): void
}

/** Gathered messages that are longer than this give their memory back. */
const keptBytes = 1024

/**
 * Cuts the stream of peer messages (BEP 3). Blocks of pieces, which are nearly all of the bytes, are copied once, from
 * the socket's buffer to where they belong; only what is split between two reads is gathered first.
 */
export class Framer {
  readonly #sink: FrameSink
  /** The beginning of a message that is not complete yet. */
  #gathered: Uint8Array<ArrayBuffer> = new Uint8Array(64)
  #held = 0
  #piece = 0
  #begin = 0
  #length = 0
  /** Bytes of the current block that are still to come. */
  #left = 0
  #target: Uint8Array | undefined
  #stopped = false

  constructor(sink: FrameSink) {
    this.#sink = sink
  }

  /** Whether a message (not a block) has begun and is not complete. */
  get waiting(): boolean {
    return this.#held > 0
  }

  /** The memory of the current block must not be touched any more: passes over what comes of it. */
  abandon(): void {
    this.#target = undefined
  }

  /** Ignores everything from here on, also the rest of what is being received. */
  stop(): void {
    this.#stopped = true
    this.#target = undefined
  }

  /** @throws FaultError `peer` for a message that is too long, and what the sink throws */
  receive(bytes: Uint8Array, from: number): void {
    let at = from
    while (at < bytes.length && !this.#stopped) {
      if (this.#left > 0) at = this.#block(bytes, at)
      else if (this.#held > 0) at = this.#gather(bytes, at)
      else {
        const size = this.#size(bytes, at, bytes.length - at)
        if (size > bytes.length - at) at = this.#gather(bytes, at)
        else {
          this.#whole(bytes, at, size)
          at += size
        }
      }
    }
  }

  #block(bytes: Uint8Array, at: number): number {
    const end = Math.min(at + this.#left, bytes.length)
    if (this.#target !== undefined) copyBytes(bytes, at, end, this.#target, this.#length - this.#left)
    this.#left -= end - at
    if (this.#left === 0) this.#blockEnds()
    return end
  }

  #blockEnds(): void {
    const taken = this.#target !== undefined
    this.#target = undefined
    this.#sink.blockEnds(this.#piece, this.#begin, this.#length, taken)
  }

  #gather(bytes: Uint8Array, at: number): number {
    const size = this.#size(this.#gathered, 0, this.#held)
    const end = Math.min(at + size - this.#held, bytes.length)
    const held = this.#held + end - at
    // Grown as bytes arrive: a length alone reserves nothing.
    if (held > this.#gathered.length) {
      const larger = new Uint8Array(Math.min(size, Math.max(held, this.#gathered.length * 2)))
      larger.set(this.#gathered.subarray(0, this.#held))
      this.#gathered = larger
    }
    this.#gathered.set(bytes.subarray(at, end), this.#held)
    this.#held = held
    if (this.#size(this.#gathered, 0, held) === held) {
      const whole = this.#gathered
      this.#held = 0
      if (whole.length > keptBytes) this.#gathered = new Uint8Array(64)
      this.#whole(whole, 0, held)
    }
    return end
  }

  /** How many of the bytes at `at` have to be there before the next step: a length, an identifier, a message. */
  #size(bytes: Uint8Array, at: number, available: number): number {
    if (available < 4) return 4
    const length = u32(bytes, at)
    if (length === 0) return 4
    if (available < 5) return 5
    const id = bytes[at + 4]!
    if (length > this.#sink.limit(id)) {
      throw fail('peer', 'bittorrent/message-too-long', `It began a message ${id} of ${length} bytes`)
    }
    return id === messageId.piece && length >= pieceHeaderSize - 4 ? pieceHeaderSize : 4 + length
  }

  #whole(bytes: Uint8Array, at: number, size: number): void {
    if (size === 4) this.#sink.keepAlive()
    else if (bytes[at + 4] === messageId.piece && size === pieceHeaderSize) this.#blockBegins(bytes, at)
    else this.#sink.message(bytes.subarray(at + 4, at + size))
  }

  #blockBegins(bytes: Uint8Array, at: number): void {
    this.#length = u32(bytes, at) - (pieceHeaderSize - 4)
    this.#piece = u32(bytes, at + 5)
    this.#begin = u32(bytes, at + 9)
    this.#left = this.#length
    const target = this.#sink.blockBegins(this.#piece, this.#begin, this.#length)
    this.#target = target?.length === this.#length ? target : undefined
    if (this.#left === 0) this.#blockEnds()
  }
}
