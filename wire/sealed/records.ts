import { broken } from '../fault.ts'

/**
 * The layout of a sealed stream, whoever seals it: records under AES-256-GCM (NIST SP 800-38D) with a key of its own for
 * either direction, agreed elsewhere and used for one stream only.
 *
 *     last 1 | length 31 | sealed … | tag 128
 *
 * The length is that of the plain bytes. The nonce is the number of the record, so none can be left out, repeated or
 * moved; the head is authenticated too, and a stream without a record marked last was cut off.
 *
 * The records of TLS hold 16 KiB; these are longer, because what a record costs is most of what sealing costs.
 */
export const STREAM_KEY_BYTES = 32
/** Of plain bytes. Fits the cache of a core, so that what was sealed or opened is still there when it is copied on. */
export const RECORD_BYTES: number = 256 * 1024
/** The longest that is opened. */
export const MOST_RECORD_BYTES: number = 512 * 1024
/** As much as TLS 1.3 lets one key of GCM seal (RFC 8446 5.5). */
export const MOST_STREAM_BYTES: number = 2 ** 38
export const RECORD_HEAD_BYTES = 4
export const RECORD_TAG_BYTES = 16
export const RECORD_NONCE_BYTES = 12
const LAST = 2 ** 31

export interface RecordHead {
  /** Of the plain bytes. */
  readonly length: number
  /** Nothing follows. */
  readonly last: boolean
}

/** Writes a head at the beginning of these bytes. */
export function writeRecordHead(into: Uint8Array, { length, last }: RecordHead): void {
  viewOf(into).setUint32(0, length + (last ? LAST : 0))
}

/** Reads the head that these bytes begin with. @throws FaultError `peer` `wire/sealed` when the record is longer than any */
export function readRecordHead(from: Uint8Array): RecordHead {
  const head = viewOf(from).getUint32(0)
  const length = head % LAST
  if (length > MOST_RECORD_BYTES) throw notSealed('A record is longer than any')
  return { length, last: head >= LAST }
}

/** Twelve bytes that count. */
export class RecordNonces {
  readonly #bytes = new Uint8Array(RECORD_NONCE_BYTES)
  readonly #view = viewOf(this.#bytes)
  #next = 0

  /** Good until the next call. */
  next(): Uint8Array {
    this.#view.setUint32(4, Math.floor(this.#next / 2 ** 32))
    this.#view.setUint32(8, this.#next % 2 ** 32)
    this.#next++
    return this.#bytes
  }
}

export function notSealed(message: string): Error {
  return broken('wire/sealed', message)
}

function viewOf({ buffer, byteOffset }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset)
}
