import type { NearbySegmentView, SegmentView } from '@kith/api/segments.ts'
import type { JoinedSegment, Segments } from '@kith/core/offer/segments.ts'
import type { Handlers } from '../api/handlers.ts'
import { type Lent, lentBy, type LentWorld } from './lent.ts'
import { named } from './named.ts'

/** A device that answers later is not listed this time. */
const LIST_MS = 5_000

type Operations = Pick<
  Handlers,
  'segments' | 'createSegment' | 'inviteToSegment' | 'nearbySegments' | 'joinSegment' | 'leaveSegment'
>

/** @param own the name of this device */
export function segmentOperations({ networks }: LentWorld, own: string): Operations {
  const near = (): Lent<Segments> => lentBy(networks, 'segments')
  const view = (segment: JoinedSegment): SegmentView => {
    const { named: deviceOf } = near()
    return {
      id: segment.id,
      title: segment.title,
      owner: segment.own ? { id: segment.owner, name: own } : deviceOf(segment.owner),
      own: segment.own,
      address: segment.address,
      addressV6: segment.addressV6,
      interface: segment.device,
      to: segment.to.map(deviceOf),
      members: segment.members.map(({ device, address, addressV6, path }) => ({
        device: path === 'self' ? { id: device, name: own } : deviceOf(device),
        address,
        addressV6,
        path,
      })),
      ...(segment.fault === undefined ? {} : { trouble: segment.fault.message }),
    }
  }
  const find = (text: string): JoinedSegment =>
    named(near().facet.all.current, text, ({ id, title }) => [id, title], 'segment/unknown', 'virtual network')
  return {
    segments: () => near().facet.all.current.map(view),
    async createSegment({ body }) {
      const { facet, paired } = near()
      const made = await facet.create(body.title, body.to.map(paired))
      return view(made)
    },
    inviteToSegment({ params, body }) {
      const { facet, paired } = near()
      const changed = facet.invite(find(params.id).id, body.to.map(paired))
      return view(changed)
    },
    async nearbySegments() {
      const { facet, friends, named: deviceOf } = near()
      const lists = await Promise.all(
        friends.map(async ({ id }): Promise<readonly NearbySegmentView[]> => {
          const some = await facet.at(id, AbortSignal.timeout(LIST_MS)).catch(() => [])
          return some.map((one) => ({ id: one.id, title: one.title, device: deviceOf(id) }))
        }),
      )
      return lists.flat()
    },
    async joinSegment({ body }) {
      const { facet, paired } = near()
      const device = paired(body.device)
      const all = await facet.at(device)
      const only = body.segment === undefined && all.length === 1 ? all[0] : undefined
      const names = ({ id, title }: { id: string; title: string }): [string, string] => [id, title]
      const segment = only ?? named(all, body.segment ?? '', names, 'segment/unknown', 'virtual network')
      const joined = await facet.join(device, segment.id)
      return view(joined)
    },
    async leaveSegment({ params }) {
      await near().facet.leave(find(params.id).id)
    },
  }
}
