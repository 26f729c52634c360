/**
 * Budgets form a tree: global → network → transfer → peer, with the local network beside (design 4). Bytes are
 * taken from the whole path to the root, so every limit on the way holds at once. A rate of `undefined` is
 * unlimited and costs nothing but counting.
 */
export type Direction = 'down' | 'up'

export interface Rates {
  /** Bytes per second. */
  readonly down?: number | undefined
  readonly up?: number | undefined
}

export interface Budget {
  readonly name: string
  readonly parent: Budget | undefined
  readonly rates: Rates
  limit(rates: Rates): void
  /** How many of `wanted` bytes may move now, at the most; 0 means: ask again at `readyAt`. */
  available(direction: Direction, wanted: number, now: number): number
  /** Counts bytes that moved; may go into debt, which later calls to `available` wait out. */
  spend(direction: Direction, bytes: number, now: number): void
  /** When at least `bytes` could be available, in milliseconds since the epoch. */
  readyAt(direction: Direction, bytes: number, now: number): number
  /** Bytes moved since the start. */
  total(direction: Direction): number
  /** Bytes per second over the last few seconds. */
  rate(direction: Direction, now: number): number
  /** True when no budget on the path to the root has a limit in this direction. */
  unlimited(direction: Direction): boolean
  child(name: string): Budget
}
