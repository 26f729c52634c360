/** The least burst, so that a slow limit still lets one network packet's worth of blocks through at once. */
export const LEAST_BURST_BYTES: number = 16 * 1024
/** How much of a second's rate may move at once after a silence. */
export const BURST_SECONDS = 0.25

/** A clock that goes back further than this was set; less is a caller whose `now` is a little old. */
const SET_BACK_MS = 1000

/** A token bucket. Levels are bytes; a negative level is a debt. */
export interface Bucket {
  readonly rate: number | undefined
  /** Most that the level can be; infinite without a limit. */
  readonly burst: number
  limit(rate: number | undefined, now: number): void
  /** Infinite without a limit. */
  level(now: number): number
  take(bytes: number, now: number): void
  /** When the level reaches `bytes`, or the burst where that is less, in milliseconds since the epoch. */
  readyAt(bytes: number, now: number): number
}

/** Starts without a limit. */
export function bucket(): Bucket {
  let rate: number | undefined
  let burst = Number.POSITIVE_INFINITY
  let level = Number.POSITIVE_INFINITY
  let at = 0

  function fill(now: number): void {
    if (now > at) {
      if (rate !== undefined) level = Math.min(burst, level + ((now - at) / 1000) * rate)
      at = now
    } else if (now < at - SET_BACK_MS) at = now
  }

  return {
    get rate() {
      return rate
    },
    get burst() {
      return burst
    },
    limit(next, now) {
      fill(now)
      rate = next === undefined || !Number.isFinite(next) ? undefined : Math.max(0, next)
      if (rate === undefined) burst = level = Number.POSITIVE_INFINITY
      else {
        burst = rate === 0 ? 0 : Math.max(LEAST_BURST_BYTES, rate * BURST_SECONDS)
        level = Math.min(level, burst)
      }
    },
    level(now) {
      fill(now)
      return level
    },
    take(bytes, now) {
      if (rate === undefined) return
      fill(now)
      level -= bytes
    },
    readyAt(bytes, now) {
      if (rate === undefined) return now
      fill(now)
      const missing = Math.min(bytes, burst) - level
      if (rate === 0) return Number.POSITIVE_INFINITY
      return missing <= 0 ? now : now + Math.ceil((missing / rate) * 1000)
    },
  }
}
