import type { Digest } from '../content/digest.ts'

export type Medium = 'audio' | 'video' | 'image' | 'document' | 'archive' | 'program' | 'folder'

/** What someone is looking for. All parts that are given have to hold. */
export interface Query {
  /** Each has to occur in the name or path. */
  readonly words: readonly string[]
  readonly phrases?: readonly string[]
  readonly without?: readonly string[]
  readonly medium?: Medium
  /** What the name may end with, without the dot, in small letters; any of them. */
  readonly extensions?: readonly string[]
  /** Bytes. */
  readonly minimumSize?: number
  readonly maximumSize?: number
  readonly digest?: Digest
}

/** A query cut in what a network can be asked and what we filter ourselves, so that nothing is lost in silence. */
export interface Plan {
  readonly native: Query
  readonly local: Query
}
