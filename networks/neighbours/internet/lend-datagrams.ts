import { faultOf } from '@kith/core/fault/fault.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Connection, Datagrams } from '@kith/core/network/net.ts'
import { addressBytes, addressText } from '@kith/wire/ip-address.ts'
import { Flows } from '../play/flows.ts'
import { openPath, type Path } from '../play/path.ts'
import { type CarriedDatagram, decodeCarried, encodeCarried } from '../wire/socks.ts'
import type { Place } from './places.ts'

/** What waits while a name is looked up or a socket opens. */
const MOST_EARLY = 16
/** Places that one program talks to at once; the oldest is forgotten. */
const MOST_PLACES = 256

/** One program of the borrower, with a port of ours for all that it sends. */
interface Flow {
  readonly socket: Promise<Datagrams>
  /** Address and port that it has sent to, and where it believes it did: nobody else may answer. */
  readonly places: Map<string, Place>
  /** What a name that it sent to meant, or the lookup of it. */
  readonly names: Map<string, Promise<string | undefined>>
  waiting: number
}

export interface DatagramTerms {
  /** Where a place is, as far as the borrower may go there. @throws FaultError */
  addresses(to: Place): Promise<readonly string[]>
  /** Counts; false when there is no room below the limits. */
  passed(direction: 'down' | 'up', bytes: number): boolean
}

/**
 * Datagrams of a borrower, sent from here: each of its programs gets a port of its own, and hears only from where it has
 * sent something, so that nobody else's datagrams reach it and nothing grows on the way.
 * @throws FaultError `local`
 */
export async function lendDatagrams(
  host: Pick<Host, 'net' | 'clock' | 'random' | 'log'>,
  connection: Connection,
  terms: DatagramTerms,
  ended: () => void,
): Promise<void> {
  const flows = new Flows<number, Flow>(host.clock, (flow) => {
    void flow.socket.then(
      (socket) => socket[Symbol.asyncDispose](),
      () => {},
    )
  })

  function open(number: number): Flow {
    const places = new Map<string, Place>()
    const socket = host.net.datagrams({
      receive(from, bytes) {
        const place = places.get(key(from))
        if (place === undefined || flows.use(number)?.places !== places) return
        // As it is: a program that asked a name hears from an address too.
        if (terms.passed('down', bytes.length)) path.send(encodeCarried({ flow: number, place: from, bytes }))
      },
    })
    const flow: Flow = { socket, places, names: new Map(), waiting: 0 }
    flows.add(number, flow)
    return flow
  }

  function addressOf(flow: Flow, place: Place): Promise<string | undefined> {
    const name = key(place)
    const known = flow.names.get(name)
    if (known !== undefined) return known
    if (flow.names.size >= MOST_PLACES) flow.names.delete(flow.names.keys().next().value!)
    const found = terms.addresses(place).then(
      ([first]) => first,
      () => undefined,
    )
    flow.names.set(name, found)
    return found
  }

  async function send({ flow: number, place, bytes }: CarriedDatagram): Promise<void> {
    const flow = flows.use(number) ?? open(number)
    if (flow.waiting >= MOST_EARLY) return
    flow.waiting++
    try {
      const [socket, address] = await Promise.all([flow.socket, addressOf(flow, place)])
      if (address === undefined || !terms.passed('up', bytes.length)) return
      const at = { host: address, port: place.port }
      if (flow.places.size >= MOST_PLACES) flow.places.delete(flow.places.keys().next().value!)
      flow.places.set(key(at), place)
      socket.send(at, bytes)
    } finally {
      flow.waiting--
    }
  }

  const path: Path = await openPath(host, connection, {
    datagram(bytes) {
      const carried = decodeCarried(bytes)
      send({ ...carried, bytes: carried.bytes.slice() }).catch((error: unknown) =>
        host.log.debug('a datagram could not be lent', { fault: faultOf(error) }),
      )
    },
    said() {},
    changed() {},
    ended() {
      flows[Symbol.dispose]()
      ended()
    },
  })
}

/** One way to write an address, whichever socket it comes from. */
function key({ host, port }: Place): string {
  const bytes = addressBytes(host)
  return `${bytes === undefined ? host.toLowerCase() : addressText(bytes)} ${port}`
}
