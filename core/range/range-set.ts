/** Bytes [start, end). */
export interface Range {
  readonly start: number
  readonly end: number
}

/** A set of integers below 2^53 kept as sorted, disjoint, non-adjacent ranges. */
export class RangeSet {
  #starts: number[] = []
  #ends: number[] = []
  #length = 0

  static of(ranges: Iterable<Range>): RangeSet {
    const set = new RangeSet()
    for (const { start, end } of ranges) set.add(start, end)
    return set
  }

  /** How many integers are in the set. */
  get length(): number {
    return this.#length
  }

  /** How many separate ranges there are. */
  get count(): number {
    return this.#starts.length
  }

  add(start: number, end: number): void {
    if (end <= start) return
    // The ranges [first, last) touch or overlap the new one and melt into it.
    const first = lowerBound(this.#ends, start)
    let last = first
    while (last < this.#starts.length && this.#starts[last]! <= end) last++
    let from = start
    let to = end
    for (let i = first; i < last; i++) this.#length -= this.#ends[i]! - this.#starts[i]!
    if (last > first) {
      from = Math.min(from, this.#starts[first]!)
      to = Math.max(to, this.#ends[last - 1]!)
    }
    if (last === first + 1) {
      this.#starts[first] = from
      this.#ends[first] = to
    } else {
      this.#starts.splice(first, last - first, from)
      this.#ends.splice(first, last - first, to)
    }
    this.#length += to - from
  }

  remove(start: number, end: number): void {
    if (end <= start) return
    const first = upperBound(this.#ends, start)
    let last = first
    const starts: number[] = []
    const ends: number[] = []
    while (last < this.#starts.length && this.#starts[last]! < end) {
      const from = this.#starts[last]!
      const to = this.#ends[last]!
      this.#length -= to - from
      if (from < start) {
        starts.push(from)
        ends.push(start)
        this.#length += start - from
      }
      if (to > end) {
        starts.push(end)
        ends.push(to)
        this.#length += to - end
      }
      last++
    }
    this.#starts.splice(first, last - first, ...starts)
    this.#ends.splice(first, last - first, ...ends)
  }

  has(start: number, end: number): boolean {
    if (end <= start) return true
    const at = upperBound(this.#ends, start)
    return at < this.#starts.length && this.#starts[at]! <= start && this.#ends[at]! >= end
  }

  /** How many integers of [start, end) are in the set. */
  lengthWithin(start: number, end: number): number {
    let sum = 0
    for (let i = upperBound(this.#ends, start); i < this.#starts.length && this.#starts[i]! < end; i++) {
      sum += Math.min(end, this.#ends[i]!) - Math.max(start, this.#starts[i]!)
    }
    return sum
  }

  /** The parts of [start, end) that are not in the set. */
  *missing(start: number, end: number): Generator<Range> {
    let at = start
    for (let i = upperBound(this.#ends, start); i < this.#starts.length && this.#starts[i]! < end; i++) {
      if (this.#starts[i]! > at) yield { start: at, end: this.#starts[i]! }
      at = this.#ends[i]!
    }
    if (at < end) yield { start: at, end }
  }

  *[Symbol.iterator](): Generator<Range> {
    for (let i = 0; i < this.#starts.length; i++) yield { start: this.#starts[i]!, end: this.#ends[i]! }
  }

  clear(): void {
    this.#starts = []
    this.#ends = []
    this.#length = 0
  }
}

/** Index of the first element that is at least `value`. */
function lowerBound(sorted: readonly number[], value: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}

/** Index of the first element that is greater than `value`. */
function upperBound(sorted: readonly number[], value: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]! <= value) low = middle + 1
    else high = middle
  }
  return low
}
