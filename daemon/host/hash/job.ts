import type { Span } from '@kith/wire/hash/span.ts'
import type { LibraryDigests } from '@kith/wire/hash/whole.ts'
import type { SystemError } from '../disk/fault.ts'
import type { Stamp } from './stamp.ts'

/** A file as it was found. Nothing between `root` and `path` may be a link, nor the file itself. */
export interface FileAt {
  readonly root: string
  readonly path: string
  readonly size: number
  readonly stamp: Stamp
}

/** What a hashing thread is told to do. */
export type HashJob =
  /** Several short files, each read as a whole. */
  | { readonly kind: 'files'; readonly files: readonly FileAt[] }
  /** All trees of one span of a long file. */
  | { readonly kind: 'span'; readonly file: FileAt; readonly index: number }
  /**
   * SHA-1 and SHA-256 of the whole go on over one span. They are kept in the thread from one call to the next, under
   * `key`, and begin with span 0.
   */
  | { readonly kind: 'chain'; readonly file: FileAt; readonly key: number; readonly index: number }
  | {
      readonly kind: 'join'
      readonly size: number
      readonly spans: readonly Span[]
      readonly whole: Pick<LibraryDigests, 'sha1' | 'sha256'>
    }
  /** The file will not be gone on with. */
  | { readonly kind: 'forget'; readonly key: number }

/**
 * What became of one file or part of it. `change` is when its inode changed last, in nanoseconds as text: the same in
 * all parts, or it was not the same file all the time.
 */
export type HashAnswer =
  | { readonly kind: 'digests'; readonly digests: LibraryDigests }
  /** Of a short file: what `unpackWhole` reads. */
  | { readonly kind: 'whole'; readonly packed: Uint8Array }
  | { readonly kind: 'span'; readonly span: Span; readonly change: string }
  | { readonly kind: 'chained'; readonly change: string; readonly whole?: Pick<LibraryDigests, 'sha1' | 'sha256'> }
  /** The thread does not know this chain: it has to begin anew. */
  | { readonly kind: 'lost' }
  | { readonly kind: 'changed' }
  | { readonly kind: 'failed'; readonly error: SystemError }

/** Orders to a thread; it answers each with a list as long as its files, or of one. */
export interface HashOrder {
  readonly id: number
  readonly job: HashJob
}

export interface HashReport {
  readonly id: number
  readonly answers: readonly HashAnswer[]
}

/** What a thread is started with. */
export interface HashThread {
  /** Whether it makes roots for torrents of version 2. */
  readonly version2: boolean
}
