import { md4Module } from '../kernels/md4.wasm.ts'
import type { Digester } from './digester.ts'
import { batchAt, batchBytes, KernelMemory } from './kernel-memory.ts'

export const md4Size = 16
const blockBytes = 64
/** Messages side by side. */
const lanes = 4
const laneBytes: number = batchBytes / lanes

// Where things are in the memory of the kernels, in bytes.
const stateAt = 48 * 1024
const wordsAt = 49 * 1024

interface Exports {
  blocks(state: number, at: number, count: number): void
  blocks4(state: number, p: number, q: number, r: number, s: number, count: number, words: number): void
}

const start = Uint32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476)

/** MD4 (RFC 1320), which eDonkey is built on. Every digest has 16 bytes. */
export class Md4Kernel {
  readonly #kernel: Exports
  readonly #memory: KernelMemory

  constructor(memory: KernelMemory = new KernelMemory()) {
    const module = new WebAssembly.Module(Uint8Array.fromBase64(md4Module))
    this.#kernel = new WebAssembly.Instance(module, { env: { memory: memory.memory } }).exports as unknown as Exports
    this.#memory = memory
  }

  digest(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
    return this.#finish(new Uint8Array(start.slice().buffer), 0, bytes)
  }

  /**
   * Of several messages, in their order. Four of about the same length go side by side, which takes less than half the
   * time of one after another.
   */
  digests(messages: readonly Uint8Array[]): readonly Uint8Array<ArrayBuffer>[] {
    const digests: Uint8Array<ArrayBuffer>[] = []
    const order = Array.from(messages.keys()).toSorted((a, b) => messages[a]!.length - messages[b]!.length)
    for (let at = 0; at < order.length; at += lanes) {
      const some = order.slice(at, at + lanes)
      const states = this.#sideBySide(some.map((index) => messages[index]!))
      for (const [lane, index] of some.entries()) {
        const { state, done } = states(lane)
        digests[index] = this.#finish(state, done, messages[index]!)
      }
    }
    return digests
  }

  /** Hashes up to four messages as far as the shortest has full blocks; gives how far, and the state of each. */
  #sideBySide(
    messages: readonly Uint8Array[],
  ): (lane: number) => { readonly state: Uint8Array<ArrayBuffer>; readonly done: number } {
    // Alone it is faster in the plain way.
    const shortest = messages.length === 1 ? 0 : Math.min(...messages.map(({ length }) => length))
    const done = Math.floor(shortest / blockBytes) * blockBytes
    const vectors = Uint32Array.from({ length: 4 * lanes }, (_, i) => start[Math.floor(i / lanes)]!)
    if (done > 0) {
      const memory = this.#memory.bytes
      memory.set(new Uint8Array(vectors.buffer), stateAt)
      this.#blocks4(messages, done)
      new Uint8Array(vectors.buffer).set(memory.subarray(stateAt, stateAt + vectors.byteLength))
    }
    return (lane) => ({ state: laneState(vectors, lane), done })
  }

  /** Takes the first `done` bytes of two to four messages. */
  #blocks4(messages: readonly Uint8Array[], done: number): void {
    const here = messages.map((message) => this.#memory.addressOf(message))
    if (!here.includes(undefined)) {
      // Where there is no fourth, its lane does what the last one does.
      const [p = 0, q = p, r = q, s = r] = here as number[]
      return this.#kernel.blocks4(stateAt, p, q, r, s, done / blockBytes, wordsAt)
    }
    for (let at = 0; at < done; at += laneBytes) {
      const end = Math.min(done, at + laneBytes)
      const [p, q, r, s] = [0, 1, 2, 3].map((lane) => batchAt + lane * laneBytes) as [number, number, number, number]
      for (const [lane, message] of messages.entries()) {
        this.#memory.bytes.set(message.subarray(at, end), batchAt + lane * laneBytes)
      }
      this.#kernel.blocks4(stateAt, p, q, r, s, (end - at) / blockBytes, wordsAt)
    }
  }

  /** Goes on with the state over the first `done` bytes, full blocks. */
  #finish(state: Uint8Array<ArrayBuffer>, done: number, message: Uint8Array): Uint8Array<ArrayBuffer> {
    const whole = Math.floor(message.length / blockBytes) * blockBytes
    this.#compress(state, message.subarray(done, whole))
    this.#compress(state, padded(message.subarray(whole), message.length))
    return state
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

  #compress(state: Uint8Array, bytes: Uint8Array): void {
    const memory = this.#memory.bytes
    memory.set(state, stateAt)
    const here = this.#memory.addressOf(bytes)
    if (here !== undefined) this.#kernel.blocks(stateAt, here, bytes.length / blockBytes)
    else {
      for (let at = 0; at < bytes.length; at += batchBytes) {
        const some = bytes.subarray(at, at + batchBytes)
        memory.set(some, batchAt)
        this.#kernel.blocks(stateAt, batchAt, some.length / blockBytes)
      }
    }
    state.set(memory.subarray(stateAt, stateAt + md4Size))
  }
}

/** What vectors hold of one message: its digest, when it is at its end. */
function laneState(vectors: Uint32Array, lane: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Uint32Array.from({ length: 4 }, (_, word) => vectors[word * lanes + lane]!).buffer)
}

/** The last, unfull block of a message of `length` bytes with its padding: one or two blocks. */
function padded(last: Uint8Array, length: number): Uint8Array {
  const bytes = new Uint8Array(last.length < blockBytes - 8 ? blockBytes : 2 * blockBytes)
  bytes.set(last)
  bytes[last.length] = 0x80
  new DataView(bytes.buffer).setBigUint64(bytes.length - 8, BigInt(length) * 8n, true)
  return bytes
}
