import type { Content } from '../content/content.ts'
import type { Digest } from '../content/digest.ts'
import type { NetworkId } from '../peer/peer.ts'
import type { Query } from '../search/query.ts'

export type Audience = 'everyone' | 'friends' | 'local' | 'nobody'

/** Levels of the hash trees of a file, by which others verify parts of it; digests one after another. */
export interface Trees {
  /** Tiger: the digests of 24 bytes of all blocks of `blockBytes`, a power of two from 64 KiB on. */
  readonly tth: { readonly blockBytes: number; readonly leaves: Uint8Array }
  /** The hash set of eDonkey: 16 bytes a part; none for a file shorter than a part. */
  readonly ed2k: Uint8Array
  /** 20 bytes a part. */
  readonly aich: Uint8Array
  /** BitTorrent v2: 32 bytes for each 1 MiB; none for a file of at most one. */
  readonly pieces: Uint8Array
}

/** A local file that we offer, with its digests and its audience. */
export interface Share {
  readonly id: string
  readonly content: Content & { readonly size: number }
  /** As others see it, from the shared folder's name down. */
  readonly path: readonly string[]
  readonly audience: Audience
  /** Networks it is offered on; all that are on without it. */
  readonly networks?: readonly NetworkId[]
  /** When it was changed last, in milliseconds since the epoch. */
  readonly modifiedAt?: number
  /** Looked up when it is asked for; undefined where they are not kept. */
  trees?(): Trees | undefined
  /** @throws FaultError `unavailable` `share/changed` when the file is not the one that was hashed, `disk/…` */
  read(offset: number, into: readonly Uint8Array[]): Promise<void>
}

/** The one index that every network's `serve` reads: files that are hashed and whose audience is not `nobody`. */
export interface Shares {
  /** All of them; there may be a million, which are made as they are asked for. */
  list(): Iterable<Share>
  /** Those that are known by a digest. */
  find(digest: Digest): readonly Share[]
  /** At most `most` that match all of a query, the newest first. */
  search(query: Query, most: number): readonly Share[]
  watch(listener: (share: Share, change: 'added' | 'removed') => void): Disposable
}
