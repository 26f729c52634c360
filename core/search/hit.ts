import type { Content } from '../content/content.ts'
import type { Peer } from '../peer/peer.ts'

/** One answer to a search: somebody claims to have a content. */
export interface Hit {
  readonly content: Content
  readonly peer: Peer
  readonly path?: readonly string[]
  /** Free upload slots, where the network tells. */
  readonly slots?: number
  /** It is a folder: what is in it is found by browsing. */
  readonly folder?: boolean
  /** What fetches it from this peer, where the network has such links. */
  readonly link?: string
}
