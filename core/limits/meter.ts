const SLOT_MS = 500
const SLOTS = 10

/** Counts bytes, and how fast they came over the last five seconds. */
export interface Meter {
  readonly total: number
  add(bytes: number, now: number): void
  /** Bytes per second. */
  rate(now: number): number
}

export function meter(): Meter {
  const slots = new Float64Array(SLOTS)
  let total = 0
  let sum = 0
  let last = 0
  let began = 0

  function advance(now: number): void {
    const slot = Math.floor(now / SLOT_MS)
    if (slot === last) return
    if (slot - last >= SLOTS || slot - last <= -SLOTS) {
      slots.fill(0)
      sum = 0
      last = slot
      return
    }
    for (; last < slot; last++) {
      const oldest = (last + 1) % SLOTS
      sum -= slots[oldest]!
      slots[oldest] = 0
    }
  }

  return {
    get total() {
      return total
    },
    add(bytes, now) {
      advance(now)
      if (sum === 0) began = now
      const slot = last % SLOTS
      slots[slot] = slots[slot]! + bytes
      sum += bytes
      total += bytes
    },
    rate(now) {
      advance(now)
      if (sum === 0) return 0
      const window = now - (last - SLOTS + 1) * SLOT_MS
      // What began less than a window ago is measured over the time that it lasted, but never over an instant.
      return (sum / Math.max(1000, Math.min(window, now - began))) * 1000
    },
  }
}
