import { faultOf } from '@kith/core/fault/fault.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Connection } from '@kith/core/network/net.ts'
import type { Lines } from '../lines.ts'
import { MemberSegment, type Outfit } from '../segment/joined.ts'
import { freeNetwork, type Gate, OwnedSegment } from '../segment/owned.ts'
import { PREFIX, SEGMENT_ID_BYTES, type SegmentPlan } from '../wire/segments.ts'
import type { WholeWay } from './borrower.ts'

const TITLE = 'internet'

/** Networks given to borrowers, and the ids that their IPv6 follows from; each has its own, so that none sees another. */
export type GivenNetworks = Map<string, { readonly network: SegmentPlan['network']; readonly id: string }>

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
  const place = given.get(device) ?? { network: freeNetwork(host), id: host.random.bytes(SEGMENT_ID_BYTES).toHex() }
  given.set(device, place)
  const facts = { ...place, title: TITLE, to: [device], hosts: new Map<string, number>() }
  let attached = false
  const changed = (): void => {
    if (attached && way.segment.isEmpty) end()
  }
  const open = (v6: boolean): Promise<Way> => openWay(host, new OwnedSegment(host, self, facts, changed, { gate, v6 }))
  const way = host.taps.leadsOutV6()
    ? await open(true).catch((error: unknown) => {
        host.log.info('the connection is lent without IPv6', { fault: faultOf(error) })
        return open(false)
      })
    : await open(false)
  await using made = new AsyncDisposableStack()
  made.use(way)
  await way.segment.attach(device, connection)
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
  if (way.segment.isEmpty) end()
}

interface Way extends AsyncDisposable {
  readonly segment: OwnedSegment
}

/** @throws FaultError `local` `tap/…` */
async function openWay(host: Host, segment: OwnedSegment): Promise<Way> {
  await using made = new AsyncDisposableStack()
  made.use(segment)
  await segment.open()
  const network = `${[...segment.facts.network, 0].join('.')}/${PREFIX}`
  const { device, networkV6 } = segment
  made.use(await host.taps.translate({ device, network, ...(networkV6 === undefined ? {} : { networkV6 }) }))
  const owned = made.move()
  return { segment, [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose]() }
}

/** Sends all that this machine sends by a neighbour. */
export function wholeWay(host: Host, lines: Lines, self: string): WholeWay {
  return async (device, wait) => {
    const facts = { id: '', title: TITLE, owner: device, target: '/internet/whole' }
    const outfit: Outfit = async (name, router, routerV6) => {
      // What goes to the neighbour itself must not go by the way that leads over it.
      return host.taps.routeAll({
        device: name,
        via: router,
        kept: await lines.hostsTo(device),
        ...(routerV6 === undefined ? {} : { viaV6: routerV6 }),
      })
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
