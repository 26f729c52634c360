import { setU32 } from '../wire/peer.ts'

/** More than this is not kept for the next batch. */
const keptBytes = 64 * 1024

/** Messages that leave together: everything said since the last `take` goes out in one write. */
export class Outbox {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(256)
  #length = 0

  /** Bytes that wait. */
  get length(): number {
    return this.#length
  }

  add(bytes: Uint8Array): void {
    const at = this.#room(bytes.length)
    this.#bytes.set(bytes, at)
  }

  keepAlive(): void {
    setU32(this.#bytes, this.#room(4), 0)
  }

  word(id: number): void {
    this.head(id, 0)
  }

  /** The beginning of a message whose payload follows with `add`. */
  head(id: number, payload: number): void {
    const at = this.#room(5)
    setU32(this.#bytes, at, 1 + payload)
    this.#bytes[at + 4] = id
  }

  piece(id: number, piece: number): void {
    const at = this.#room(9)
    setU32(this.#bytes, at, 5)
    this.#bytes[at + 4] = id
    setU32(this.#bytes, at + 5, piece)
  }

  block(id: number, piece: number, begin: number, length: number): void {
    const at = this.#room(17)
    setU32(this.#bytes, at, 13)
    this.#bytes[at + 4] = id
    setU32(this.#bytes, at + 5, piece)
    setU32(this.#bytes, at + 9, begin)
    setU32(this.#bytes, at + 13, length)
  }

  /** Everything that waits, as bytes of the taker's own. */
  take(): Uint8Array<ArrayBuffer> {
    const out = this.#bytes.slice(0, this.#length)
    this.clear()
    return out
  }

  clear(): void {
    this.#length = 0
    if (this.#bytes.length > keptBytes) this.#bytes = new Uint8Array(keptBytes)
  }

  /** Makes room for `size` bytes and gives the place of the first. */
  #room(size: number): number {
    const at = this.#length
    this.#length += size
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2))
      larger.set(this.#bytes.subarray(0, at))
      this.#bytes = larger
    }
    return at
  }
}
