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
  /** It started anew since it last delivered. */
  readonly restarted: boolean
}

export const untried: Track = { failures: 0, delivered: 0, triedAt: 0, restarted: false }

export type Outcome =
  | { readonly kind: 'delivered'; readonly bytes: number }
  /** It answered, and had nothing for us this time. */
  | { readonly kind: 'idle' }
  /** It left to start anew, and will be there again within seconds. */
  | { readonly kind: 'restarting' }
  | { readonly kind: 'unreachable' }
  /** There was no way to it from here, which may be our fault. */
  | { readonly kind: 'cut-off' }

/** The first wait after a failure, doubled each time, and where that ends. */
const firstWaitMs = 15_000
const longestWaitMs = 30 * 60_000
/** Who answers and has nothing is asked every four minutes in the end: it may have something one day. */
const mostIdle = 5
/** Failures that a source has at most by our own fault: a minute later the cable may be plugged in again. */
const mostCutOff = 3
/** How long a source is left alone that starts anew, in milliseconds: who comes too early finds it shut. */
const restartMs = 5_000

export function outcome(track: Track, what: Outcome, now: number): Track {
  switch (what.kind) {
    case 'delivered':
      return { failures: 0, delivered: track.delivered + what.bytes, triedAt: now, restarted: false }
    case 'restarting':
      // Who does nothing but start anew is idle.
      if (track.restarted) return outcome(track, { kind: 'idle' }, now)
      return { ...track, failures: 0, triedAt: now, restarted: true }
    case 'idle':
      return { ...track, failures: atMost(track.failures, mostIdle), triedAt: now }
    case 'unreachable':
      return { ...track, failures: track.failures + 1, triedAt: now }
    case 'cut-off':
      return { ...track, failures: atMost(track.failures, mostCutOff), triedAt: now }
  }
}

/** One failure more, but not more than `most` of this kind. */
function atMost(failures: number, most: number): number {
  return Math.max(failures, Math.min(failures + 1, most))
}

/** Somebody who knows has just told of it again: one failure is forgiven. */
export function toldAgain(track: Track): Track {
  return track.failures > 1 ? { ...track, failures: track.failures - 1 } : track
}

/** When the source may be tried again, in milliseconds since the epoch. */
export function retryAt(track: Track): number {
  if (track.failures === 0) return track.triedAt + (track.restarted ? restartMs : 0)
  return track.triedAt + Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(track.failures - 1, 12))
}

/** Higher is better: who delivered comes first, then who was never tried, then who failed least. */
export function score(track: Track): number {
  if (track.delivered > 0) return 1 + Math.log2(1 + track.delivered) - track.failures * 8
  return -track.failures
}
