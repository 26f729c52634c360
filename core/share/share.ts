import type { Content } from '../content/content.ts'
import type { Digest } from '../content/digest.ts'
import type { NetworkId } from '../peer/peer.ts'
import type { Query } from '../search/query.ts'
import type { Place } from '../transfer/storage.ts'

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
  /** Where its bytes lie, for a thread of the host that reads them itself; undefined where that cannot be. @throws as `read` does */
  place?(start: number, end: number): Promise<Place> | undefined
}

/** Who looks: what is offered on a network to one of these audiences is seen, and nothing else. */
export interface Viewer {
  readonly network: NetworkId
  readonly audiences: readonly Audience[]
}

/** What a folder of the tree of shares holds. */
export interface ShareFolder {
  readonly folders: readonly string[]
  readonly files: readonly Share[]
}

/**
 * The one index that every network's `serve` reads: files that are hashed and whose audience is not `nobody`. There may
 * be a million: nobody keeps all of them, what is asked for is looked up.
 */
export interface Shares {
  /** Files and bytes. */
  total(viewer: Viewer): { readonly files: number; readonly bytes: number }
  /** All of them, made as they are asked for. */
  list(viewer: Viewer): Iterable<Share>
  /** A folder, by its path from a shared folder's name down; empty for all of these. Undefined when there is none. */
  folder(path: readonly string[], viewer: Viewer): ShareFolder | undefined
  /** Those that are known by a digest. */
  find(digest: Digest, viewer: Viewer): readonly Share[]
  /** At most `most` that match all of a query, the newest first. Words stand for all that begin like them. */
  search(query: Query, most: number, viewer: Viewer): readonly Share[]
  /** Paths of at most `most` folders that hold all words somewhere in them; not those in another one of these. */
  searchFolders(words: readonly string[], most: number, viewer: Viewer): readonly (readonly string[])[]
  watch(listener: (share: Share, change: 'added' | 'removed') => void): Disposable
}
