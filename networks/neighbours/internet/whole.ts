import { faultOf } from '@kith/core/fault/fault.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Connection } from '@kith/core/network/net.ts'
import type { Lines } from '../lines.ts'
import { MemberSegment } from '../segment/joined.ts'
import { freeNetwork, type Gate, OwnedSegment } from '../segment/owned.ts'
import { PREFIX, SEGMENT_ID_BYTES, type SegmentPlan } from '../wire/segments.ts'
import type { WholeWay } from './borrower.ts'

const TITLE = 'internet'

/** Networks given to borrowers; each has its own, so that none sees another. */
export type GivenNetworks = Map<string, SegmentPlan['network']>

/**
 * A virtual network for one borrower alone, where we are the router: what it sends goes out in our name, as far as the
 * gate lets it. Ends with the connection.
 * @throws FaultError `local` `tap/…`
 */
export async function lendWhole(
  host: Host,
  self: string,
  given: GivenNetworks,
  borrower: { readonly device: string; readonly connection: Connection; readonly gate: Gate },
  ended: () => void,
): Promise<void> {
  const { device, connection, gate } = borrower
  const network = given.get(device) ?? freeNetwork(host)
  given.set(device, network)
  const facts = {
    id: host.random.bytes(SEGMENT_ID_BYTES).toHex(),
    title: TITLE,
    network,
    to: [device],
    hosts: new Map<string, number>(),
  }
  await using made = new AsyncDisposableStack()
  let attached = false
  const segment = made.use(
    new OwnedSegment(
      host,
      self,
      facts,
      () => {
        if (attached && segment.isEmpty) end()
      },
      gate,
    ),
  )
  await segment.open()
  made.use(await host.taps.translate({ device: segment.device, network: `${[...network, 0].join('.')}/${PREFIX}` }))
  await segment.attach(device, connection)
  const owned = made.move()
  let over = false
  function end(): void {
    if (over) return
    over = true
    owned[Symbol.asyncDispose]().catch((error: unknown) =>
      host.log.warn('a way to the internet could not be taken away', { fault: faultOf(error) }),
    )
    ended()
  }
  attached = true
  if (segment.isEmpty) end()
}

/** Sends all that this machine sends by a neighbour. */
export function wholeWay(host: Host, lines: Lines, self: string): WholeWay {
  return async (device, wait) => {
    const facts = { id: '', title: TITLE, owner: device, target: '/internet/whole' }
    const outfit = async (name: string, router: string): Promise<AsyncDisposable> => {
      // What goes to the neighbour itself must not go by the way that leads over it.
      return host.taps.routeAll({ device: name, via: router, kept: await lines.hostsTo(device) })
    }
    const segment = new MemberSegment(host, lines, self, facts, { changed() {} }, outfit)
    if (!wait) return segment
    try {
      await segment.ready()
    } catch (error) {
      await segment[Symbol.asyncDispose]()
      throw error
    }
    return segment
  }
}
