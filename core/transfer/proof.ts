/** Algorithms that a leaf can be hashed with. */
export type LeafAlgorithm = 'sha1' | 'sha256' | 'blake3' | 'tth' | 'md4' | 'aich' | 'ed2k' | 'btpr'

/**
 * Expected digests for a run of leaves over [start, end): leaf `i` covers `leaf` bytes from `start + i × leaf`,
 * the last one what is left. A torrent's pieces are one proof over everything; a Tiger tree of one of its files
 * is another over that file.
 */
export interface Proof {
  readonly start: number
  readonly end: number
  readonly leaf: number
  readonly algorithm: LeafAlgorithm
  /** The digests one after another. */
  readonly expected: Uint8Array
  readonly digestSize: number
}

export function leafCount(proof: Proof): number {
  return Math.ceil((proof.end - proof.start) / proof.leaf)
}

/** A single digest to compare a range with. */
export interface Check {
  readonly start: number
  readonly end: number
  readonly algorithm: LeafAlgorithm
  readonly expected: Uint8Array
}

/** Whether the digest that begins at `at` is the one that the check expects. */
export function agrees({ expected }: Check, digests: Uint8Array, at: number = 0): boolean {
  return digests.length >= at + expected.length && expected.every((byte, index) => byte === digests[at + index])
}

/** Whether both prove the same bytes in the same way. */
export function sameProof(a: Proof, b: Proof): boolean {
  return a.start === b.start && a.end === b.end && a.leaf === b.leaf && a.algorithm === b.algorithm
}
