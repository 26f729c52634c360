import { createCipheriv, createDecipheriv } from 'node:crypto'
import { Replays } from './replays.ts'

/**
 * Datagrams that only two sides can read and make: AES-256-GCM (NIST SP 800-38D) under a key of its own for either
 * direction, agreed elsewhere.
 *
 *     index 32 | length 16 | counter 48 | sealed … | tag 128
 *
 * The index names the key to its owner, the length is that of the whole datagram, so that several may lie one behind
 * the other, and the counter never comes twice: together they are the nonce. All of it is authenticated.
 */
export const KEY_BYTES = 32
const HEAD_BYTES = 12
const TAG_BYTES = 16
/** What sealing adds. */
export const SEAL_BYTES: number = HEAD_BYTES + TAG_BYTES
/** Far below the 2^48 of the header, and as many as one key of GCM should seal (RFC 9147 4.5.3 counts 2^24.5 full records). */
const MOST_SEALED = 2 ** 32
const ALGORITHM = 'aes-256-gcm'

export interface Sealer {
  /** Seals into `into` at `at`, and says how long the datagram is. @throws RangeError after 2^32 of them */
  seal(plain: Uint8Array, into: Uint8Array, at: number): number
}

/** @param index what the other side knows the key by */
export function sealer(key: Uint8Array, index: number): Sealer {
  let counter = 0
  return {
    seal(plain, into, at) {
      if (counter >= MOST_SEALED) throw new RangeError('the key is used up')
      const length = HEAD_BYTES + plain.length + TAG_BYTES
      const view = new DataView(into.buffer, into.byteOffset + at, length)
      view.setUint32(0, index)
      view.setUint16(4, length)
      view.setUint16(6, 0)
      view.setUint32(8, counter++)
      const cipher = createCipheriv(ALGORITHM, key, into.subarray(at, at + HEAD_BYTES))
      into.set(cipher.update(plain), at + HEAD_BYTES)
      cipher.final()
      into.set(cipher.getAuthTag(), at + length - TAG_BYTES)
      return length
    },
  }
}

export interface Opened {
  readonly plain: Uint8Array
  /** True when no later one was opened before it. */
  readonly newest: boolean
}

export interface Opener {
  /** Undefined for what is not sealed by the other side, was opened before, or comes far too late. */
  open(sealed: Uint8Array): Opened | undefined
}

export function opener(key: Uint8Array, index: number): Opener {
  const replays = new Replays()
  return {
    open(sealed) {
      const { length } = sealed
      if (length < SEAL_BYTES || lengthOf(sealed, 0) !== length) return undefined
      const view = new DataView(sealed.buffer, sealed.byteOffset, length)
      const counter = view.getUint32(8)
      if (view.getUint32(0) !== index || view.getUint16(6) !== 0 || !replays.fresh(counter)) return undefined
      const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, HEAD_BYTES))
      decipher.setAuthTag(sealed.subarray(length - TAG_BYTES))
      const plain = decipher.update(sealed.subarray(HEAD_BYTES, length - TAG_BYTES))
      try {
        decipher.final()
      } catch {
        return undefined
      }
      return { plain: new Uint8Array(plain.buffer, plain.byteOffset, plain.length), newest: replays.add(counter) }
    },
  }
}

/** How long the datagram at `at` says that it is; undefined when that cannot be. */
export function lengthOf(bytes: Uint8Array, at: number): number | undefined {
  if (bytes.length - at < SEAL_BYTES) return undefined
  const length = (bytes[at + 4]! << 8) | bytes[at + 5]!
  return length < SEAL_BYTES || length > bytes.length - at ? undefined : length
}
