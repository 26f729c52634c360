import { md4Module } from '../kernels/md4.wasm.ts'
import type { Digester } from './digester.ts'

export const md4Size = 16
const blockBytes = 64
const pageBytes = 64 * 1024

// Where things are in the memory of an instance, in bytes.
const stateAt = 0
const wordsAt = 1024
const inputAt = 4096
/** Bytes that one call of the plain kernel takes. */
const batchBytes = 256 * 1024

interface Exports {
  blocks(state: number, at: number, count: number): void
  blocks4(state: number, at: number, stride: number, count: number, words: number): void
}

const start = Uint32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476)

/** MD4 (RFC 1320), which eDonkey is built on. Every digest has 16 bytes. */
export class Md4Kernel {
  readonly #module: WebAssembly.Module
  readonly #kernel: Exports
  readonly #memory: Uint8Array<ArrayBuffer>

  constructor() {
    this.#module = new WebAssembly.Module(Uint8Array.fromBase64(md4Module))
    const memory = new WebAssembly.Memory({ initial: Math.ceil((inputAt + batchBytes) / pageBytes) })
    this.#kernel = this.#instance(memory)
    this.#memory = new Uint8Array(memory.buffer)
  }

  digest(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
    const digester = this.digester()
    digester.update(bytes)
    return digester.digest()
  }

  digester(): Digester<Uint8Array<ArrayBuffer>> {
    const state = new Uint8Array(start.slice().buffer)
    const held = new Uint8Array(blockBytes)
    let length = 0
    return {
      update: (bytes) => {
        const before = length % blockBytes
        length += bytes.length
        let at = 0
        if (before > 0) {
          at = Math.min(bytes.length, blockBytes - before)
          held.set(bytes.subarray(0, at), before)
          if (before + at < blockBytes) return
          this.#compress(state, held)
        }
        const whole = Math.floor((bytes.length - at) / blockBytes) * blockBytes
        this.#compress(state, bytes.subarray(at, at + whole))
        held.set(bytes.subarray(at + whole))
      },
      digest: () => {
        this.#compress(state, padded(held.subarray(0, length % blockBytes), length))
        return state
      },
    }
  }

  /**
   * Four messages of `length` bytes each, side by side: more than twice as fast as one after another. Write them
   * to `input(0)` … `input(3)`, then ask for the digests. It takes four times `length` of memory while it lives.
   */
  lanes(length: number): Md4Lanes {
    const padding = padded(new Uint8Array(length % blockBytes), length)
    // A message is followed by its padding in full blocks, so all four end in the same block.
    const stride = Math.floor(length / blockBytes) * blockBytes + padding.length
    const memory = new WebAssembly.Memory({ initial: Math.ceil((inputAt + 4 * stride) / pageBytes) })
    const kernel = this.#instance(memory)
    const bytes = new Uint8Array(memory.buffer)
    const vectors = new Uint32Array(memory.buffer, stateAt, 16)
    const input = (lane: number): Uint8Array =>
      bytes.subarray(inputAt + lane * stride, inputAt + lane * stride + length)
    return {
      input,
      digests: () => {
        for (let i = 0; i < 16; i++) vectors[i] = start[i >> 2]!
        for (let lane = 0; lane < 4; lane++) {
          const end = inputAt + (lane + 1) * stride
          bytes.set(padding.subarray(length % blockBytes), end - padding.length + (length % blockBytes))
        }
        kernel.blocks4(stateAt, inputAt, stride, stride / blockBytes, wordsAt)
        return Array.from({ length: 4 }, (_, lane) => {
          return new Uint8Array(Uint32Array.from({ length: 4 }, (_, word) => vectors[word * 4 + lane]!).buffer)
        })
      },
    }
  }

  #compress(state: Uint8Array, bytes: Uint8Array): void {
    this.#memory.set(state, stateAt)
    for (let at = 0; at < bytes.length; at += batchBytes) {
      const some = bytes.subarray(at, at + batchBytes)
      this.#memory.set(some, inputAt)
      this.#kernel.blocks(stateAt, inputAt, some.length / blockBytes)
    }
    state.set(this.#memory.subarray(stateAt, stateAt + md4Size))
  }

  #instance(memory: WebAssembly.Memory): Exports {
    return new WebAssembly.Instance(this.#module, { env: { memory } }).exports as unknown as Exports
  }
}

export interface Md4Lanes {
  /** Where message `lane` (0 to 3) is to be written; it stays as it was for the next time. */
  input(lane: number): Uint8Array
  digests(): readonly Uint8Array[]
}

/** The last, unfull block of a message of `length` bytes with its padding: one or two blocks. */
function padded(last: Uint8Array, length: number): Uint8Array {
  const bytes = new Uint8Array(last.length < blockBytes - 8 ? blockBytes : 2 * blockBytes)
  bytes.set(last)
  bytes[last.length] = 0x80
  new DataView(bytes.buffer).setBigUint64(bytes.length - 8, BigInt(length) * 8n, true)
  return bytes
}
