import type { NetworkId } from '../peer/peer.ts'
import type { Schema } from './schema.ts'
import type { Host } from './host.ts'
import type { FileKind, LinkKind } from './links.ts'
import type { Content } from '../content/content.ts'
import type { WishFacts } from '../transfer/wish.ts'
import type { Description } from '../transfer/subject.ts'
import type { Value } from '../value/value.ts'
import type { Fault } from '../fault/fault.ts'
import type { KeyKind } from './tls.ts'
import type { Games } from '../offer/games.ts'
import type { Internet } from '../offer/internet.ts'
import type { Segments } from '../offer/segments.ts'
import type { Printers } from '../offer/printers.ts'
import type { Deliveries } from './deliveries.ts'
import type { Devices, Gifts, SharedTrees, Shelf } from './devices.ts'
import type { Invitations } from './invitations.ts'
import type { Browse, Chat, Directory, Fetch, Gateways, Locate, Offers, Publish, Search, Serve } from './facets.ts'

/** A value that can join one of the worlds (design 3). Making it does nothing; `join` starts everything. */
export interface Network<Settings = unknown> {
  readonly id: NetworkId
  readonly title: string
  /** What joining reveals to others, in one sentence. */
  readonly reveals: string
  readonly settings: Schema<Settings>
  /** What the key is to be by which others know us here; `P-256` without it. One that is kept already stays what it is. */
  readonly key?: KeyKind
  readonly links: readonly LinkKind[]
  /** Schemes of links that name a gateway, such as a hub, instead of bytes: opening one attaches to it. */
  readonly gatewayLinks?: readonly string[]
  readonly files: readonly FileKind[]
  /**
   * What a hint, as kept with a transfer, says about the bytes already, so that a transfer that rests has files and
   * can be checked without the network. Pure. @throws FaultError `input` for a hint that cannot be read
   */
  describe(hint: Uint8Array): Description | undefined
  /** What a hint tells people. Pure. */
  facts(hint: Uint8Array): WishFacts
  /** The document that a hint makes, such as a `.torrent`; undefined while too little is known. Pure. */
  document(hint: Uint8Array): { readonly fileName: string; readonly bytes: Uint8Array } | undefined
  /** A link to the content in this network's notation; undefined when it has none. Pure. */
  link(content: Content, hint: Uint8Array | undefined): string | undefined
  /** Two hints about the same content as one. Pure. */
  mergeHints(known: Uint8Array, news: Uint8Array): Uint8Array
  /** @throws FaultError `local` when this machine cannot join as configured */
  join(host: Host, settings: Settings): Promise<Membership>
}

export interface Health {
  /** `alone`: all is well here but nobody was reached yet. */
  readonly state: 'starting' | 'alone' | 'connected' | 'trouble'
  readonly people: number
  readonly fault?: Fault
}

/**
 * Being in a network. Each facet is one to three methods; a network that cannot do a thing leaves the facet out.
 * Disposing leaves the network in good manners, within a few seconds.
 */
export interface Membership extends AsyncDisposable {
  readonly health: Value<Health>
  readonly gateways?: Gateways
  readonly search?: Search
  readonly locate?: Locate
  readonly fetch?: Fetch
  readonly serve?: Serve
  readonly browse?: Browse
  readonly chat?: Chat
  readonly offers?: Offers
  readonly publish?: Publish
  readonly directory?: Directory
  readonly devices?: Devices
  readonly invitations?: Invitations
  readonly gifts?: Gifts
  readonly deliveries?: Deliveries
  readonly shelf?: Shelf
  readonly trees?: SharedTrees
  readonly games?: Games
  readonly internet?: Internet
  readonly segments?: Segments
  readonly printers?: Printers
}
