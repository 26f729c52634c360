import { concat } from '../bytes.ts'
import type { Digester } from './digester.ts'
import { md4Size } from './md4.ts'
import type { Md4Kernel } from './md4.ts'

/** Bytes of a part of an eDonkey file. */
export const partBytes = 9_728_000

export interface Ed2k {
  /**
   * 16 bytes; what eMule and nearly everybody uses (“red”): MD4 of the digests of the parts, where a file whose
   * size is a multiple of a part has an empty part at its end. A file shorter than a part is its own digest.
   */
  readonly root: Uint8Array
  /** What a few old programs use (“blue”), without that empty part: different for multiples of a part only. */
  readonly blue: Uint8Array
  /** The hash set: digests of all parts one after another, that empty one too; none for a file shorter than a part. */
  readonly parts: Uint8Array
}

/** Both roots from the digests of the parts that have bytes, and the size. */
export function ed2kOf(kernel: Md4Kernel, size: number, parts: Uint8Array): Ed2k {
  const only = size === 0 ? kernel.digest(new Uint8Array()) : parts.slice(0, md4Size)
  if (size < partBytes) return { root: only, blue: only, parts: new Uint8Array() }
  const blue = parts.length === md4Size ? only : kernel.digest(parts)
  const all = size % partBytes === 0 ? concat([parts, kernel.digest(new Uint8Array())]) : parts.slice()
  return { root: kernel.digest(all), blue, parts: all }
}

/** MD4 is fastest over four messages side by side. */
const gatheredParts = 4

/**
 * The hash of a stream. The first part is hashed as it comes; later ones are gathered by four, which takes 39 MB
 * while it lasts and less than half the time.
 */
export function ed2kDigester(kernel: Md4Kernel): Digester<Ed2k> {
  let size = 0
  const digests: Uint8Array[] = []
  let first: Digester | undefined = kernel.digester()
  let gathered: Uint8Array | undefined
  let count = 0

  /** `bytes` belong to one part. */
  function put(bytes: Uint8Array): void {
    const before = size % partBytes
    size += bytes.length
    const ends = size % partBytes === 0
    if (first !== undefined) {
      first.update(bytes)
      if (!ends) return
      digests.push(first.digest())
      first = undefined
      return
    }
    gathered ??= new Uint8Array(gatheredParts * partBytes)
    gathered.set(bytes, count * partBytes + before)
    if (ends && ++count === gatheredParts) close(gathered)
  }

  function close(bytes: Uint8Array): void {
    const parts = Array.from({ length: Math.ceil(bytes.length / partBytes) }, (_, part) =>
      bytes.subarray(part * partBytes, (part + 1) * partBytes),
    )
    digests.push(...kernel.digests(parts))
    count = 0
  }

  return {
    update(bytes) {
      for (let at = 0; at < bytes.length;) {
        const some = bytes.subarray(at, at + partBytes - (size % partBytes))
        put(some)
        at += some.length
      }
    },
    digest() {
      if (first !== undefined && size > 0) digests.push(first.digest())
      if (gathered !== undefined) close(gathered.subarray(0, count * partBytes + (size % partBytes)))
      gathered = undefined
      return ed2kOf(kernel, size, concat(digests))
    },
  }
}
