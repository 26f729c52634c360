import type { Connection } from '@kith/core/network/net.ts'
import type { Pump } from '@kith/core/network/pump.ts'
import type { Protocol, UserTalk } from '../talk/user-event.ts'
import { numberIn } from '../wire/adc-search.ts'
import { Floods } from './floods.ts'
import type { Rank } from './accounts.ts'

/**
 * A user who does not fetch what is said to him is let go when so much waits, besides the list of users: about ten
 * thousand lines, which many such users share, each with a mark of their own for every line.
 */
const mostPendingBytes = 1024 * 1024
/** Beyond this, what is not for him alone is left out: questions of others. */
const busyBytes = 256 * 1024

/** Somebody on our hub, from the first byte on. */
export class Guest {
  /** Four letters: what users of ADC call them, and the keeper. */
  readonly session: string
  readonly protocol: Protocol
  readonly connection: Connection
  readonly talk: UserTalk
  readonly floods: Floods
  /** Milliseconds since the epoch. */
  readonly since: number
  pump: Pump | undefined
  nick = ''
  /** In base32. One is made up for users of NMDC, which has none. */
  cid = ''
  rank: Rank = 'guest'
  /** Their program can show what the hub offers. */
  menus = false
  /** By the names of ADC, with what the hub says of them. */
  fields: ReadonlyMap<string, string> = new Map()
  /** `$MyINFO` as they sent it, in NMDC. */
  native: Uint8Array | undefined
  /** Others know them. */
  online = false
  /** They were sent away, or have left: what they said besides is not heard any more. */
  gone = false
  /** Parts of the shout that they were given already. */
  heard = 0
  /** When they last asked a question, and the token of it. */
  askedAt = 0
  token = ''

  constructor(of: Pick<Guest, 'session' | 'protocol' | 'connection' | 'talk' | 'since'>) {
    this.session = of.session
    this.protocol = of.protocol
    this.connection = of.connection
    this.talk = of.talk
    this.since = of.since
    this.floods = new Floods(of.since)
  }

  get address(): string {
    return this.connection.remote.host
  }

  get shared(): number {
    return numberIn(this.fields.get('SS')) ?? 0
  }

  get features(): readonly string[] {
    return (this.fields.get('SU') ?? '').split(',')
  }

  get operator(): boolean {
    return this.rank === 'operator' || this.rank === 'keeper'
  }

  get busy(): boolean {
    return this.connection.pending > busyBytes
  }

  /** `list` is how many bytes the list of users has. */
  tooSlow(list: number): boolean {
    return this.connection.pending > mostPendingBytes + 2 * list
  }
}
