/** Writes bits from the highest down, into bytes that grow. */
export class BitWriter {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(64 * 1024)
  #length = 0
  #held = 0
  #count = 0

  /** At most 24 bits. */
  bits(count: number, value: number): void {
    this.#held = ((this.#held << count) | value) >>> 0
    this.#count += count
    while (this.#count >= 8) {
      this.#count -= 8
      this.#byte((this.#held >>> this.#count) & 255)
    }
    this.#held &= (1 << this.#count) - 1
  }

  /** Fills the last byte with zeros. */
  align(): void {
    if (this.#count > 0) this.bits(8 - this.#count, 0)
  }

  /** Takes out the whole bytes. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#bytes.slice(0, this.#length)
    this.#length = 0
    return taken
  }

  #byte(value: number): void {
    if (this.#length === this.#bytes.length) {
      const larger = new Uint8Array(this.#length * 2)
      larger.set(this.#bytes)
      this.#bytes = larger
    }
    this.#bytes[this.#length++] = value
  }
}
