import { randomFillSync } from 'node:crypto'
import type { Random } from '@kith/core/network/clock.ts'

/** Numbers drawn at once: one call of the system for many. */
const POOL_WORDS = 1024

/** Chance from the operating system, fit for keys. */
export function systemRandom(): Random {
  const pool = new Uint32Array(POOL_WORDS)
  let next = POOL_WORDS
  return {
    number() {
      if (next + 2 > POOL_WORDS) {
        randomFillSync(pool)
        next = 0
      }
      // 53 bits, as many as a number in [0, 1) holds evenly.
      const high = pool[next++]! >>> 5
      const low = pool[next++]! >>> 6
      return (high * 2 ** 26 + low) / 2 ** 53
    },
    bytes: (length) => randomFillSync(new Uint8Array(length)),
  }
}
