import { broken } from './fault.ts'

/** A set of indices in [0, size), as bits from the highest of the first byte on, the way BEP 3 sends them. */
export class Bitfield {
  readonly size: number
  /** Whole words, so that `#words` sees all of it; bits from `size` on are always zero. */
  readonly #bytes: Uint8Array<ArrayBuffer>
  readonly #words: Uint32Array<ArrayBuffer>
  #count = 0

  constructor(size: number) {
    this.size = size
    this.#words = new Uint32Array(Math.ceil(size / 32))
    this.#bytes = new Uint8Array(this.#words.buffer)
  }

  static full(size: number): Bitfield {
    const all = new Bitfield(size)
    all.setAll()
    return all
  }

  /** Undefined when the length is wrong or one of the spare bits at the end is set. */
  static from(bytes: Uint8Array, size: number): Bitfield | undefined {
    if (bytes.length !== Math.ceil(size / 8)) return undefined
    if (size % 8 !== 0 && (bytes.at(-1)! & (0xff >> (size % 8))) !== 0) return undefined
    const field = new Bitfield(size)
    field.#bytes.set(bytes)
    for (const word of field.#words) field.#count += ones(word)
    return field
  }

  /** @throws FaultError `wire/bitfield` where `from` gives undefined */
  static fromWire(bytes: Uint8Array, size: number): Bitfield {
    const field = Bitfield.from(bytes, size)
    if (field === undefined) throw broken('wire/bitfield', `${bytes.length} bytes are no bitfield of ${size} indices`)
    return field
  }

  /** A copy as it goes on the wire: `Math.ceil(size / 8)` bytes. */
  toBytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, Math.ceil(this.size / 8))
  }

  clone(): Bitfield {
    const copy = new Bitfield(this.size)
    copy.#words.set(this.#words)
    copy.#count = this.#count
    return copy
  }

  /** How many indices are in the set. */
  get count(): number {
    return this.#count
  }

  get isFull(): boolean {
    return this.#count === this.size
  }

  /** False for an index beyond the size. */
  get(index: number): boolean {
    return this.#has(index) && (this.#bytes[index >> 3]! & (0x80 >> (index & 7))) !== 0
  }

  /** Whether that changed anything; an index beyond the size does not. */
  set(index: number): boolean {
    if (!this.#has(index) || this.get(index)) return false
    this.#bytes[index >> 3]! |= 0x80 >> (index & 7)
    this.#count++
    return true
  }

  /** Whether that changed anything; an index beyond the size does not. */
  clear(index: number): boolean {
    if (!this.get(index)) return false
    this.#bytes[index >> 3]! &= ~(0x80 >> (index & 7))
    this.#count--
    return true
  }

  setAll(): void {
    this.#bytes.fill(0xff, 0, this.size >> 3)
    if (this.size % 8 !== 0) this.#bytes[this.size >> 3] = 0xff << (8 - (this.size % 8))
    this.#count = this.size
  }

  clearAll(): void {
    this.#words.fill(0)
    this.#count = 0
  }

  /** The first index of the set from `from` on, or -1. */
  nextSet(from = 0): number {
    return this.#next(from, 0)
  }

  /** The first index from `from` on that is not in the set, or -1. */
  nextClear(from = 0): number {
    return this.#next(from, 0xff)
  }

  /** The indices in order; `set` and `clear` are allowed meanwhile. */
  *[Symbol.iterator](): Generator<number> {
    for (let at = this.nextSet(0); at >= 0; at = this.nextSet(at + 1)) yield at
  }

  /** How many are in both. The sizes must be the same. */
  andCount(other: Bitfield): number {
    let sum = 0
    for (let i = 0; i < this.#words.length; i++) sum += ones(this.#words[i]! & other.#words[i]!)
    return sum
  }

  /** How many are here and not there. The sizes must be the same. */
  andNotCount(other: Bitfield): number {
    let sum = 0
    for (let i = 0; i < this.#words.length; i++) sum += ones(this.#words[i]! & ~other.#words[i]!)
    return sum
  }

  /** `flip` is 0 to look for set bits and 0xff for clear ones. */
  #next(from: number, flip: 0 | 0xff): number {
    if (from >= this.size) return -1
    const start = Math.max(0, from)
    let byte = start >> 3
    let bits = (this.#bytes[byte]! ^ flip) & (0xff >> (start & 7))
    const nothing = flip === 0 ? 0 : 0xffffffff
    while (bits === 0) {
      byte++
      if ((byte & 3) === 0) {
        let word = byte >> 2
        while (word < this.#words.length && this.#words[word] === nothing) word++
        byte = word << 2
      }
      if (byte >= this.#bytes.length) return -1
      bits = this.#bytes[byte]! ^ flip
    }
    const index = byte * 8 + Math.clz32(bits) - 24
    return index < this.size ? index : -1
  }

  #has(index: number): boolean {
    return index >= 0 && index < this.size
  }
}

/** How many bits of a 32-bit word are set. */
function ones(word: number): number {
  let sum = word - ((word >>> 1) & 0x55555555)
  sum = (sum & 0x33333333) + ((sum >>> 2) & 0x33333333)
  return Math.imul((sum + (sum >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
