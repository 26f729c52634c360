import type { Peer } from '../peer/peer.ts'
import type { Endpoint } from '../network/net.ts'

/** A service that a peer lends. */
export interface Offer {
  readonly id: string
  readonly kind: 'printer' | 'game' | 'internet'
  readonly title: string
  readonly peer: Peer
}

/** An offer in use; disposing gives it back. */
export interface Lease extends AsyncDisposable {
  /** Where programs on this machine reach it. */
  readonly local: Endpoint
}
