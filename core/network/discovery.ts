/** Something that is offered on the local network (DNS-SD, RFC 6763). */
export interface Announcement {
  /** For people, and unique by itself where possible: a taken name gets a number. */
  readonly name: string
  /** Without underscores: `kith`. Always over TCP. */
  readonly type: string
  readonly port: number
  readonly facts: Readonly<Record<string, string>>
  /** Narrower kinds that it is also found by, without underscores (RFC 6763 7.1): `universal`. */
  readonly subtypes?: readonly string[]
  /** Told to programs of this machine only, where it is reached at 127.0.0.1. */
  readonly hereOnly?: boolean
}

export interface Found extends Announcement {
  /** Numeric, v4 before v6. */
  readonly addresses: readonly string[]
}

/** Finds and is found on the local network, by multicast DNS (RFC 6762). */
export interface Discovery {
  /** Until disposed. @throws FaultError `local` */
  announce(what: Announcement): Promise<AsyncDisposable>
  /** Tells of everything of this type, also when its facts or addresses change, until disposed. */
  browse(type: string, listener: (found: Found, change: 'here' | 'gone') => void): Promise<AsyncDisposable>
}
