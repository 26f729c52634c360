import type { Duplex } from 'node:stream'

/** What goes to the system in one call at most, so that counting stays near to what really left. */
const BATCH_BYTES = 1024 * 1024

interface Part {
  readonly bytes: Uint8Array
  readonly sent: (() => void) | undefined
}

/** Bytes on their way out of one socket, in order, one write to the system at a time. */
export interface SendQueue {
  /** Bytes that the system has not taken yet. */
  readonly pending: number
  /** Bytes that were not given to the system yet. */
  readonly queued: number
  readonly writing: boolean
  /** `bytes` are at least one. */
  push(bytes: Uint8Array, sent: (() => void) | undefined): void
  /** Writes up to `most` bytes, at least one, and says how many; `done` comes when the system has taken them. */
  write(socket: Duplex, most: number, done: () => void): number
  /** Once the socket is closed: lets all memory go. */
  abandon(): void
}

/** `failed` is told what a `sent` threw. */
export function sendQueue(failed: (error: unknown) => void): SendQueue {
  let parts: Part[] = []
  let first = 0
  let offset = 0
  let pending = 0
  let queued = 0
  let writing = false
  let told: (() => void)[] = []

  function tell(all: readonly (() => void)[]): void {
    for (const sent of all) {
      try {
        sent()
      } catch (error) {
        failed(error)
      }
    }
  }

  return {
    get pending() {
      return pending
    },
    get queued() {
      return queued
    },
    get writing() {
      return writing
    },
    push(bytes, sent) {
      parts.push({ bytes, sent })
      pending += bytes.length
      queued += bytes.length
    },
    write(socket, most, done) {
      const limit = Math.min(most, BATCH_BYTES)
      const batch: Uint8Array[] = []
      told = []
      let size = 0
      while (first < parts.length && size < limit) {
        const part = parts[first]!
        const rest = part.bytes.length - offset
        // Without a limit a part goes as a whole, however long it is.
        const take = most === Number.POSITIVE_INFINITY ? rest : Math.min(rest, limit - size)
        batch.push(take === part.bytes.length ? part.bytes : part.bytes.subarray(offset, offset + take))
        size += take
        offset += take
        if (offset < part.bytes.length) break
        if (part.sent !== undefined) told.push(part.sent)
        first++
        offset = 0
      }
      if (first === parts.length) {
        parts = []
        first = 0
      }
      queued -= size
      writing = true
      const taken = (error?: Error | null): void => {
        // The socket's own error says why; those bytes will never leave.
        if (error) return
        writing = false
        pending -= size
        const now = told
        told = []
        tell(now)
        done()
      }
      if (batch.length === 1) socket.write(batch[0]!, taken)
      else {
        socket.cork()
        const last = batch.length - 1
        for (let index = 0; index < last; index++) socket.write(batch[index]!)
        socket.write(batch[last]!, taken)
        socket.uncork()
      }
      return size
    },
    abandon() {
      const left = parts.slice(first).flatMap(({ sent }) => sent ?? [])
      const all = [...told, ...left]
      parts = []
      told = []
      first = offset = 0
      tell(all)
    },
  }
}
