import { createCipheriv, createDecipheriv, type DecipherGCM } from 'node:crypto'
import { free } from '../bytes.ts'
import {
  notSealed,
  readRecordHead,
  RECORD_BYTES,
  RECORD_HEAD_BYTES,
  RECORD_TAG_BYTES,
  RecordNonces,
  writeRecordHead,
} from './records.ts'

/** A byte stream that only two sides can read and make, in the records of `records.ts`. */
const ALGORITHM = 'aes-256-gcm'

export interface StreamSealer {
  /** Plain bytes sealed so far; the key is used up at `MOST_STREAM_BYTES`. */
  readonly sealed: number
  /** Parts that travel one behind the other; `plain` may change afterwards. @param last nothing follows */
  seal(plain: Uint8Array, last?: boolean): readonly Uint8Array[]
}

export function streamSealer(key: Uint8Array): StreamSealer {
  const nonces = new RecordNonces()
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
        const head = new Uint8Array(RECORD_HEAD_BYTES)
        writeRecordHead(head, { length: some.length, last: last && at === plain.length })
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
  const nonces = new RecordNonces()
  /** Head or tag, as it gathers. */
  const small = new Uint8Array(RECORD_TAG_BYTES)
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
    ;({ length: left, last } = readRecordHead(small))
    decipher = createDecipheriv(ALGORITHM, key, nonces.next())
    decipher.setAAD(small.subarray(0, RECORD_HEAD_BYTES))
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
          at += gather(chunk, at, RECORD_HEAD_BYTES)
          if (gathered === RECORD_HEAD_BYTES) begin()
        } else if (left > 0) {
          const some = chunk.subarray(at, at + left)
          held.push(bare(decipher.update(some)))
          left -= some.length
          at += some.length
        } else {
          at += gather(chunk, at, RECORD_TAG_BYTES)
          if (gathered === RECORD_TAG_BYTES) end(give)
        }
      }
    },
  }
}

/** Not as a Buffer, whose slices are no copies. */
function bare({ buffer, byteOffset, length }: Buffer): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length)
}
