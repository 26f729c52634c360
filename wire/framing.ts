import { broken } from './fault.ts'

/**
 * Cuts a stream into frames: give it what arrives and iterate what is whole.
 *
 * A frame is a view: of the chunk when it lies in one, else of a buffer that is used again when the iteration goes on
 * or ends; use or copy it before. What is left of a chunk is copied and kept. When the iteration is left early, as on
 * a change of protocol, the bytes after the last frame are in `rest()`.
 */
export interface Framer {
  /** @throws FaultError `wire/frame-too-long` */
  frames(chunk: Uint8Array): Generator<Uint8Array>
  /** Takes out what was received and not given as a frame. */
  rest(): Uint8Array
}

/** Bytes that wait for more, in a buffer that grows with what really came and never with what was announced. */
class Held {
  #bytes = new Uint8Array(0)
  #length = 0

  get length(): number {
    return this.#length
  }

  append(bytes: Uint8Array): void {
    const length = this.#length + bytes.length
    if (length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(256, length, this.#bytes.length * 2))
      larger.set(this.#bytes.subarray(0, this.#length))
      this.#bytes = larger
    }
    this.#bytes.set(bytes, this.#length)
    this.#length = length
  }

  view(start = 0, end: number = this.#length): Uint8Array {
    return this.#bytes.subarray(start, end)
  }

  clear(): void {
    this.#length = 0
  }
}

/** Frames that begin with their length: four bytes, highest first, which do not count themselves. */
export function lengthPrefixed(maxBytes: number): Framer {
  const prefix = 4
  const held = new Held()

  function lengthOf(bytes: Uint8Array, at: number): number {
    const length = bytes[at]! * 2 ** 24 + ((bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!)
    if (length > maxBytes) throw tooLong(length, maxBytes)
    return length
  }

  return {
    *frames(chunk) {
      let at = 0
      /** Moves up to `bytes` of the chunk to those held, until there are so many. */
      const fill = (bytes: number): boolean => {
        const some = chunk.subarray(at, at + Math.max(0, bytes - held.length))
        held.append(some)
        at += some.length
        return held.length >= bytes
      }
      try {
        if (held.length > 0) {
          if (!fill(prefix)) return
          const end = prefix + lengthOf(held.view(), 0)
          if (!fill(end)) return
          const frame = held.view(prefix, end)
          held.clear()
          yield frame
        }
        while (chunk.length - at >= prefix) {
          const length = lengthOf(chunk, at)
          if (chunk.length - at - prefix < length) return
          at += prefix + length
          yield chunk.subarray(at - length, at)
        }
      } finally {
        held.append(chunk.subarray(at))
      }
    },
    rest: () => takeOut(held),
  }
}

/** A frame as `lengthPrefixed` reads it. */
export function withLength(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(4 + bytes.length)
  new DataView(frame.buffer).setUint32(0, bytes.length)
  frame.set(bytes, 4)
  return frame
}

/**
 * Frames that end with `terminator` (at least one byte), which is not part of them; for lines and the commands of
 * text protocols. A frame has at most `maxBytes`.
 */
export function terminated(terminator: Uint8Array, maxBytes: number): Framer {
  const held = new Held()
  /** Where in `held` the terminator has been looked for. */
  let searched = 0

  return {
    *frames(chunk) {
      let at = 0
      try {
        if (held.length > 0) {
          // One terminator more than fits tells a frame that is too long from one that goes on.
          const before = held.length
          const room = maxBytes + terminator.length - before
          held.append(chunk.subarray(0, Math.max(0, room)))
          const end = find(held.view(), terminator, searched)
          if (end < 0) {
            at = held.length - before
            if (held.length >= maxBytes + terminator.length) throw tooLong(held.length, maxBytes)
            searched = Math.max(0, held.length - terminator.length + 1)
            return
          }
          at = end + terminator.length - before
          const frame = held.view(0, end)
          held.clear()
          searched = 0
          yield frame
        }
        for (;;) {
          const end = find(chunk, terminator, at)
          const length = (end < 0 ? chunk.length : end) - at
          if (length > maxBytes + (end < 0 ? terminator.length - 1 : 0)) throw tooLong(length, maxBytes)
          if (end < 0) return
          const start = at
          at = end + terminator.length
          yield chunk.subarray(start, end)
        }
      } finally {
        held.append(chunk.subarray(at))
      }
    },
    rest() {
      searched = 0
      return takeOut(held)
    },
  }
}

function takeOut(held: Held): Uint8Array {
  const rest = held.view().slice()
  held.clear()
  return rest
}

/** The first place of `wanted` in `bytes` from `from` on, or -1. */
function find(bytes: Uint8Array, wanted: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(wanted[0]!, from); at >= 0; at = bytes.indexOf(wanted[0]!, at + 1)) {
    if (at + wanted.length > bytes.length) return -1
    let same = 1
    while (same < wanted.length && bytes[at + same] === wanted[same]) same++
    if (same === wanted.length) return at
  }
  return -1
}

function tooLong(length: number, maxBytes: number): Error {
  return broken('wire/frame-too-long', `A frame of ${length} bytes, and ${maxBytes} are allowed`)
}
