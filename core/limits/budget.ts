import type { Seats } from './seats.ts'

/**
 * Budgets form a tree: global → network → transfer → peer, with the local network beside (design 4). Bytes are
 * taken from the whole path to the root, so every limit on the way holds at once. A rate of `undefined` is
 * unlimited and costs nothing but counting.
 */
export type Direction = 'down' | 'up'

export interface Rates {
  /** Bytes per second; 0 lets nothing through. */
  readonly down?: number | undefined
  readonly up?: number | undefined
}

export interface Budget {
  readonly name: string
  readonly parent: Budget | undefined
  readonly rates: Rates
  /**
   * The same budget for traffic within the local network: what is counted and limited here and above holds as
   * well, but the path ends at the local network's limit instead of the global one.
   */
  readonly local: Budget
  /** The same path in units of connections. */
  readonly seats: Seats
  limit(rates: Rates): void
  /** How many of `wanted` bytes may move now, at the most; 0 means: ask again at `readyAt`. */
  available(direction: Direction, wanted: number, now: number): number
  /** Counts bytes that moved; may go into debt, which later calls to `available` wait out. */
  spend(direction: Direction, bytes: number, now: number): void
  /** When at least `bytes` (or a whole burst) could be available, in milliseconds since the epoch. */
  readyAt(direction: Direction, bytes: number, now: number): number
  /**
   * Calls back once, with how many of `bytes` may move (at least 1), when it is this caller's turn among all who
   * wait below the same limits. What then moves is told to `spend` as always. Dispose to leave the queue.
   */
  wait(direction: Direction, bytes: number, ready: (bytes: number) => void): Disposable
  /** Bytes moved since the start. */
  total(direction: Direction): number
  /** Bytes per second over the last few seconds. */
  rate(direction: Direction, now: number): number
  /** True when no budget on the path to the root has a limit in this direction. */
  unlimited(direction: Direction): boolean
  child(name: string): Budget
}

/** `wait` as a promise; at once where nothing is limited. Rejects with the signal's reason when it aborts. */
export function turn(budget: Budget, direction: Direction, bytes: number, signal?: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error)
    if (budget.unlimited(direction)) return resolve(bytes)
    const abort = (): void => {
      waiting[Symbol.dispose]()
      reject(signal?.reason as Error)
    }
    const waiting = budget.wait(direction, bytes, (granted) => {
      signal?.removeEventListener('abort', abort)
      resolve(granted)
    })
    signal?.addEventListener('abort', abort, { once: true })
  })
}
