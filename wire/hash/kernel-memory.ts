const pageBytes = 64 * 1024
/** What the kernels keep for themselves comes first, then what they copy into here. */
export const batchAt: number = pageBytes
export const batchBytes: number = 1024 * 1024
const roomAt = batchAt + batchBytes

/** Memory that several kernels work in: bytes that stand in its room are hashed where they are, without a copy. */
export class KernelMemory {
  readonly memory: WebAssembly.Memory
  #bytes: Uint8Array<ArrayBuffer>

  constructor() {
    this.memory = new WebAssembly.Memory({ initial: roomAt / pageBytes })
    this.#bytes = new Uint8Array(this.memory.buffer)
  }

  /** All of it; another view after every growth. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes
  }

  /** Room for `length` bytes, always the same: what was given before is over. It never becomes smaller. */
  room(length: number): Uint8Array<ArrayBuffer> {
    const missing = roomAt + length - this.#bytes.length
    if (missing > 0) {
      this.memory.grow(Math.ceil(missing / pageBytes))
      this.#bytes = new Uint8Array(this.memory.buffer)
    }
    return this.#bytes.subarray(roomAt, roomAt + length)
  }

  /** Where bytes stand in it; undefined when they stand elsewhere. */
  addressOf(bytes: Uint8Array): number | undefined {
    return bytes.buffer === this.#bytes.buffer ? bytes.byteOffset : undefined
  }
}
