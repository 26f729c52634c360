import type { Content } from '../content/content.ts'
import type { NetworkId } from '../peer/peer.ts'

/** What only one network understands of a link or document: trackers, peers, the info dictionary. */
export type Hints = Partial<Record<NetworkId, Uint8Array>>

/** What a link or a document asks for, before anybody was asked. */
export interface Wish {
  readonly content: Content
  readonly hints: Hints
  /** Indices of the files wanted; all without it. */
  readonly select?: readonly number[]
}

/** What the maker of a document says of it. */
export interface WishFacts {
  readonly comment?: string
  readonly createdBy?: string
  /** Its peers come from its own gateways only. */
  readonly private: boolean
}
