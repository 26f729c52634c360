import { fail } from '../fault/fault.ts'

/**
 * The digests that networks know contents by, with their sizes in bytes.
 *
 * `btih` is the SHA-1 of a version 1 info dictionary and `btmh` the SHA-256 of a version 2 one: they name a
 * torrent, that is bytes with a layout. `btpr` is the pieces root of one file of a version 2 torrent. The
 * others name the bytes of one file, but for `kith`: it is the SHA-256 of a manifest, by which neighbours know a file or
 * folder that one of them gives.
 */
export const digestSizes = {
  sha1: 20,
  sha256: 32,
  tth: 24,
  ed2k: 16,
  aich: 20,
  md5: 16,
  btih: 20,
  btmh: 32,
  btpr: 32,
  kith: 32,
} as const

export type Algorithm = keyof typeof digestSizes

/** `algorithm:lowercase hex`, so that a digest can be a key, a column and a word on the wire to the page. */
export type Digest = `${Algorithm}:${string}`

export function isAlgorithm(text: string): text is Algorithm {
  return Object.hasOwn(digestSizes, text)
}

/** @throws FaultError `content/digest` for an unknown algorithm, a wrong length or a character that is not hex */
export function digest(text: string): Digest {
  const colon = text.indexOf(':')
  const algorithm = text.slice(0, colon)
  const hex = text.slice(colon + 1).toLowerCase()
  if (!isAlgorithm(algorithm) || hex.length !== digestSizes[algorithm] * 2 || !/^[0-9a-f]*$/.test(hex)) {
    throw fail('input', 'content/digest', `“${text.slice(0, 80)}” is not a digest`)
  }
  return `${algorithm}:${hex}`
}

export function digestOf(algorithm: Algorithm, bytes: Uint8Array): Digest {
  if (bytes.length !== digestSizes[algorithm]) {
    throw fail(
      'input',
      'content/digest',
      `A ${algorithm} digest has ${digestSizes[algorithm]} bytes, not ${bytes.length}`,
    )
  }
  return `${algorithm}:${bytes.toHex()}`
}

export function algorithmOf(of: Digest): Algorithm {
  return of.slice(0, of.indexOf(':')) as Algorithm
}

export function hexOf(of: Digest): string {
  return of.slice(of.indexOf(':') + 1)
}

export function bytesOf(of: Digest): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromHex(hexOf(of))
}
