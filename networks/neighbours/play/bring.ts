import { faultOf, FaultError } from '@kith/core/fault/fault.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Connection, Datagrams, Endpoint } from '@kith/core/network/net.ts'
import { splice } from '@kith/core/network/splice.ts'
import type { GamePort, GamePorts } from '@kith/core/offer/games.ts'
import { decodeRelayed, encodeRelayed } from '../wire/games.ts'
import { type Repeaters, repeater } from './announcements.ts'
import { Flows } from './flows.ts'
import type { PathOwner } from './path.ts'

/** A program of this machine that talks to the game. */
interface Flow {
  readonly number: number
  readonly port: number
  readonly from: Endpoint
}

/** The ports of a game elsewhere, on this machine. */
export interface Brought extends AsyncDisposable {
  readonly ports: readonly GamePort[]
  /** What comes along the path. */
  readonly owner: Pick<PathOwner, 'datagram'>
}

export interface BringWorld {
  readonly host: Pick<Host, 'net' | 'clock' | 'log'>
  readonly repeaters: Repeaters
  /** A connection to a port of the game. */
  dial(port: number): Promise<Connection>
  /** A datagram along the path; dropped while there is none. */
  send(bytes: Uint8Array): void
}

/**
 * Listens where the game would, for programs of this machine only: what comes from elsewhere is refused. What they send
 * to everybody reaches us too, so a game's own browser finds it.
 * @throws FaultError `local`
 */
export async function bring(world: BringWorld, { tcp, udp, announces }: GamePorts): Promise<Brought> {
  const { net, clock } = world.host
  await using resources = new AsyncDisposableStack()
  const ports: GamePort[] = []
  for (const port of tcp) {
    const listener = resources.use(
      await orAnyPort(port, (chosen) =>
        net.listen({ port: chosen, recognise: () => true, accept: (connection) => accepted(connection, port) }),
      ),
    )
    ports.push({ protocol: 'tcp', port, local: listener.local.port })
  }

  function accepted(connection: Connection, port: number): void {
    if (!net.isOwn(connection.remote.host)) return connection.close()
    world.dial(port).then(
      (tunnel) => splice(clock, connection, tunnel),
      (error: unknown) => {
        world.host.log.debug('a game could not be reached', { error: String(error) })
        connection.close(faultOf(error))
      },
    )
  }

  const byFrom = resources.use(new Flows<string, Flow>(clock, ({ number }) => byNumber.delete(number)))
  const byNumber = new Map<number, Flow>()
  const sockets = new Map<number, Datagrams>()
  let last = 0

  function flowOf(from: Endpoint, port: number): Flow {
    const key = `${from.host} ${from.port} ${port}`
    const known = byFrom.use(key)
    if (known !== undefined) return known
    do last = (last + 1) % 65_536
    while (byNumber.has(last))
    const flow: Flow = { number: last, port, from }
    byNumber.set(last, flow)
    byFrom.add(key, flow)
    return flow
  }

  for (const port of udp) {
    const socket = resources.use(
      await orAnyPort(port, (chosen) =>
        net.datagrams({
          family: 4,
          port: chosen,
          receive(from, bytes) {
            if (!net.isOwn(from.host)) return
            const { number } = flowOf(from, port)
            world.send(encodeRelayed({ kind: 'flow', flow: number, port, bytes }))
          },
        }),
      ),
    )
    sockets.set(port, socket)
    ports.push({ protocol: 'udp', port, local: socket.local.port })
  }
  const repeats = resources.use(await repeater(world.host, announces, world.repeaters))
  const owned = resources.move()
  return {
    ports,
    owner: {
      datagram(bytes) {
        const relayed = decodeRelayed(bytes)
        if (relayed === undefined) return
        if (relayed.kind === 'announced') return repeats.repeat(relayed.place, relayed.bytes)
        const flow = byNumber.get(relayed.flow)
        if (flow?.port === relayed.port) sockets.get(flow.port)?.send(flow.from, relayed.bytes.slice())
      },
    },
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  }
}

/** The game's own port where it is free, else another. */
async function orAnyPort<T>(port: number, open: (port: number) => Promise<T>): Promise<T> {
  try {
    return await open(port)
  } catch (error) {
    const taken = error instanceof FaultError && ['net/port-taken', 'net/forbidden'].includes(error.fault.code)
    if (!taken) throw error
    return open(0)
  }
}
