import type { Peer } from '../peer/peer.ts'

export interface Room {
  readonly id: string
  readonly title: string
  /** A private talk with one peer, or a room of many. */
  readonly kind: 'private' | 'public'
  readonly people: number
}

/** Somebody who is in a room. */
export interface Person {
  readonly peer: Peer
  /** It is us. */
  readonly own: boolean
  /** The room of a private talk with them; there need not be one yet to say something in it. */
  readonly talk?: string
  readonly description?: string
  /** Bytes that they share, where the network tells. */
  readonly shared?: number
  readonly slots?: number
  /** Keeps order there. */
  readonly operator?: boolean
  readonly away?: boolean
  /** A program, not a person. */
  readonly bot?: boolean
  /** Others can connect to them; two who cannot be reached give each other nothing. */
  readonly reachable?: boolean
  /** Nothing of them is to be seen. */
  readonly ignored?: boolean
}

export interface Message {
  readonly room: string
  /** The name of who said it. */
  readonly from: string
  /** Their key, where names are not unique. */
  readonly peer?: string
  readonly text: string
  /** Milliseconds since the epoch. */
  readonly at: number
  /** When it came here by our own clock, where that may be later, or the clock of who said it is wrong. */
  readonly heardAt?: number
  readonly own: boolean
  /** It speaks to us by our name, in a room of many. */
  readonly mention?: boolean
}
