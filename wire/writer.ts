const encoder = new TextEncoder()

/** Bytes under construction: grows as needed; every method gives the writer back. */
export class Writer {
  #bytes: Uint8Array<ArrayBuffer>
  #view: DataView<ArrayBuffer>
  #length = 0

  /** `capacity` in bytes: the expected length, when it is known, saves copies. */
  constructor(capacity = 64) {
    this.#bytes = new Uint8Array(Math.max(1, capacity))
    this.#view = new DataView(this.#bytes.buffer)
  }

  get length(): number {
    return this.#length
  }

  u8(value: number): this {
    const at = this.#room(1)
    this.#view.setUint8(at, value)
    return this
  }

  u16be(value: number): this {
    const at = this.#room(2)
    this.#view.setUint16(at, value)
    return this
  }

  u16le(value: number): this {
    const at = this.#room(2)
    this.#view.setUint16(at, value, true)
    return this
  }

  u32be(value: number): this {
    const at = this.#room(4)
    this.#view.setUint32(at, value)
    return this
  }

  u32le(value: number): this {
    const at = this.#room(4)
    this.#view.setUint32(at, value, true)
    return this
  }

  u64be(value: number | bigint): this {
    const at = this.#room(8)
    this.#view.setBigUint64(at, BigInt(value))
    return this
  }

  u64le(value: number | bigint): this {
    const at = this.#room(8)
    this.#view.setBigUint64(at, BigInt(value), true)
    return this
  }

  bytes(value: Uint8Array): this {
    const at = this.#room(value.length)
    this.#bytes.set(value, at)
    return this
  }

  utf8(value: string): this {
    // A UTF-16 unit takes at most three bytes.
    const at = this.#room(value.length * 3)
    this.#length = at + encoder.encodeInto(value, this.#bytes.subarray(at)).written
    return this
  }

  /** What was written so far; later writes do not change it. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length)
  }

  /** Makes room, perhaps by another buffer, and gives its offset. */
  #room(length: number): number {
    const at = this.#length
    const end = at + length
    if (end > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(end, this.#bytes.length * 2))
      larger.set(this.#bytes)
      this.#bytes = larger
      this.#view = new DataView(larger.buffer)
    }
    this.#length = end
    return at
  }
}
