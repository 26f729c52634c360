import type { Digest } from '../content/digest.ts'
import type { Content } from '../content/content.ts'
import type { Fault } from '../fault/fault.ts'
import type { Peer } from '../peer/peer.ts'
import type { Hit } from '../search/hit.ts'
import type { Plan, Query } from '../search/query.ts'
import type { Share } from '../share/share.ts'
import type { Layout } from '../transfer/layout.ts'
import type { Digests } from '../transfer/storage.ts'
import type { LeafAlgorithm } from '../transfer/proof.ts'
import type { Subject } from '../transfer/subject.ts'
import type { Wish } from '../transfer/wish.ts'
import type { Value } from '../value/value.ts'
import type { Message, Person, Room } from '../chat/chat.ts'
import type { RoomCommand } from '../chat/command.ts'
import type { Keeper } from './keeper.ts'
import type { Lease, Offer } from '../offer/offer.ts'

/** Something that we attach to in order to reach a network: a tracker, a hub, a server, a bootstrap node. */
export interface Gateway {
  /** Its address in the network's own notation. */
  readonly address: string
  readonly kind: string
  readonly state: 'idle' | 'asking' | 'attached' | 'failed'
  /** One line for people: `42 seeds, 7 others`, `announced 3 min ago`. */
  readonly note?: string
  readonly fault?: Fault
  /** When it is asked next, in milliseconds since the epoch. */
  readonly nextAt?: number
  /** The transfer that it serves, where a gateway belongs to one. */
  readonly transfer?: string
}

export interface Gateways {
  list(): readonly Gateway[]
  /** @throws FaultError `input` for an address that the network cannot use */
  add?(address: string, transfer?: string): Promise<void>
  remove?(address: string, transfer?: string): Promise<void>
  /** What lists on the web know that there is, where networks have such lists. @throws FaultError when none answers */
  known?(signal: AbortSignal): Promise<readonly KnownGateway[]>
}

/** A gateway that somebody lists for all. */
export interface KnownGateway {
  readonly address: string
  readonly name: string
  readonly description: string
  readonly people?: number
  /** Bytes that they share together. */
  readonly shared?: number
  readonly country?: string
}

export interface Search {
  /** Splits a query in what the network can be asked and what we have to filter ourselves. */
  plan(query: Query): Plan
  run(plan: Plan, signal: AbortSignal): AsyncIterable<Hit>
}

export interface Locate {
  /** Peers that claim to have a content. */
  locate(content: Content, signal: AbortSignal): AsyncIterable<Peer>
}

export interface Fetch {
  /** Whether this network can do anything for a content, by its digests alone. */
  can(content: Content): boolean
  /**
   * Works for a transfer until the signal aborts: finds sources, opens lanes, and gives to others what is had.
   * Resolves when it has let go of everything.
   */
  work(subject: Subject, signal: AbortSignal): Promise<void>
}

export interface Serve {
  /** Offers a share until the signal aborts. */
  offer(share: Share, signal: AbortSignal): Promise<void>
}

export interface FileEntry {
  readonly path: readonly string[]
  readonly size: number
  readonly digests: readonly Digest[]
  /** What fetches it, where the network has such links. */
  readonly link?: string
}

export interface Browse {
  /** All that somebody shows, or what is in one folder of it; paths are whole either way. */
  browse(peer: Peer, signal: AbortSignal, folder?: readonly string[]): AsyncIterable<FileEntry>
}

export interface Chat {
  readonly rooms: Value<readonly Room[]>
  /** What was said lately, the oldest first. */
  history(room: string): readonly Message[]
  /** What is said from now on. */
  read(room: string, signal: AbortSignal): AsyncIterable<Message>
  /** @throws FaultError `input` for a room that there is not, or a text that is too long */
  say(room: string, text: string): Promise<void>
  /** Who is in a room now, where the network tells; their files are looked at with `browse`. */
  people?(room: string): readonly Person[]
  /** A room of these people and us, where the network has such; gives its id. */
  gather?(title: string, people: readonly string[]): Promise<string>
  /** What a room offers in menus. */
  commands?(room: string): readonly RoomCommand[]
  /** Does it, to somebody by their name where it is about somebody; `answers` to what it asks. @throws FaultError `input` */
  run?(room: string, command: string, answers: Readonly<Record<string, string>>, somebody?: string): Promise<void>
}

export interface Offers {
  list(): readonly Offer[]
  use(offer: Offer, signal: AbortSignal): Promise<Lease>
}

/** The bytes on our own disk that are to be published. */
export interface Body {
  readonly layout: Layout
  digests(start: number, end: number, leaf: number, algorithm: LeafAlgorithm, signal?: AbortSignal): Promise<Digests>
}

export interface PublishOptions {
  /** Addresses of gateways, in tiers. */
  readonly gateways?: readonly (readonly string[])[]
  readonly private?: boolean
  readonly comment?: string
  readonly webSeeds?: readonly string[]
  /** Bytes; chosen by size without it. */
  readonly leaf?: number
  /** Says how many bytes were read so far. */
  progress?(bytes: number): void
}

export interface Publication {
  /** The document that others fetch with, such as a `.torrent`. */
  readonly document: Uint8Array
  readonly fileName: string
  readonly link: string
  /** What gives these bytes to others, and how many there are: filler of the network's own is counted. */
  readonly wish: Wish
  readonly size: number
}

export interface Publish {
  publish(body: Body, options: PublishOptions, signal: AbortSignal): Promise<Publication>
}

/** What our own index counts and where it is reached. */
export interface DirectoryState {
  readonly open: boolean
  readonly addresses: readonly string[]
  readonly counts: Readonly<Record<string, number>>
  readonly fault?: Fault
}

/** The index of who has what, kept by us for others: our own tracker, hub, server or web cache. */
export interface Directory {
  readonly state: Value<DirectoryState>
  /** Opens it; safe to call again. @throws FaultError `local` */
  open(): Promise<void>
  close(): Promise<void>
  /** Where people come, and somebody has to keep order. */
  readonly keeper?: Keeper
}
