import type { Taker } from '../talk/peer-event.ts'

/** 24 bytes for each of 8,192 blocks: sixteen times of what anybody keeps. */
const mostBytes = 24 * 8_192

/** Collects a list of leaves; one that is too long is none. */
export function leavesTaker(got: (leaves: Uint8Array) => void): Taker {
  let leaves = new Uint8Array()
  let filled = 0
  return {
    begin(bytes) {
      leaves = new Uint8Array(bytes <= mostBytes ? bytes : 0)
    },
    body(bytes) {
      if (filled + bytes.length <= leaves.length) leaves.set(bytes, filled)
      filled += bytes.length
    },
    end: () => got(leaves),
  }
}
