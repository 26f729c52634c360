import { fail } from '../fault/fault.ts'
import type { Clock } from './clock.ts'
import type { Connection } from './net.ts'

/** Bytes on their way to the slower side, beyond which the faster one is made to wait. */
const MOST_PENDING_BYTES = 512 * 1024
/**
 * A line of which one side has said all may wait for the other no longer than this without a byte: whoever forgets to
 * close would hold both sides for good. Address translators keep such lines for four minutes (RFC 5382 5).
 */
export const HALF_OPEN_MS: number = 5 * 60_000

/**
 * Joins two connections: what one receives, the other sends, at the pace of the slower. One that sends no more may
 * still receive, as long as something comes; in all else they end together, and `ended` comes when both have. `passed`
 * counts what goes over it.
 */
export function splice(
  clock: Clock,
  one: Connection,
  other: Connection,
  ended?: () => void,
  passed?: (bytes: number, from: Connection) => void,
): void {
  let open = 2
  let movedAt = clock.now()
  let waiting: Disposable | undefined
  const wait = (ms: number): void => {
    waiting = clock.after(ms, () => {
      const left = movedAt + HALF_OPEN_MS - clock.now()
      if (left > 0) return wait(left)
      const silent = fail('gone', 'net/half-open', 'One side has said all, and the other says nothing more').fault
      one.close(silent)
      other.close(silent)
    })
  }
  const ways: Ways = {
    moved(bytes, from) {
      movedAt = clock.now()
      passed?.(bytes, from)
    },
    finished() {
      movedAt = clock.now()
      if (waiting === undefined) wait(HALF_OPEN_MS)
    },
    ended() {
      if (--open > 0) return
      waiting?.[Symbol.dispose]()
      ended?.()
    },
  }
  lead(one, other, ways)
  lead(other, one, ways)
}

interface Ways {
  moved(bytes: number, from: Connection): void
  finished(): void
  ended(): void
}

function lead(from: Connection, to: Connection, ways: Ways): void {
  from.open({
    receive(bytes) {
      to.send(bytes.slice())
      ways.moved(bytes.length, from)
      if (to.pending > MOST_PENDING_BYTES) from.pause()
    },
    // What we send has left: whoever feeds us may go on.
    drained: () => to.resume(),
    finished() {
      to.finish()
      ways.finished()
    },
    ended(fault) {
      to.close(fault)
      ways.ended()
    },
  })
}
