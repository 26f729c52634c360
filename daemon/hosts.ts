import type { Budget } from '@kith/core/limits/budget.ts'
import type { Journal } from '@kith/core/journal/journal.ts'
import type { Arrivals } from '@kith/core/network/arrivals.ts'
import type { Carriers } from '@kith/core/network/carriers.ts'
import type { Clock, Random } from '@kith/core/network/clock.ts'
import type { Discovery } from '@kith/core/network/discovery.ts'
import type { Host, Self } from '@kith/core/network/host.ts'
import type { Log } from '@kith/core/network/log.ts'
import type { Names } from '@kith/core/network/net.ts'
import type { Network } from '@kith/core/network/network.ts'
import type { NetworkId } from '@kith/core/peer/peer.ts'
import type { Shares } from '@kith/core/share/share.ts'
import type { Config } from './config/config.ts'
import type { Database } from './host/database/database.ts'
import { keepOf } from './host/database/keep.ts'
import { secretStore } from './host/database/secrets.ts'
import { channels } from './host/channels/channels.ts'
import type { OpenHttp } from './host/http/open.ts'
import { localNetwork } from './host/net/address.ts'
import { acceptedByAll, keptIdentity } from './host/net/identity.ts'
import type { OpenNet } from './host/net/open.ts'
import { taps } from './host/tap/taps.ts'
import { networks } from './networks.ts'
import { Supervised } from './supervisor.ts'

/** What all networks see of the world, before each has its own part of it. */
export interface Ground {
  readonly clock: Clock
  readonly random: Random
  readonly net: OpenNet
  readonly http: OpenHttp
  readonly names: Names
  readonly discovery: Discovery
  readonly carriers: Carriers
  readonly database: Database
  /** Puts on the disk what is to be kept. */
  record(): void
  readonly shares: Shares
  readonly arrivals: Arrivals
  readonly log: Log
  readonly journal: Journal
  readonly self: Self
}

/** Every network, with a world, a budget and settings of its own; none is joined yet. */
export function supervise(ground: Ground, all: Budget, config: Config): ReadonlyMap<NetworkId, Supervised> {
  return new Map(
    networks.map((network) => {
      const host = hostOf(ground, network, all.child(network.id))
      const chosen = config.of(network.id, network.settings)
      return [
        network.id,
        new Supervised(
          network,
          () => host,
          () => chosen.current,
          ground.clock,
        ),
      ]
    }),
  )
}

/** The world as one network sees it: with an identity, a memory and a budget of its own. */
function hostOf(ground: Ground, { id, key }: Pick<Network<never>, 'id' | 'key'>, budget: Budget): Host {
  const { clock, random, database, record, names, discovery, carriers, shares, arrivals, journal, self } = ground
  const secrets = secretStore(database)
  const identity = keptIdentity(secrets, id, clock, random, key)
  const shown = acceptedByAll(identity, keptIdentity(secrets, `${id} http`, clock, random))
  const net = ground.net.within(budget, identity)
  const log = ground.log.child(id)
  return {
    clock,
    random,
    net,
    taps: taps(ground.log.child('tap')),
    names,
    http: ground.http.within(budget, shown),
    channels: channels({ clock, log, net, budget, identity, isLocal: localNetwork(), record }),
    carriers,
    discovery,
    keep: keepOf(database, id),
    record,
    shares,
    arrivals,
    log,
    journal,
    budget,
    self,
  }
}
