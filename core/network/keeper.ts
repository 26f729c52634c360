/** Somebody who is in a directory of ours: a user of our hub. */
export interface Visitor {
  readonly id: string
  readonly nick: string
  readonly address: string
  /** What they speak: `adc`, `nmdc`. */
  readonly protocol: string
  /** Inside TLS. */
  readonly secured: boolean
  /** `ncdc 1.23.1`; empty when unknown. */
  readonly client: string
  readonly rank: string
  /** Bytes. */
  readonly shared: number
  /** Milliseconds since the epoch. */
  readonly since: number
}

/** Who may not come, by any of what is named. */
export interface Exclusion {
  readonly id: string
  readonly nick?: string
  readonly address?: string
  readonly reason: string
  /** The nick of who did it; empty when it was the directory itself. */
  readonly by: string
  /** Milliseconds since the epoch; without `until` it is for ever. */
  readonly at: number
  readonly until?: number
}

export interface Registration {
  readonly nick: string
  readonly rank: string
}

/** What the keeper of a directory with people in it can do. Everything is safe while it is closed, when nobody is there. */
export interface Keeper {
  /** What may be given to people, the least first. */
  readonly ranks: readonly string[]
  visitors(): readonly Visitor[]
  /** Sends somebody away; they may come again. @throws FaultError `input` for nobody */
  kick(id: string, reason: string): void
  exclusions(): readonly Exclusion[]
  /** By the nick, which sends its holder away, the address, or both. @throws FaultError `input` without either */
  exclude(who: { readonly nick?: string; readonly address?: string }, reason: string, ms?: number): Exclusion
  /** @throws FaultError `input` for one that there is not */
  readmit(id: string): void
  registrations(): readonly Registration[]
  /** Gives a nick to whoever knows the password, or changes that. @throws FaultError `input` */
  register(nick: string, password: string, rank: string): Registration
  /** @throws FaultError `input` for one that there is not */
  unregister(nick: string): void
  /** Says something to everybody. */
  announce(text: string): void
}
