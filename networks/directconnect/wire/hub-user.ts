/** Somebody on a hub, as the hub tells it. */
export interface HubUser {
  /** What the hub calls them: a session of four letters in ADC, the nick in NMDC. */
  readonly id: string
  readonly nick: string
  /** ADC only: the same on every hub. */
  readonly cid?: string
  readonly description: string
  /** `ncdc 1.23.1`; empty when unknown. */
  readonly client: string
  /** Bytes. */
  readonly shared: number
  readonly slots: number
  /** How many of them nobody has, where they say so; ADC only. */
  readonly freeSlots?: number
  /** Numeric. */
  readonly address?: string
  readonly udpPort?: number
  /** Can be dialled. */
  readonly active: boolean
  /** Cannot, but meets others who cannot half way: both dial at the same time (ADC-EXT 3.9, `NATT`). */
  readonly traverses?: boolean
  /** Speaks TLS with other clients. */
  readonly tls: boolean
  /** SHA-256 of their certificate. */
  readonly keyprint?: Uint8Array
  readonly bot: boolean
  readonly operator: boolean
  readonly away: boolean
}

/** What we are on a hub. */
export interface HubSelf {
  readonly nick: string
  readonly password?: string
  readonly description: string
  /** `Kith` and `0.1.0`. */
  readonly program: string
  readonly version: string
  readonly active: boolean
  readonly udpPort: number
  readonly tls: boolean
  readonly fingerprint: Uint8Array
  readonly slots: number
  readonly freeSlots: number
  /** Bytes and files that this hub's users can take. */
  readonly shared: number
  readonly files: number
  /** Hubs that we are a guest, a registered user and an operator of. */
  readonly hubs: readonly [number, number, number]
}
