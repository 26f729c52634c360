import type { Protocol } from '../talk/user-event.ts'
import type { Settings } from '../settings.ts'
import type { Accounts } from './accounts.ts'
import type { Ban, Bans } from './bans.ts'
import type { Dialect } from './dialect.ts'
import type { Guest } from './guest.ts'
import type { History } from './history.ts'
import type { People } from './people.ts'

/** Our open hub as its parts see it: who is there, what is kept, and what can be said and done. */
export interface Floor {
  readonly settings: Settings
  readonly people: People
  readonly accounts: Accounts
  readonly bans: Bans
  readonly history: History
  readonly dialects: Readonly<Record<Protocol, Dialect>>
  /** Since when it is open, in milliseconds since the epoch. */
  readonly since: number
  readonly now: number
  readonly topic: string
  /** `Kith 0.1.0`. */
  readonly program: string
  readonly counts: Readonly<Record<string, number>>
  /** To one, after what is for everybody. */
  tell(guest: Guest, bytes: Uint8Array): void
  /** In the hub's own voice: to one, or to all. */
  voice(guest: Guest, text: string): void
  announce(text: string): void
  /** Sends somebody away, and keeps them away for a while where `banMs` is given. */
  kick(guest: Guest, reason: string, by: string, banMs?: number): void
  /** Bans; whoever is here stays until he is sent away. */
  ban(ban: Omit<Ban, 'id' | 'at'>): Ban
  retitle(topic: string): void
  /** Puts on the disk what is kept, before anybody is told of it. */
  record(): void
}
