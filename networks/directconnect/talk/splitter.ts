import { broken } from '@kith/wire/fault.ts'
import { Inflater } from '@kith/wire/inflate.ts'

/** A hub has thousands of these, of which hardly one holds anything. */
const nothing: Uint8Array = new Uint8Array()

/** As much as is asked for at once: a few bytes could become as many as were announced in one go. */
const mostPackedBytes = 16 * 1024 * 1024

/** Lists of users get a fifth as long; what gets so much shorter is no list, but would keep us busy. */
const mostTimes = 200
const mostAtOnce = 1024 * 1024
const stepBytes = 4 * 1024

/** What a splitter tells. Bytes may be used during the call only. */
export interface SplitterTarget {
  /** A line without its end. */
  line(bytes: Uint8Array): void
  /** For conversations in which there are bodies. */
  body?(bytes: Uint8Array): void
  /** All bytes of a body have been given. */
  bodyEnd?(): void
}

/**
 * Cuts a stream into lines, and, where a line announces them, bodies of known length. A call to `expect` from inside
 * `line` holds for the very next byte.
 */
export class Splitter {
  readonly #end: number
  readonly #most: number
  readonly #target: SplitterTarget
  #held = nothing
  #length = 0
  #body = 0
  #packed: Inflater | undefined
  #left: () => number = () => 0
  /** Lines come through this, until its stream ends. */
  #lines: Inflater | undefined
  #unpacked = 0
  #stopped = false

  /** `end` is the byte that ends a line, which has at most `most` bytes. */
  constructor(end: number, most: number, target: SplitterTarget) {
    this.#end = end
    this.#most = most
    this.#target = target
  }

  /** The next `bytes` bytes (more than 0) are a body. */
  expect(bytes: number): void {
    this.#body = bytes
  }

  /** A body of `bytes` bytes (more than 0) comes as a zlib stream, which ends itself; `body` gets what is in it. */
  expectPacked(bytes: number): void {
    if (bytes > mostPackedBytes) throw broken('directconnect/packed', 'It compresses too much at once')
    let left = bytes
    this.#packed = new Inflater((part) => {
      left -= part.length
      if (left < 0) throw broken('directconnect/packed', 'What it compressed is longer than it said')
      this.#target.body?.(part)
    })
    this.#left = () => left
  }

  /** From the very next byte on lines come within a zlib stream; after its end they come as before. */
  expectPackedLines(): void {
    if (this.#lines !== undefined) throw broken('directconnect/packed', 'It compresses what is compressed already')
    this.#lines = new Inflater((part) => {
      this.#unpacked += part.length
      this.#cut(part)
    })
  }

  /** Passes over everything that still comes. */
  stop(): void {
    this.#stopped = true
  }

  /** @throws FaultError `directconnect/line-too-long`, `directconnect/packed`, `wire/zlib` */
  receive(chunk: Uint8Array): void {
    let at = 0
    while (at < chunk.length && !this.#stopped) {
      if (this.#packed !== undefined) {
        at += this.#packed.push(chunk.subarray(at))
        if (!this.#packed.done) continue
        this.#packed = undefined
        if (this.#left() > 0) throw broken('directconnect/packed', 'What it compressed is shorter than it said')
        this.#target.bodyEnd?.()
        continue
      }
      if (this.#body > 0) {
        const part = chunk.subarray(at, at + this.#body)
        at += part.length
        this.#body -= part.length
        this.#target.body?.(part)
        if (this.#body === 0) this.#target.bodyEnd?.()
        continue
      }
      if (this.#lines !== undefined) {
        this.#unpacked = 0
        const from = at
        // In small steps, so that what unpacks to very much is noticed before it is unpacked.
        at += this.#lines.push(chunk.subarray(at, at + stepBytes))
        if (this.#unpacked > mostAtOnce + mostTimes * (at - from))
          throw broken('directconnect/packed', 'What it compressed is longer than any honest lines')
        if (this.#lines.done) this.#lines = undefined
        continue
      }
      at += this.#line(chunk, at)
    }
  }

  /** Lines that are in a packed stream. */
  #cut(part: Uint8Array): void {
    for (let at = 0; at < part.length && !this.#stopped;) at += this.#line(part, at)
  }

  /** Takes a line, or what there is of it; gives how many bytes that were. */
  #line(chunk: Uint8Array, at: number): number {
    const end = chunk.indexOf(this.#end, at)
    const part = chunk.subarray(at, end < 0 ? chunk.length : end)
    if (this.#length + part.length > this.#most)
      throw broken('directconnect/line-too-long', `A line has more than ${this.#most} bytes`)
    if (end < 0) this.#hold(part)
    else if (this.#length === 0) this.#target.line(part)
    else {
      this.#hold(part)
      const line = this.#held.subarray(0, this.#length)
      this.#length = 0
      this.#target.line(line)
    }
    return part.length + (end < 0 ? 0 : 1)
  }

  #hold(part: Uint8Array): void {
    if (this.#length + part.length > this.#held.length) {
      const larger = new Uint8Array(Math.max(256, 2 * this.#held.length, this.#length + part.length))
      larger.set(this.#held.subarray(0, this.#length))
      this.#held = larger
    }
    this.#held.set(part, this.#length)
    this.#length += part.length
  }
}
