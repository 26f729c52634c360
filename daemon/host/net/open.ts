import { isIP } from 'node:net'
import { fail } from '@kith/core/fault/fault.ts'
import type { Budget } from '@kith/core/limits/budget.ts'
import type { Clock, Random } from '@kith/core/network/clock.ts'
import { pick } from '@kith/core/network/clock.ts'
import type { Log } from '@kith/core/network/log.ts'
import type { Listener, Net } from '@kith/core/network/net.ts'
import { NONCE_BYTES } from '@kith/wire/pcp.ts'
import { localNetwork } from './address.ts'
import { ownAddresses } from './own.ts'
import { dial } from './dial.ts'
import { identitySource, type IdentitySource, makeIdentity } from './identity.ts'
import { listenTcp } from './listen.ts'
import { PortMapping } from './port-mapping.ts'
import { readSpace } from './read-space.ts'
import { SharedPort } from './shared-port.ts'
import type { TcpWorld } from './tcp.ts'
import { secureInTime } from './tls.ts'
import { openDatagrams } from './udp.ts'

/** RFC 6335 6: ports that belong to nobody. */
const FIRST_FREE_PORT = 49_152
/** How often another port is drawn when one is taken. */
const TRIES = 20

export interface NetOptions {
  readonly clock: Clock
  readonly random: Random
  /** The root of all budgets. */
  readonly budget: Budget
  readonly log: Log
  /** The port of all networks; 0 draws one that is free. */
  readonly port: number
  /** The address to listen on and to dial from; without it all of them. */
  readonly bind?: string
  /** Twelve bytes that routers know us by, kept over restarts; without it new ones. */
  readonly nonce?: Uint8Array
  /** Who we are inside TLS; without it someone whom nobody will meet again. */
  readonly identity?: IdentitySource
}

export interface OpenNet extends Net, AsyncDisposable {
  /** The same sockets and the same port, charged to a network's own budget, under an identity of its own. */
  within(budget: Budget, identity?: IdentitySource): Net
  /** Whether the router is to open our port; nobody is asked before this was said. */
  mapPort(wanted: boolean): void
}

/**
 * All sockets of the daemon. Nothing listens before a network asks for it. Disposing closes what is still open.
 * @throws FaultError `local` when no port is free, `input` `net/address` when `bind` is no address
 */
export async function openNet(options: NetOptions): Promise<OpenNet> {
  const { clock, random, log, bind, budget: root } = options
  const { identity: general = identitySource(() => makeIdentity(clock, random)) } = options
  if (bind !== undefined && isIP(bind) === 0) throw fail('input', 'net/address', `${bind} is not an address to bind`)
  const world: TcpWorld = { clock, log, space: readSpace(), open: new Set(), isLocal: localNetwork() }
  const own = ownAddresses(clock)
  const listening = new Set<AsyncDisposable>()
  const port = options.port === 0 ? await freePort(world, options) : options.port
  const shared = new SharedPort(world, { port, host: bind, budget: root })

  const mapping = new PortMapping({
    clock,
    random,
    log,
    port,
    nonce: options.nonce ?? random.bytes(NONCE_BYTES),
    isLocal: world.isLocal,
    attached: own.attached,
    datagrams: (how) => openDatagrams(world, how, root, bind),
  })

  function kept<Thing extends AsyncDisposable>(thing: Thing): Thing {
    listening.add(thing)
    return {
      ...thing,
      async [Symbol.asyncDispose]() {
        listening.delete(thing)
        await thing[Symbol.asyncDispose]()
      },
    }
  }

  function within(budget: Budget, identity: IdentitySource = general): Net {
    return {
      port,
      get fingerprint() {
        return identity().fingerprint
      },
      async connect(to, how = {}) {
        const connection = await dial(world, to, { budget, ...how }, bind)
        if (how.tls !== undefined) await secureInTime(clock, connection, identity(), how.tls, how)
        return connection
      },
      async listen(wants) {
        const { port: chosen, host } = wants
        const where =
          chosen === undefined || chosen === port
            ? shared
            : new SharedPort(world, { port: chosen, host: host ?? bind, budget })
        return kept<Listener>(await where.join({ budget, identity, wants }))
      },
      isOwn: own.has,
      attached: own.attached,
      outside: mapping.outside,
      outsideV6: mapping.outsideV6,
      datagrams: async (how) => kept(await openDatagrams(world, how, budget, bind)),
    }
  }

  const closing = fail('gone', 'net/closed', 'Kith is going')
  const all = within(root)
  return {
    port,
    get fingerprint() {
      return all.fingerprint
    },
    connect: all.connect,
    listen: all.listen,
    datagrams: all.datagrams,
    isOwn: all.isOwn,
    attached: all.attached,
    outside: mapping.outside,
    outsideV6: mapping.outsideV6,
    mapPort: (wanted) => mapping.want(wanted),
    within,
    async [Symbol.asyncDispose]() {
      await mapping[Symbol.asyncDispose]()
      await Promise.all([...listening].map((each) => each[Symbol.asyncDispose]()))
      for (const connection of world.open) connection.close(closing.fault)
    },
  }
}

async function freePort(world: TcpWorld, { random, bind, budget }: NetOptions): Promise<number> {
  for (let tries = TRIES; ; tries--) {
    const port = FIRST_FREE_PORT + pick(random, 65_536 - FIRST_FREE_PORT)
    try {
      await using _tcp = await listenTcp(world, { port, host: bind, budget }, (connection) => connection.close())
      await using _udp = await openDatagrams(world, { port, receive() {} }, budget, bind)
      return port
    } catch (error) {
      if (tries <= 1) throw error
    }
  }
}
