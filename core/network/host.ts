import type { Journal } from '../journal/journal.ts'
import type { Budget } from '../limits/budget.ts'
import type { Shares } from '../share/share.ts'
import type { Arrivals } from './arrivals.ts'
import type { Carriers } from './carriers.ts'
import type { Channels } from './channel.ts'
import type { Clock, Random } from './clock.ts'
import type { Discovery } from './discovery.ts'
import type { Http } from './http.ts'
import type { Log } from './log.ts'
import type { Names, Net } from './net.ts'
import type { Taps } from './taps.ts'

/** Small values that a network keeps over restarts: peers it knew, keys, counters. */
export interface Keep {
  get(key: string): Uint8Array | undefined
  set(key: string, value: Uint8Array | undefined): void
}

/** What we say of ourselves to others. */
export interface Self {
  /** `Kith`. */
  readonly program: string
  /** `0.1.0`. */
  readonly version: string
  /** The name that the user gave this device. */
  readonly device: string
}

/** Everything outside: the only way in which a network touches the world (design 2, rule 3). */
export interface Host {
  readonly clock: Clock
  readonly random: Random
  readonly net: Net
  readonly taps: Taps
  readonly names: Names
  readonly http: Http
  readonly channels: Channels
  /** Undefined where the system has no threads of this kind. */
  readonly carriers: Carriers | undefined
  readonly discovery: Discovery
  readonly keep: Keep
  /**
   * Puts on the disk what is to be kept, before others are told of it. Answers by HTTP and in channels need no word: it is done
   * for them.
   */
  record(): void
  readonly shares: Shares
  readonly arrivals: Arrivals
  readonly log: Log
  readonly journal: Journal
  /** The network's own budget; a transfer's is a child of the global one beside it. */
  readonly budget: Budget
  readonly self: Self
}
