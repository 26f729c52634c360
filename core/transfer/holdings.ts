import type { Range } from '../range/range-set.ts'
import { RangeSet } from '../range/range-set.ts'

export type HadChange = 'had' | 'lost'

/** Where what changes is recorded. */
export interface HoldingsRecord {
  had(range: Range): void
  lost(range: Range): void
}

/** What of a transfer is verified and on disk, and who hears when that changes. */
export class Holdings {
  readonly #record: HoldingsRecord
  readonly #listeners = new Set<(range: Range, change: HadChange) => void>()
  /** As recorded, until the cells keep count. */
  readonly #recorded: RangeSet
  #counted: RangeSet | undefined

  constructor(recorded: Iterable<Range>, record: HoldingsRecord) {
    this.#recorded = RangeSet.of(recorded)
    this.#record = record
  }

  get ranges(): RangeSet {
    return this.#counted ?? this.#recorded
  }

  /** From now on these ranges are what is had; somebody else keeps them. */
  count(ranges: RangeSet): void {
    this.#counted = ranges
  }

  watch(listener: (range: Range, change: HadChange) => void): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) }
  }

  /** Verified and written. */
  gained(range: Range): void {
    this.#record.had(range)
    this.#tell(range, 'had')
  }

  /** Found to be otherwise than recorded, while all that is on disk is checked. */
  found(range: Range, change: HadChange): void {
    // Whoever listens asks at once what is had, and until the check is over that is what was recorded.
    if (change === 'had') this.#recorded.add(range.start, range.end)
    else this.#recorded.remove(range.start, range.end)
    this.#record[change](range)
    this.#tell(range, change)
  }

  #tell(range: Range, change: HadChange): void {
    for (const listener of this.#listeners) listener(range, change)
  }
}
