import { broken } from './fault.ts'

/** How far back a match reaches (RFC 1951 2). */
const windowBytes = 32 * 1024
const mostCodeBits = 15
/** A block's own code: the lengths of 320 codes in at most 14 bits each, and what comes before. */
const mostWaitingBytes = 1024
const lengthBase = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258] // prettier-ignore
const lengthBits = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0]
const distanceBase = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577] // prettier-ignore
const distanceBits = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13]
const codeOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
const modulus = 65_521

interface Code {
  readonly counts: Uint16Array
  readonly symbols: Uint16Array
}

/** Input ran out in the middle of something: it is read again from its beginning when there is more. */
const short = Symbol('more input is needed')

/** Unpacks a zlib stream (RFC 1950, 1951) as it comes, in any pieces, with 64 KiB of memory. */
export class Inflater {
  readonly #out: (bytes: Uint8Array) => void
  readonly #window = new Uint8Array(2 * windowBytes)
  /** What is in the window, and how much of that was given out. */
  #end = 0
  #given = 0
  #input: Uint8Array = new Uint8Array()
  #at = 0
  #bits = 0
  #count = 0
  #last = false
  #step: () => boolean
  #lengths: Code = fixedLengths()
  #distances: Code = fixedDistances()
  #stored = 0
  #sumA = 1
  #sumB = 0
  #done = false

  /** `out` gets what is unpacked; the bytes may be used during the call only. */
  constructor(out: (bytes: Uint8Array) => void) {
    this.#out = out
    this.#step = this.#header
  }

  /** The stream has ended, and its sum was right. */
  get done(): boolean {
    return this.#done
  }

  /** Takes bytes and says how many of them belong to the stream. @throws FaultError `wire/zlib` */
  push(bytes: Uint8Array): number {
    if (this.#done) return 0
    const held = this.#input.length
    if (held === 0) this.#input = bytes
    else {
      const both = new Uint8Array(held + bytes.length)
      both.set(this.#input)
      both.set(bytes, held)
      this.#input = both
    }
    this.#at = 0
    while (!this.#done) {
      const [at, bits, count] = [this.#at, this.#bits, this.#count]
      try {
        if (!this.#step()) break
      } catch (error) {
        if (error !== short) throw error
        this.#at = at
        this.#bits = bits
        this.#count = count
        break
      }
    }
    this.#give()
    // Bits are taken by the byte: whole bytes that are left belong to what follows.
    const left = this.#input.length - this.#at + (this.#done ? this.#count >> 3 : 0)
    if (this.#done) {
      this.#input = new Uint8Array()
      return bytes.length - left
    }
    if (left > mostWaitingBytes) throw broken('wire/zlib', 'A zlib stream goes nowhere')
    this.#input = this.#input.slice(this.#at)
    return bytes.length
  }

  #need(count: number): number {
    while (this.#count < count) {
      if (this.#at >= this.#input.length) throw short
      this.#bits |= this.#input[this.#at++]! << this.#count
      this.#count += 8
    }
    const value = this.#bits & ((1 << count) - 1)
    this.#bits >>>= count
    this.#count -= count
    return value
  }

  #symbol({ counts, symbols }: Code): number {
    let [code, first, index] = [0, 0, 0]
    for (let length = 1; length <= mostCodeBits; length++) {
      code |= this.#need(1)
      const count = counts[length]!
      if (code - count < first) return symbols[index + code - first]!
      index += count
      first = (first + count) << 1
      code <<= 1
    }
    throw broken('wire/zlib', 'A zlib stream has a code that is none')
  }

  #header(): boolean {
    const [method, flags] = [this.#need(8), this.#need(8)]
    if ((method & 15) !== 8 || ((method << 8) | flags) % 31 !== 0 || (flags & 32) !== 0)
      throw broken('wire/zlib', 'That is not a zlib stream')
    this.#step = this.#block
    return true
  }

  #block(): boolean {
    if (this.#last) {
      this.#step = this.#trailer
      return true
    }
    const last = this.#need(1) === 1
    switch (this.#need(2)) {
      case 0: {
        this.#need(this.#count & 7)
        const [length, inverse] = [this.#need(16), this.#need(16)]
        if ((length ^ inverse) !== 0xffff) throw broken('wire/zlib', 'A block of a zlib stream has no right length')
        this.#stored = length
        this.#step = this.#copy
        break
      }
      case 1:
        this.#lengths = fixedLengths()
        this.#distances = fixedDistances()
        this.#step = this.#decode
        break
      case 2:
        this.#codes()
        this.#step = this.#decode
        break
      default:
        throw broken('wire/zlib', 'A block of a zlib stream is of no known kind')
    }
    this.#last = last
    return true
  }

  #codes(): void {
    const [lengths, distances, codes] = [257 + this.#need(5), 1 + this.#need(5), 4 + this.#need(4)]
    if (lengths > 286 || distances > 30) throw broken('wire/zlib', 'A zlib stream has too many codes')
    const own = new Uint8Array(19)
    for (let at = 0; at < codes; at++) own[codeOrder[at]!] = this.#need(3)
    const code = codeOf(own)
    const all = new Uint8Array(lengths + distances)
    for (let at = 0; at < all.length;) {
      const symbol = this.#symbol(code)
      if (symbol < 16) {
        all[at++] = symbol
        continue
      }
      const value = symbol === 16 ? all[at - 1] : 0
      const times = symbol === 16 ? 3 + this.#need(2) : symbol === 17 ? 3 + this.#need(3) : 11 + this.#need(7)
      if (value === undefined || at + times > all.length) throw broken('wire/zlib', 'A zlib stream repeats too much')
      all.fill(value, at, at + times)
      at += times
    }
    this.#lengths = codeOf(all.subarray(0, lengths))
    this.#distances = codeOf(all.subarray(lengths))
  }

  #copy(): boolean {
    if (this.#stored === 0) {
      this.#step = this.#block
      return true
    }
    if (this.#count > 0) {
      this.#put(this.#need(8))
      this.#stored--
      return true
    }
    const part = this.#input.subarray(this.#at, this.#at + Math.min(this.#stored, windowBytes))
    if (part.length === 0) return false
    this.#room(part.length)
    this.#window.set(part, this.#end)
    this.#end += part.length
    this.#at += part.length
    this.#stored -= part.length
    return true
  }

  /** One letter, or one match. */
  #decode(): boolean {
    const symbol = this.#symbol(this.#lengths)
    if (symbol < 256) {
      this.#put(symbol)
      return true
    }
    if (symbol === 256) {
      this.#step = this.#block
      return true
    }
    const which = symbol - 257
    if (which >= lengthBase.length) throw broken('wire/zlib', 'A zlib stream has a length that is none')
    const length = lengthBase[which]! + this.#need(lengthBits[which]!)
    const far = this.#symbol(this.#distances)
    if (far >= distanceBase.length) throw broken('wire/zlib', 'A zlib stream has a distance that is none')
    const distance = distanceBase[far]! + this.#need(distanceBits[far]!)
    if (distance > this.#end) throw broken('wire/zlib', 'A zlib stream points before its beginning')
    this.#room(length)
    for (let left = length; left > 0; left--) {
      this.#window[this.#end] = this.#window[this.#end - distance]!
      this.#end++
    }
    return true
  }

  #trailer(): boolean {
    this.#need(this.#count & 7)
    let sum = 0
    for (let at = 0; at < 4; at++) sum = sum * 256 + this.#need(8)
    this.#give()
    if (sum !== this.#sumB * 65_536 + this.#sumA) throw broken('wire/zlib', 'The sum of a zlib stream is wrong')
    this.#done = true
    return true
  }

  #put(byte: number): void {
    this.#room(1)
    this.#window[this.#end++] = byte
  }

  /** Keeps what matches may point at, and gives out the rest. */
  #room(bytes: number): void {
    if (this.#end + bytes <= this.#window.length) return
    this.#give()
    const from = this.#end - windowBytes
    this.#window.copyWithin(0, from, this.#end)
    this.#end = this.#given = windowBytes
  }

  #give(): void {
    if (this.#given === this.#end) return
    const part = this.#window.subarray(this.#given, this.#end)
    this.#given = this.#end
    let [a, b] = [this.#sumA, this.#sumB]
    // So many sums stay below 2^53 and need no remainder in between.
    for (const byte of part) {
      a += byte
      b += a
    }
    this.#sumA = a % modulus
    this.#sumB = b % modulus
    this.#out(part)
  }
}

/** @throws FaultError where more codes are named than there are */
function codeOf(lengths: Uint8Array): Code {
  const counts = new Uint16Array(mostCodeBits + 1)
  for (const length of lengths) counts[length]!++
  counts[0] = 0
  const starts = new Uint16Array(mostCodeBits + 2)
  let left = 1
  for (let length = 1; length <= mostCodeBits; length++) {
    left = 2 * left - counts[length]!
    if (left < 0) throw broken('wire/zlib', 'A zlib stream has more codes than there are')
    starts[length + 1] = starts[length]! + counts[length]!
  }
  const symbols = new Uint16Array(lengths.length)
  lengths.forEach((length, symbol) => {
    if (length > 0) symbols[starts[length]!++] = symbol
  })
  return { counts, symbols }
}

function fixedLengths(): Code {
  return codeOf(Uint8Array.from({ length: 288 }, (_, at) => (at < 144 ? 8 : at < 256 ? 9 : at < 280 ? 7 : 8)))
}

function fixedDistances(): Code {
  return codeOf(new Uint8Array(30).fill(5))
}
