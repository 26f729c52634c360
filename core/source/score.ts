/**
 * How promising a source is: what it did for us lately decides whom we dial first and how long we leave it alone
 * after a failure.
 */
export interface Track {
  /** Times in a row that it could not be reached or had nothing. */
  readonly failures: number
  /** Payload bytes that it ever delivered. */
  readonly delivered: number
  /** Milliseconds since the epoch of the last try; 0 for never. */
  readonly triedAt: number
}

export const untried: Track = { failures: 0, delivered: 0, triedAt: 0 }

export type Outcome =
  | { readonly kind: 'delivered'; readonly bytes: number }
  /** It answered, and had nothing for us this time. */
  | { readonly kind: 'idle' }
  | { readonly kind: 'unreachable' }

/** The first wait after a failure, doubled each time, and where that ends. */
const firstWaitMs = 15_000
const longestWaitMs = 30 * 60_000

export function outcome(track: Track, what: Outcome, now: number): Track {
  switch (what.kind) {
    case 'delivered':
      return { failures: 0, delivered: track.delivered + what.bytes, triedAt: now }
    case 'idle':
      return { failures: Math.max(1, track.failures), delivered: track.delivered, triedAt: now }
    case 'unreachable':
      return { failures: track.failures + 1, delivered: track.delivered, triedAt: now }
  }
}

/** When the source may be tried again, in milliseconds since the epoch. */
export function retryAt(track: Track): number {
  if (track.failures === 0) return track.triedAt
  return track.triedAt + Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(track.failures - 1, 12))
}

/** Higher is better: who delivered comes first, then who was never tried, then who failed least. */
export function score(track: Track): number {
  if (track.delivered > 0) return 1 + Math.log2(1 + track.delivered) - track.failures * 8
  return -track.failures
}
