/** A whole record of what is sealed, or of HTTP/2's many: what costs time is the call, not the byte. */
export const READ_BYTES: number = 512 * 1024
const VIEW_STEP_BYTES = 4 * 1024

/**
 * The memory that sockets read into. One is enough for all sockets of a process: libuv asks for a buffer, reads and
 * calls back in one turn (`uv__read`; on Windows it reads when told that there is something to read), and a receiver
 * may use the bytes during that call only.
 */
export interface ReadSpace {
  readonly whole: Uint8Array
  /** The first `bytes`, rounded down to a step but never less than one. */
  first(bytes: number): Uint8Array
}

export function readSpace(): ReadSpace {
  const whole = new Uint8Array(READ_BYTES)
  const views = Array.from({ length: READ_BYTES / VIEW_STEP_BYTES }, (_, index) =>
    whole.subarray(0, (index + 1) * VIEW_STEP_BYTES),
  )
  return {
    whole,
    first(bytes) {
      const index = Math.floor(bytes / VIEW_STEP_BYTES) - 1
      return views[Math.max(0, Math.min(views.length - 1, index))]!
    },
  }
}
