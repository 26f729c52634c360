import type { Budget } from '@kith/core/limits/budget.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Log } from '@kith/core/network/log.ts'
import type { Net } from '@kith/core/network/net.ts'
import type { IdentitySource } from '../net/identity.ts'
import type { TcpWorld } from '../net/tcp.ts'

/** What channels need of the world. */
export interface ChannelWorld {
  readonly clock: Clock
  readonly log: Log
  /** The network's sockets, under its own identity. */
  readonly net: Net
  readonly budget: Budget
  /** Who we are on lines that others pass on. */
  readonly identity: IdentitySource
  isLocal(host: string): boolean
  /** Puts on the disk what is to be kept: what another device was told is not lost when we are killed. */
  record(): void
}

export interface World extends ChannelWorld {
  readonly tunnels: TcpWorld
}
