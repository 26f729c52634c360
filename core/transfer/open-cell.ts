import type { Range } from '../range/range-set.ts'
import { Chunk } from './chunk.ts'
import type { Slots } from './storage.ts'

interface Written {
  readonly digest: Uint8Array
}

const noDigest = new Uint8Array()

/** A cell that is being collected: in one chunk, or, when it is longer than a slot, in several one after another. */
export class OpenCell {
  readonly cell: number
  readonly start: number
  readonly end: number
  /** While set, only this lane may fetch the cell: it is on parole. */
  only: number | undefined
  /** Peer keys of those whose bytes are in the parts that are written already. */
  readonly authors: Set<string> = new Set()
  readonly #partLength: number
  /** Per part: not begun, being collected, or written to disk. */
  readonly #parts: (Chunk | Written | undefined)[]

  constructor(cell: number, start: number, end: number, partLength: number, only: number | undefined) {
    this.cell = cell
    this.start = start
    this.end = end
    this.only = only
    this.#partLength = partLength
    this.#parts = Array.from({ length: Math.ceil((end - start) / partLength) }, () => undefined)
  }

  /** True when the whole cell fits in one slot. */
  get whole(): boolean {
    return this.#parts.length === 1
  }

  get hasUnbegunPart(): boolean {
    return this.#parts.includes(undefined)
  }

  /** Begins the next part; undefined when there is none or no memory. */
  begin(slots: Slots, zeros: readonly Range[]): Chunk | undefined {
    const index = this.#parts.indexOf(undefined)
    if (index < 0) return undefined
    const start = this.start + index * this.#partLength
    const length = Math.min(this.#partLength, this.end - start)
    const slot = slots.lease(length)
    if (slot === undefined) return undefined
    const chunk = new Chunk(this.cell, start, length, slot, zeros)
    this.#parts[index] = chunk
    return chunk
  }

  /** The chunk that collects what is at `offset`. */
  chunkAt(offset: number): Chunk | undefined {
    const part = this.#parts[Math.floor((offset - this.start) / this.#partLength)]
    return isWritten(part) ? undefined : part
  }

  #index(chunk: Chunk): number {
    return (chunk.start - this.start) / this.#partLength
  }

  /** `digest` is over the part alone, where that is of use. */
  written(chunk: Chunk, digest: Uint8Array = noDigest): void {
    this.#parts[this.#index(chunk)] = { digest }
  }

  /** The digests of the parts, one after another. Only once it is complete. */
  digests(): Uint8Array {
    return Uint8Array.from(this.#parts.flatMap((part) => (isWritten(part) ? [...part.digest] : [])))
  }

  /** The part has to be fetched again. */
  drop(chunk: Chunk): void {
    this.#parts[this.#index(chunk)] = undefined
  }

  get complete(): boolean {
    return this.#parts.every(isWritten)
  }

  /** Nothing is being collected and nothing is written: the cell can be given up. */
  get idle(): boolean {
    return this.#parts.every((part) => part === undefined)
  }
}

function isWritten(part: Chunk | Written | undefined): part is Written {
  return part !== undefined && 'digest' in part
}
