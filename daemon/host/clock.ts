import type { Clock } from '@kith/core/network/clock.ts'

/** What `setTimeout` can count; it fires at once beyond. */
const LONGEST_MS = 2 ** 31 - 1

/** The time of this machine. */
export function systemClock(): Clock {
  return {
    now: Date.now,
    after(ms, callback) {
      let timer: NodeJS.Timeout
      const wait = (left: number): void => {
        timer = left > LONGEST_MS ? setTimeout(() => wait(left - LONGEST_MS), LONGEST_MS) : setTimeout(callback, left)
      }
      wait(Math.max(0, Math.ceil(ms)))
      return { [Symbol.dispose]: () => clearTimeout(timer) }
    },
  }
}
