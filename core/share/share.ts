import type { Content } from '../content/content.ts'
import type { NetworkId } from '../peer/peer.ts'

export type Audience = 'everyone' | 'friends' | 'local' | 'nobody'

/** A local file that we offer, with its digests and its audience. */
export interface Share {
  readonly id: string
  readonly content: Content & { readonly size: number }
  /** As others see it, from the shared folder's name down. */
  readonly path: readonly string[]
  readonly audience: Audience
  /** Networks it is offered on; all that are on without it. */
  readonly networks?: readonly NetworkId[]
  read(offset: number, into: readonly Uint8Array[]): Promise<void>
}

/** The one index that every network's `serve` reads. */
export interface Shares {
  list(): Iterable<Share>
  watch(listener: (share: Share, change: 'added' | 'removed') => void): Disposable
}
