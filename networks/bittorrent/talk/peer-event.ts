import type { Endpoint } from '@kith/core/network/net.ts'
import type { Block } from '../wire/peer.ts'

/** What a peer did, as told by its talk once it was found to be in order. */
export type PeerEvent =
  /** The handshake is over: `remoteId`, `client` and `supportsFast` are known. */
  | { readonly kind: 'opened' }
  /** Its extended handshake came, perhaps again: `listenPort`, `metadataSize`, `reqq` … are known. */
  | { readonly kind: 'extended' }
  | { readonly kind: 'choked' | 'unchoked' | 'interested' | 'notInterested' }
  | { readonly kind: 'have' | 'dontHave' | 'suggest' | 'allowedFast'; readonly piece: number }
  /** It told at once of all the pieces that it has. */
  | { readonly kind: 'haves' }
  | ({ readonly kind: 'request' | 'cancel' | 'reject' } & Block)
  | { readonly kind: 'metadataRequest' | 'metadataReject'; readonly piece: number }
  | { readonly kind: 'metadataData'; readonly piece: number; readonly bytes: Uint8Array }
  /** Peers that it knows; `seeds` are those of `added` that have everything. */
  | {
      readonly kind: 'exchange'
      readonly added: readonly Endpoint[]
      readonly seeds: readonly Endpoint[]
      readonly dropped: readonly Endpoint[]
    }
  /** `uploadOnly` changed. */
  | { readonly kind: 'uploadOnly' }

/** Where blocks go, and what is known of those that wait; asked from inside `receive`. */
export interface Blocks {
  /** Memory of exactly `length` bytes, or undefined when nobody wants the block. */
  place(piece: number, begin: number, length: number): Uint8Array | undefined
  /** The whole block is in the memory that `place` gave. */
  delivered(piece: number, begin: number, length: number): void
  /** How many of its requests wait here for an answer: it may have as many under way as we said that we accept. */
  waiting(): number
}

/** How to talk about one torrent. */
export interface TalkSetup {
  readonly infoHash: Uint8Array
  /** Ours. */
  readonly peerId: Uint8Array
  /** These three are undefined until the info dictionary is known; then `setPieces` tells them. */
  readonly pieceCount: number | undefined
  readonly pieceLength: number | undefined
  /** Bytes of the torrent. */
  readonly size: number | undefined
  /** How we call ourselves; undefined says nothing. */
  readonly client: string | undefined
  /** Where we accept connections; 0 for nowhere. */
  readonly listenPort: number
  /** Bytes of our info dictionary, if we have it to give. */
  readonly metadataSize: number | undefined
  /** Whether we want to hear of other peers: not for private torrents (BEP 27). */
  readonly exchange: boolean
  readonly uploadOnly: boolean
  readonly blocks: Blocks
}
