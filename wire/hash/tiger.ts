import { utf8 } from '../bytes.ts'
import { tigerModule } from '../kernels/tiger.wasm.ts'

export const tigerSize = 24
/** Bytes under one leaf of a Tiger tree. */
export const leafBytes = 1024
/** Leaves that one call of the kernel takes. */
const batchLeaves = 1024

// Where things are in the memory of the kernel, in bytes; the S-boxes are before.
const scratchAt = 8192
const stateAt = scratchAt + 128
const lettersAt = stateAt + 64
const digestsAt = 16 * 1024
const inputAt = 64 * 1024
const pageBytes = 64 * 1024

/** What the S-boxes of Tiger are made from. */
const letters = 'Tiger - A Fast New Hash Function, by Ross Anderson and Eli Biham'
const start = [0x0123456789abcdefn, 0xfedcba9876543210n, 0xf096a5b4c3b2e187n]

interface Exports {
  blocks(state: number, at: number, count: number): void
  leaves(at: number, count: number, to: number, scratch: number): void
  nodes(at: number, count: number, to: number, scratch: number): void
  tabulate(text: number, scratch: number): void
}

/** Tiger, and the two shapes in which a Tiger tree uses it. Every digest has 24 bytes. */
export class TigerKernel {
  readonly #kernel: Exports
  readonly #memory: Uint8Array<ArrayBuffer>
  readonly #state: DataView

  constructor() {
    const memory = new WebAssembly.Memory({ initial: (inputAt + batchLeaves * leafBytes) / pageBytes + 1 })
    const module = new WebAssembly.Module(Uint8Array.fromBase64(tigerModule))
    this.#kernel = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Exports
    this.#memory = new Uint8Array(memory.buffer)
    this.#state = new DataView(memory.buffer, stateAt, tigerSize)
    this.#memory.set(utf8(letters), lettersAt)
    this.#kernel.tabulate(lettersAt, scratchAt)
  }

  /** Tiger of `prefix` (at most a block) and `bytes`, one after the other. */
  digest(bytes: Uint8Array, prefix: Uint8Array = new Uint8Array()): Uint8Array<ArrayBuffer> {
    start.forEach((word, index) => this.#state.setBigUint64(index * 8, word, true))
    const memory = this.#memory
    const whole = batchLeaves * leafBytes
    memory.set(prefix, inputAt)
    let held = prefix.length
    let at = 0
    while (bytes.length - at >= whole - held) {
      memory.set(bytes.subarray(at, at + whole - held), inputAt + held)
      this.#kernel.blocks(stateAt, inputAt, whole / 64)
      at += whole - held
      held = 0
    }
    memory.set(bytes.subarray(at), inputAt + held)
    held += bytes.length - at
    // The bit after the message, zeros, and its length in bits.
    const end = Math.ceil((held + 9) / 64) * 64
    memory.fill(0, inputAt + held, inputAt + end)
    memory[inputAt + held] = 1
    const bits = BigInt(prefix.length + bytes.length) * 8n
    new DataView(memory.buffer).setBigUint64(inputAt + end - 8, bits, true)
    this.#kernel.blocks(stateAt, inputAt, end / 64)
    return memory.slice(stateAt, stateAt + tigerSize)
  }

  /** The digests of the leaves of `bytes`, which may end with a short one; no bytes are one empty leaf. */
  leaves(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
    const whole = Math.floor(bytes.length / leafBytes)
    const count = Math.max(1, Math.ceil(bytes.length / leafBytes))
    const digests = new Uint8Array(count * tigerSize)
    for (let leaf = 0; leaf < whole; leaf += batchLeaves) {
      const some = Math.min(batchLeaves, whole - leaf)
      this.#memory.set(bytes.subarray(leaf * leafBytes, (leaf + some) * leafBytes), inputAt)
      this.#kernel.leaves(inputAt, some, digestsAt, scratchAt)
      digests.set(this.#memory.subarray(digestsAt, digestsAt + some * tigerSize), leaf * tigerSize)
    }
    if (whole < count) digests.set(this.digest(bytes.subarray(whole * leafBytes), Uint8Array.of(0)), whole * tigerSize)
    return digests
  }

  /** One level up: pairs become nodes, and one that is left over goes up as it is. */
  fold(digests: Uint8Array): Uint8Array<ArrayBuffer> {
    const pairs = Math.floor(digests.length / (2 * tigerSize))
    const odd = digests.subarray(pairs * 2 * tigerSize)
    const folded = new Uint8Array(pairs * tigerSize + odd.length)
    const batch = batchLeaves / 2
    for (let pair = 0; pair < pairs; pair += batch) {
      const some = Math.min(batch, pairs - pair)
      const at = pair * 2 * tigerSize
      this.#memory.set(digests.subarray(at, at + some * 2 * tigerSize), digestsAt)
      this.#kernel.nodes(digestsAt, some, digestsAt, scratchAt)
      folded.set(this.#memory.subarray(digestsAt, digestsAt + some * tigerSize), pair * tigerSize)
    }
    folded.set(odd, pairs * tigerSize)
    return folded
  }
}
