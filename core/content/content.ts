import type { Algorithm, Digest } from './digest.ts'
import { algorithmOf } from './digest.ts'

/** Bytes known by one or more digests; never a path, never a torrent. */
export interface Content {
  readonly digests: readonly Digest[]
  /** In bytes. */
  readonly size?: number
  /** What people call it; no part of its identity. */
  readonly name?: string
}

export function digestBy(content: Content, algorithm: Algorithm): Digest | undefined {
  return content.digests.find((of) => algorithmOf(of) === algorithm)
}
