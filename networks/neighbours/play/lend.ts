import type { Host } from '@kith/core/network/host.ts'
import type { Connection, Datagrams } from '@kith/core/network/net.ts'
import type { GamePorts } from '@kith/core/offer/games.ts'
import { decodeRelayed, encodeRelayed } from '../wire/games.ts'
import { Flows } from './flows.ts'
import { openPath, type Path } from './path.ts'

/** Where games of this machine listen. */
const HERE = '127.0.0.1'
/** What comes while a socket opens. */
const MOST_EARLY = 8

/** One conversation of a neighbour's program with our game, on a port of its own. */
interface Flow {
  socket: Datagrams | undefined
  readonly early: Uint8Array[]
  over: boolean
}

export interface Lent extends Disposable {
  /** Tells the neighbour what the game told everybody. */
  announced(place: number, bytes: Uint8Array): void
}

/**
 * The datagrams of a game of ours, lent to one neighbour: what comes along the path goes to the game's own ports on this
 * machine and nowhere else, and only what the game answers goes back.
 * @throws FaultError `local`
 */
export async function lendDatagrams(
  host: Pick<Host, 'net' | 'clock' | 'random' | 'log'>,
  { udp }: GamePorts,
  connection: Connection,
  ended: () => void,
): Promise<Lent> {
  const flows = new Flows<number, Flow>(host.clock, (flow) => {
    flow.over = true
    void flow.socket?.[Symbol.asyncDispose]()
  })

  async function open(key: number, flow: Flow, number: number, port: number): Promise<void> {
    const socket = await host.net.datagrams({
      host: HERE,
      receive(from, bytes) {
        if (from.port !== port || from.host !== HERE || flows.use(key) !== flow) return
        path.send(encodeRelayed({ kind: 'flow', flow: number, port, bytes }))
      },
    })
    if (flow.over) return socket[Symbol.asyncDispose]()
    flow.socket = socket
    for (const bytes of flow.early.splice(0)) socket.send({ host: HERE, port }, bytes)
  }

  const path: Path = await openPath(host, connection, {
    datagram(bytes) {
      const relayed = decodeRelayed(bytes)
      if (relayed?.kind !== 'flow' || !udp.includes(relayed.port)) return
      const { flow: number, port } = relayed
      const key = number * 65_536 + port
      const known = flows.use(key)
      if (known?.socket !== undefined) return known.socket.send({ host: HERE, port }, relayed.bytes.slice())
      const flow = known ?? { socket: undefined, early: [], over: false }
      if (flow.early.length < MOST_EARLY) flow.early.push(relayed.bytes.slice())
      if (known !== undefined) return undefined
      flows.add(key, flow)
      open(key, flow, number, port).catch((error: unknown) =>
        host.log.warn('a game has no port for a neighbour', { error: String(error) }),
      )
    },
    said() {},
    changed() {},
    ended() {
      flows[Symbol.dispose]()
      ended()
    },
  })
  return {
    announced: (place, bytes) => path.send(encodeRelayed({ kind: 'announced', place, bytes })),
    [Symbol.dispose]: () => path[Symbol.dispose](),
  }
}
