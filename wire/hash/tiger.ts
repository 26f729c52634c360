import { utf8 } from '../bytes.ts'
import { batchAt, batchBytes, KernelMemory } from './kernel-memory.ts'
import { tigerModule } from '../kernels/tiger.wasm.ts'

export const tigerSize = 24
/** Bytes under one leaf of a Tiger tree. */
export const leafBytes = 1024
/** Leaves that one call of the kernel takes. */
const batchLeaves: number = batchBytes / leafBytes
/** Levels that it folds at once: at the end of a batch no node is cut. */
export const batchHeight: number = Math.log2(batchLeaves)

// Where things are in the memory of the kernels, in bytes; the S-boxes are before.
const scratchAt = 8192
const stateAt = scratchAt + 128
const lettersAt = stateAt + 64
const digestsAt = 16 * 1024

/** What the S-boxes of Tiger are made from. */
const letters = 'Tiger - A Fast New Hash Function, by Ross Anderson and Eli Biham'
const start = [0x0123456789abcdefn, 0xfedcba9876543210n, 0xf096a5b4c3b2e187n]

interface Exports {
  blocks(state: number, at: number, count: number): void
  leaves(at: number, count: number, to: number, scratch: number): void
  fold(at: number, count: number, levels: number, scratch: number): number
  tabulate(text: number, scratch: number): void
}

/** Tiger, and the two shapes in which a Tiger tree uses it. Every digest has 24 bytes. */
export class TigerKernel {
  readonly #kernel: Exports
  readonly #memory: KernelMemory

  constructor(memory: KernelMemory = new KernelMemory()) {
    const module = new WebAssembly.Module(Uint8Array.fromBase64(tigerModule))
    this.#kernel = new WebAssembly.Instance(module, { env: { memory: memory.memory } }).exports as unknown as Exports
    this.#memory = memory
    memory.bytes.set(utf8(letters), lettersAt)
    this.#kernel.tabulate(lettersAt, scratchAt)
  }

  /** Tiger of `prefix` (at most a block) and `bytes`, one after the other. */
  digest(bytes: Uint8Array, prefix: Uint8Array = new Uint8Array()): Uint8Array<ArrayBuffer> {
    const memory = this.#memory.bytes
    const view = new DataView(memory.buffer)
    start.forEach((word, index) => view.setBigUint64(stateAt + index * 8, word, true))
    memory.set(prefix, batchAt)
    let held = prefix.length
    let at = 0
    while (bytes.length - at >= batchBytes - held) {
      memory.set(bytes.subarray(at, at + batchBytes - held), batchAt + held)
      this.#kernel.blocks(stateAt, batchAt, batchBytes / 64)
      at += batchBytes - held
      held = 0
    }
    memory.set(bytes.subarray(at), batchAt + held)
    held += bytes.length - at
    // The bit after the message, zeros, and its length in bits.
    const end = Math.ceil((held + 9) / 64) * 64
    memory.fill(0, batchAt + held, batchAt + end)
    memory[batchAt + held] = 1
    const bits = BigInt(prefix.length + bytes.length) * 8n
    view.setBigUint64(batchAt + end - 8, bits, true)
    this.#kernel.blocks(stateAt, batchAt, end / 64)
    return memory.slice(stateAt, stateAt + tigerSize)
  }

  /** The digests of the leaves of `bytes`, which may end with a short one; no bytes are one empty leaf. */
  leaves(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
    return this.level(bytes, 0)
  }

  /**
   * The digests that stand `height` levels above the leaves of `bytes`, at most 10: each is over 1024 · 2^height bytes,
   * the last one over what is left.
   */
  level(bytes: Uint8Array, height: number): Uint8Array<ArrayBuffer> {
    if (height > batchHeight) throw new RangeError(`${height} levels in one call`)
    const whole = Math.floor(bytes.length / leafBytes)
    const count = Math.max(1, Math.ceil(bytes.length / leafBytes))
    const digests = new Uint8Array(Math.ceil(count / 2 ** height) * tigerSize)
    const here = this.#memory.addressOf(bytes)
    let to = 0
    for (let leaf = 0; leaf < count; leaf += batchLeaves) {
      const some = Math.min(batchLeaves, whole - leaf)
      const all = Math.min(batchLeaves, count - leaf)
      if (some > 0) {
        const from = leaf * leafBytes
        if (here === undefined) this.#memory.bytes.set(bytes.subarray(from, from + some * leafBytes), batchAt)
        this.#kernel.leaves(here === undefined ? batchAt : here + from, some, digestsAt, scratchAt)
      }
      if (some < all) {
        const short = this.digest(bytes.subarray(whole * leafBytes), Uint8Array.of(0))
        this.#memory.bytes.set(short, digestsAt + some * tigerSize)
      }
      to += this.#take(all, height, digests, to)
    }
    return digests
  }

  /** One level up, or several: pairs become nodes, and one that is left over goes up as it is. */
  fold(digests: Uint8Array, levels = 1): Uint8Array<ArrayBuffer> {
    if (levels > batchHeight) throw new RangeError(`${levels} levels in one call`)
    const count = digests.length / tigerSize
    const folded = new Uint8Array(Math.ceil(count / 2 ** levels) * tigerSize)
    let to = 0
    for (let at = 0; at < count; at += batchLeaves) {
      const some = Math.min(batchLeaves, count - at)
      this.#memory.bytes.set(digests.subarray(at * tigerSize, (at + some) * tigerSize), digestsAt)
      to += this.#take(some, levels, folded, to)
    }
    return folded
  }

  /** Folds the digests that the kernel has, and puts what they become at `to` of `into`; gives its length. */
  #take(count: number, levels: number, into: Uint8Array, to: number): number {
    const length = this.#kernel.fold(digestsAt, count, levels, scratchAt) * tigerSize
    into.set(this.#memory.bytes.subarray(digestsAt, digestsAt + length), to)
    return length
  }
}
