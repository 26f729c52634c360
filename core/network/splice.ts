import type { Connection } from './net.ts'

/** Bytes on their way to the slower side, beyond which the faster one is made to wait. */
const MOST_PENDING_BYTES = 512 * 1024

/**
 * Joins two connections: what one receives, the other sends, at the pace of the slower. One that sends no more may
 * still receive; in all else they end together, and `ended` comes when both have. `passed` counts what goes over it.
 */
export function splice(
  one: Connection,
  other: Connection,
  ended?: () => void,
  passed?: (bytes: number, from: Connection) => void,
): void {
  let open = 2
  const finish = (): void => {
    if (--open === 0) ended?.()
  }
  lead(one, other, finish, passed)
  lead(other, one, finish, passed)
}

function lead(
  from: Connection,
  to: Connection,
  finish: () => void,
  passed: ((bytes: number, from: Connection) => void) | undefined,
): void {
  from.open({
    receive(bytes) {
      to.send(bytes.slice())
      passed?.(bytes.length, from)
      if (to.pending > MOST_PENDING_BYTES) from.pause()
    },
    // What we send has left: whoever feeds us may go on.
    drained: () => to.resume(),
    finished: () => to.finish(),
    ended(fault) {
      to.close(fault)
      finish()
    },
  })
}
