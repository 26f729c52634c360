import { createRequire } from 'node:module'
import type { LeafHash, Running } from './algorithms.ts'

/** What both libraries have, one under its own name and one in a function. */
type Begin = () => Running

const DIGEST_BYTES = 32

/**
 * BLAKE3 (draft-aumasson-blake3), with all that the processor can: a prebuilt library (@napi-rs/blake-hash). Where that has
 * none for the machine, @noble/hashes computes the same in JavaScript, a tenth as fast. Either is loaded by the first block, once
 * for each thread.
 */
export function blake3(): LeafHash {
  let loaded: Begin | undefined
  const begin: Begin = () => (loaded ??= native() ?? portable())()
  return {
    size: DIGEST_BYTES,
    of(bytes) {
      const running = begin()
      running.update(bytes)
      return running.digest()
    },
    start: begin,
  }
}

const load = createRequire(import.meta.url)

export function native(): Begin | undefined {
  try {
    const { Blake3Hasher } = load('@napi-rs/blake-hash') as typeof import('@napi-rs/blake-hash')
    return () => {
      const hasher = new Blake3Hasher()
      // It takes any bytes, and says Buffer.
      return { update: (bytes) => void hasher.update(bytes as Buffer), digest: () => hasher.digestBuffer() }
    }
  } catch {
    return undefined
  }
}

export function portable(): Begin {
  const library = load('@noble/hashes/blake3.js') as typeof import('@noble/hashes/blake3.js')
  return () => {
    const hasher = library.blake3.create()
    return { update: (bytes) => void hasher.update(bytes), digest: () => hasher.digest() }
  }
}
