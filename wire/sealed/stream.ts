import { createCipheriv, createDecipheriv, type DecipherGCM } from 'node:crypto'
import { free } from '../bytes.ts'
import { broken } from '../fault.ts'

/**
 * A byte stream that only two sides can read and make, cut into records: AES-256-GCM (NIST SP 800-38D) under a key of
 * its own for either direction, agreed elsewhere and used for one stream only.
 *
 *     last 1 | length 31 | sealed … | tag 128
 *
 * The length is that of the plain bytes. The nonce is the number of the record, so none can be left out, repeated or
 * moved; the head is authenticated too, and a stream without a record marked last was cut off.
 *
 * The records of TLS hold 16 KiB; these are longer, because what a record costs is most of what sealing costs.
 */
export const STREAM_KEY_BYTES = 32
/** Fits the cache of a core, so that what was sealed or opened is still there when it is copied on. */
const RECORD_BYTES: number = 256 * 1024
/** The longest that is opened. */
export const MOST_RECORD_BYTES: number = 512 * 1024
/** As much as TLS 1.3 lets one key of GCM seal (RFC 8446 5.5). */
export const MOST_STREAM_BYTES: number = 2 ** 38
const HEAD_BYTES = 4
const TAG_BYTES = 16
const NONCE_BYTES = 12
const LAST = 2 ** 31
const ALGORITHM = 'aes-256-gcm'

/** Twelve bytes that count. */
class Nonces {
  readonly #bytes = new Uint8Array(NONCE_BYTES)
  readonly #view = new DataView(this.#bytes.buffer)
  #next = 0

  /** Good until the next call. */
  next(): Uint8Array {
    this.#view.setUint32(4, Math.floor(this.#next / 2 ** 32))
    this.#view.setUint32(8, this.#next % 2 ** 32)
    this.#next++
    return this.#bytes
  }
}

export interface StreamSealer {
  /** Plain bytes sealed so far; the key is used up at `MOST_STREAM_BYTES`. */
  readonly sealed: number
  /** Parts that travel one behind the other; `plain` may change afterwards. @param last nothing follows */
  seal(plain: Uint8Array, last?: boolean): readonly Uint8Array[]
}

export function streamSealer(key: Uint8Array): StreamSealer {
  const nonces = new Nonces()
  let sealed = 0
  return {
    get sealed() {
      return sealed
    },
    seal(plain, last = false) {
      const parts: Uint8Array[] = []
      let at = 0
      do {
        const some = plain.subarray(at, at + RECORD_BYTES)
        at += some.length
        sealed += some.length
        const head = new Uint8Array(HEAD_BYTES)
        new DataView(head.buffer).setUint32(0, some.length + (last && at === plain.length ? LAST : 0))
        const cipher = createCipheriv(ALGORITHM, key, nonces.next())
        cipher.setAAD(head)
        parts.push(head)
        if (some.length > 0) parts.push(bare(cipher.update(some)))
        cipher.final()
        parts.push(bare(cipher.getAuthTag()))
      } while (at < plain.length)
      return parts
    },
  }
}

export interface StreamOpener {
  /** The record marked last has come. */
  readonly over: boolean
  /**
   * Gives what the chunk makes whole, record by record; it is good during the call only.
   * @throws FaultError `peer` `wire/sealed` when it was not sealed so
   */
  open(chunk: Uint8Array, give: (plain: Uint8Array) => void): void
}

export function streamOpener(key: Uint8Array): StreamOpener {
  const nonces = new Nonces()
  /** Head or tag, as it gathers. */
  const small = new Uint8Array(TAG_BYTES)
  const smallView = new DataView(small.buffer)
  let gathered = 0
  let decipher: DecipherGCM | undefined
  /** Bytes of the record that have not come yet. */
  let left = 0
  let last = false
  let over = false
  /** Opened, and not yet known to be what the other side sealed. */
  let held: Uint8Array[] = []

  /** How many bytes it took of those at `at`; the small part is whole when `gathered` is `length`. */
  function gather(chunk: Uint8Array, at: number, length: number): number {
    const some = chunk.subarray(at, at + length - gathered)
    small.set(some, gathered)
    gathered += some.length
    return some.length
  }

  function begin(): void {
    const head = smallView.getUint32(0)
    last = head >= LAST
    left = head % LAST
    if (left > MOST_RECORD_BYTES) throw notSealed('A record is longer than any')
    decipher = createDecipheriv(ALGORITHM, key, nonces.next())
    decipher.setAAD(small.subarray(0, HEAD_BYTES))
    gathered = 0
  }

  function end(give: (plain: Uint8Array) => void): void {
    decipher!.setAuthTag(small)
    try {
      decipher!.final()
    } catch {
      throw notSealed('A record is not what the other side sealed')
    }
    decipher = undefined
    gathered = 0
    over = last
    const whole = held
    held = []
    for (const plain of whole) {
      give(plain)
      free(plain)
    }
  }

  return {
    get over() {
      return over
    },
    open(chunk, give) {
      for (let at = 0; at < chunk.length;) {
        if (over) throw notSealed('Bytes follow the last record')
        if (decipher === undefined) {
          at += gather(chunk, at, HEAD_BYTES)
          if (gathered === HEAD_BYTES) begin()
        } else if (left > 0) {
          const some = chunk.subarray(at, at + left)
          held.push(bare(decipher.update(some)))
          left -= some.length
          at += some.length
        } else {
          at += gather(chunk, at, TAG_BYTES)
          if (gathered === TAG_BYTES) end(give)
        }
      }
    },
  }
}

/** Not as a Buffer, whose slices are no copies. */
function bare({ buffer, byteOffset, length }: Buffer): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length)
}

function notSealed(message: string): Error {
  return broken('wire/sealed', message)
}
