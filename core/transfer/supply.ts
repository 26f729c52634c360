import type { Grid } from './grid.ts'

/** Which cells a source has, and how many of them we want and lack. */
export class Supply {
  readonly #bits: Uint8Array
  #all = false
  /** Cells that the source has and that we want and lack. */
  wanted = 0

  constructor(cells: number) {
    this.#bits = new Uint8Array(Math.ceil(cells / 8))
  }

  get all(): boolean {
    return this.#all
  }

  has(cell: number): boolean {
    return this.#all || (this.#bits[cell >> 3]! & (1 << (cell & 7))) !== 0
  }

  /** False when it was there already. */
  add(cell: number): boolean {
    if (this.has(cell)) return false
    this.#bits[cell >> 3]! |= 1 << (cell & 7)
    return true
  }

  addAll(): void {
    this.#all = true
  }

  /** Forgets everything, to be told anew. */
  clear(): void {
    this.#all = false
    this.#bits.fill(0)
    this.wanted = 0
  }

  *cells(count: number): Generator<number> {
    for (let cell = 0; cell < count; cell++) if (this.has(cell)) yield cell
  }
}

/** The cells that lie wholly inside [start, end). */
export function cellsWithin(grid: Grid, start: number, end: number): { first: number; last: number } {
  if (end <= start || grid.count === 0) return { first: 0, last: -1 }
  let first = grid.cellAt(start)
  if (grid.start(first) < start) first++
  let last = grid.cellAt(end - 1)
  if (grid.end(last) > end) last--
  return { first, last }
}
