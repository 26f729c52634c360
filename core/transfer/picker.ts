import type { Random } from '../network/clock.ts'
import { pick } from '../network/clock.ts'

/** How much a file is wanted; 0 is not at all. */
export type Priority = 0 | 1 | 2 | 3

/** Rarer than this makes no difference any more. */
const mostAvailable = 255
/** Rarity may be this stale before the order is made anew, in milliseconds. */
const orderAge = 1_000

/**
 * Which fresh cell comes next: by priority, then the rarest, by chance among equals; or simply in order.
 *
 * The order is a counting sort over a fixed random permutation, made anew at most once a second when something
 * changed; cells that are no longer fresh are passed over. So a `have` costs an increment, and 100,000 cells cost
 * one millisecond a second.
 */
export class Picker {
  readonly #priorities: Uint8Array
  readonly #available: Uint16Array
  /** 1 for cells that nobody has begun. */
  readonly #fresh: Uint8Array
  readonly #shuffled: Int32Array
  readonly #order: Int32Array
  #ordered = 0
  #head = 0
  #orderedAt = -Infinity
  #dirty = true
  #freshCount = 0
  sequential = false

  constructor(count: number, random: Random) {
    this.#priorities = new Uint8Array(count)
    this.#available = new Uint16Array(count)
    this.#fresh = new Uint8Array(count)
    this.#order = new Int32Array(count)
    this.#shuffled = Int32Array.from({ length: count }, (_, index) => index)
    for (let i = count - 1; i > 0; i--) {
      const j = pick(random, i + 1)
      const held = this.#shuffled[i]!
      this.#shuffled[i] = this.#shuffled[j]!
      this.#shuffled[j] = held
    }
  }

  /** Wanted cells that nobody has begun. */
  get fresh(): number {
    return this.#freshCount
  }

  priority(cell: number): number {
    return this.#priorities[cell]!
  }

  prioritise(cell: number, priority: Priority): void {
    if (this.#priorities[cell] === priority) return
    if (this.#fresh[cell] === 1) this.#freshCount += Number(priority > 0) - Number(this.#priorities[cell]! > 0)
    this.#priorities[cell] = priority
    this.#expire()
  }

  /** A lane came to have the cell (+1) or is gone (-1). Lanes that have everything are not counted. */
  count(cell: number, change: 1 | -1): void {
    this.#available[cell]! += change
    this.#dirty = true
  }

  /** Whether nobody has begun the cell. */
  setFresh(cell: number, fresh: boolean): void {
    if ((this.#fresh[cell] === 1) === fresh) return
    this.#fresh[cell] = fresh ? 1 : 0
    if (this.#priorities[cell]! > 0) this.#freshCount += fresh ? 1 : -1
    if (fresh) this.#expire()
  }

  /** Whether a cell exists, is wanted, and nobody has begun it. */
  isFresh(cell: number): boolean {
    return this.#fresh[cell] === 1 && this.#priorities[cell]! > 0
  }

  /** The best fresh cell that passes, or -1. */
  next(passes: (cell: number) => boolean, now: number): number {
    if (this.#freshCount === 0) return -1
    if (this.#dirty && now - this.#orderedAt >= orderAge) this.#sort(now)
    // The head moves over what is no longer fresh, so that a lane with everything finds its cell at once.
    while (this.#head < this.#ordered && !this.isFresh(this.#order[this.#head]!)) this.#head++
    for (let i = this.#head; i < this.#ordered; i++) {
      const cell = this.#order[i]!
      if (this.isFresh(cell) && passes(cell)) return cell
    }
    return -1
  }

  #expire(): void {
    this.#dirty = true
    this.#orderedAt = -Infinity
  }

  #sort(now: number): void {
    const rank = (cell: number): number =>
      (3 - this.#priorities[cell]!) * (mostAvailable + 1) +
      (this.sequential ? 0 : Math.min(this.#available[cell]!, mostAvailable))
    const counts = new Int32Array(3 * (mostAvailable + 1) + 1)
    const base = this.#shuffled
    for (let i = 0; i < base.length; i++) {
      const cell = this.sequential ? i : base[i]!
      if (this.isFresh(cell)) counts[rank(cell) + 1]!++
    }
    for (let i = 1; i < counts.length; i++) counts[i]! += counts[i - 1]!
    this.#ordered = counts.at(-1)!
    for (let i = 0; i < base.length; i++) {
      const cell = this.sequential ? i : base[i]!
      if (this.isFresh(cell)) this.#order[counts[rank(cell)]!++] = cell
    }
    this.#head = 0
    this.#dirty = false
    this.#orderedAt = now
  }

  /** Orders anew at the next question, for example when `sequential` changed. */
  reorder(): void {
    this.#expire()
  }
}
