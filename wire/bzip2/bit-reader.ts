/** Thrown inside the decoder only: the bytes held end before the block does. */
export class Short extends Error {}

/** Reads bits from the highest down. What is beyond the end reads as zero until `check` finds out. */
export class BitReader {
  readonly #bytes: Uint8Array
  /** In bits. */
  at: number

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes
    this.at = at
  }

  get left(): number {
    return this.#bytes.length * 8 - this.at
  }

  /** The next 25 bits or more, at the top of 32. */
  peek(): number {
    const byte = this.at >>> 3
    const bytes = this.#bytes
    const word = (bytes[byte]! << 24) | (bytes[byte + 1]! << 16) | (bytes[byte + 2]! << 8) | bytes[byte + 3]!
    return (word << (this.at & 7)) >>> 0
  }

  /** At most 24 bits. @throws Short */
  bits(count: number): number {
    const value = count === 0 ? 0 : this.peek() >>> (32 - count)
    this.at += count
    this.check()
    return value
  }

  /** @throws Short */
  check(): void {
    if (this.left < 0) throw new Short()
  }
}
