import { createHash, hash as digest } from 'node:crypto'
import type { Digester } from './digester.ts'

/** What OpenSSL does for us; Tiger, MD4 and the trees have files of their own. */
export type OpenSslAlgorithm = 'sha1' | 'sha256' | 'md5'

/** 20, 32 or 16 bytes. One call over the whole is a quarter cheaper than updates. */
export function hash(algorithm: OpenSslAlgorithm, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return plain(digest(algorithm, bytes, 'buffer'))
}

export function sha1(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return hash('sha1', bytes)
}

export function sha256(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return hash('sha256', bytes)
}

export function shaDigester(algorithm: OpenSslAlgorithm): Digester<Uint8Array<ArrayBuffer>> {
  const state = createHash(algorithm)
  return {
    update: (bytes) => void state.update(bytes),
    digest: () => plain(state.digest()),
  }
}

function plain(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes)
}
