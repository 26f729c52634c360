import type { Budget } from '@kith/core/limits/budget.ts'
import { budgets } from '@kith/core/limits/tree.ts'
import type { Clock, Random } from '@kith/core/network/clock.ts'
import type { Discovery } from '@kith/core/network/discovery.ts'
import type { Log } from '@kith/core/network/log.ts'
import type { Names } from '@kith/core/network/net.ts'
import { NONCE_BYTES } from '@kith/wire/pcp.ts'
import type { Config } from './config/config.ts'
import * as settings from './config/settings.ts'
import type { Database } from './host/database/database.ts'
import { keepOf } from './host/database/keep.ts'
import { systemDiscovery } from './host/discovery.ts'
import type { OpenHttp } from './host/http/open.ts'
import { openHttp } from './host/http/open.ts'
import { systemNames } from './host/names.ts'
import type { OpenNet } from './host/net/open.ts'
import { openNet } from './host/net/open.ts'
import { Speed } from './speed.ts'

export interface NetworkingWorld {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly config: Config
  readonly database: Database
  /** Puts on the disk what is to be kept. */
  record(): void
}

/** The ways out: one tree of budgets, one port, and sockets that are metered. They follow the settings. */
export interface Networking extends AsyncDisposable {
  /** What all networks together may use. */
  readonly budget: Budget
  readonly speed: Speed
  readonly names: Names
  readonly net: OpenNet
  readonly http: OpenHttp
  readonly discovery: Discovery
}

export async function openNetworking(world: NetworkingWorld): Promise<Networking> {
  await using resources = new AsyncDisposableStack()
  const { clock, random, log, config, database, record } = world
  const connections = config.of('connections', settings.connections)
  const budget = budgets(clock)
  const speed = resources.use(new Speed(clock, budget, config.of('speed', settings.speed)))
  const limit = (): void => budget.seats.limitTo(connections.current.most)
  limit()
  resources.use(connections.watch(limit))

  const names = systemNames(clock)
  const keep = keepOf(database, 'net')
  const port = connections.current.port || portFrom(keep.get('port'))
  const nonce = keptNonce(keep, random)
  const net = resources.use(await openNet({ clock, random, budget, log: log.child('net'), port, nonce }))
  keep.set('port', Uint8Array.of(net.port >> 8, net.port & 255))
  const mapPort = (): void => net.mapPort(connections.current.portMapping)
  mapPort()
  resources.use(connections.watch(mapPort))

  const http = resources.use(openHttp({ clock, random, log: log.child('http'), names, budget, record }))
  const discovery = systemDiscovery(clock, random, log.child('discovery'))
  const owned = resources.move()
  return {
    budget,
    speed,
    names,
    net,
    http,
    discovery,
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  }
}

/** The port of all networks is drawn once and kept, so that a router's rule for it stays right; 0 draws it. */
function portFrom(kept: Uint8Array | undefined): number {
  return kept === undefined ? 0 : (kept[0]! << 8) | kept[1]!
}

/** Routers let only who asked for a port renew it, or take it back: also after a crash. */
function keptNonce(keep: ReturnType<typeof keepOf>, random: Random): Uint8Array {
  const kept = keep.get('nonce')
  if (kept?.length === NONCE_BYTES) return kept
  const fresh = random.bytes(NONCE_BYTES)
  keep.set('nonce', fresh)
  return fresh
}
