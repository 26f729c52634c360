import { z } from 'zod'
import { namedDevice, type NamedDevice } from './near.ts'
import type { Id, None, Route } from './route.ts'

/** A machine in a virtual network. */
export interface SegmentMemberView {
  readonly device: NamedDevice
  readonly address: string
  /** Its address over IPv6, where it is given one. */
  readonly addressV6?: string | undefined
  /** How frames travel to it, where this machine knows. */
  readonly path: 'self' | 'direct' | 'channel' | 'away'
}

/** A virtual network that this machine is part of: as if all were on one switch. */
export interface SegmentView {
  readonly id: string
  readonly title: string
  /** The device that keeps it. */
  readonly owner: NamedDevice
  readonly own: boolean
  /** Our address there: `10.70.3.2/24`. */
  readonly address: string
  /** The same over IPv6: `fd12:3456:789a:bcde::2/64`; absent where this machine has none. */
  readonly addressV6?: string | undefined
  /** The network device of this machine: `kith0`. */
  readonly interface: string
  /** Those invited, where it is ours. */
  readonly to: readonly NamedDevice[]
  readonly members: readonly SegmentMemberView[]
  /** Why it does not work now, in one sentence. */
  readonly trouble?: string | undefined
}
export const segmentView: z.ZodType<SegmentView> = z.object({
  id: z.string(),
  title: z.string(),
  owner: namedDevice,
  own: z.boolean(),
  address: z.string(),
  addressV6: z.string().optional(),
  interface: z.string(),
  to: z.array(namedDevice),
  members: z.array(
    z.object({
      device: namedDevice,
      address: z.string(),
      addressV6: z.string().optional(),
      path: z.enum(['self', 'direct', 'channel', 'away']),
    }),
  ),
  trouble: z.string().optional(),
})

/** A virtual network that a device lets us join. */
export interface NearbySegmentView {
  readonly id: string
  readonly title: string
  readonly device: NamedDevice
}
export const nearbySegmentView: z.ZodType<NearbySegmentView> = z.object({
  id: z.string(),
  title: z.string(),
  device: namedDevice,
})

const devices: z.ZodType<readonly string[]> = z.array(z.string().min(1).max(200)).max(100)

export interface CreateSegmentRequest {
  readonly title: string
  /** Ids or names of devices. */
  readonly to: readonly string[]
}
export const createSegmentRequest: z.ZodType<CreateSegmentRequest> = z.strictObject({
  title: z.string().min(1).max(80),
  to: devices,
})

export interface InviteToSegmentRequest {
  /** Ids or names of devices: these and no others. */
  readonly to: readonly string[]
}
export const inviteToSegmentRequest: z.ZodType<InviteToSegmentRequest> = z.strictObject({ to: devices })

export interface JoinSegmentRequest {
  /** Its id or name. */
  readonly device: string
  /** Its id or title; may be left out where the device has one only. */
  readonly segment?: string | undefined
}
export const joinSegmentRequest: z.ZodType<JoinSegmentRequest> = z.strictObject({
  device: z.string().min(1).max(200),
  segment: z.string().min(1).max(200).optional(),
})

/** Virtual networks between devices, for games that look around on the local network. */
export interface SegmentRoutes {
  readonly segments: Route<None, None, None, readonly SegmentView[]>
  readonly createSegment: Route<None, None, CreateSegmentRequest, SegmentView>
  readonly inviteToSegment: Route<Id, None, InviteToSegmentRequest, SegmentView>
  readonly nearbySegments: Route<None, None, None, readonly NearbySegmentView[]>
  readonly joinSegment: Route<None, None, JoinSegmentRequest, SegmentView>
  readonly leaveSegment: Route<Id, None, None, void>
}

const tag = 'play'

export const segmentRoutes: SegmentRoutes = {
  segments: {
    method: 'get',
    path: '/segments',
    scope: 'view',
    tag,
    summary: 'Virtual networks that this machine is part of',
    params: [],
    response: z.array(segmentView),
  },
  createSegment: {
    method: 'post',
    path: '/segments',
    scope: 'share',
    tag,
    summary: 'Make a virtual network, and invite devices',
    params: [],
    body: createSegmentRequest,
    response: segmentView,
  },
  inviteToSegment: {
    method: 'put',
    path: '/segments/{id}/to',
    scope: 'share',
    tag,
    summary: 'Say anew which devices may join',
    params: ['id'],
    body: inviteToSegmentRequest,
    response: segmentView,
  },
  nearbySegments: {
    method: 'get',
    path: '/segments/nearby',
    scope: 'view',
    tag,
    summary: 'Virtual networks that devices nearby let us join',
    params: [],
    response: z.array(nearbySegmentView),
  },
  joinSegment: {
    method: 'post',
    path: '/segments/joined',
    scope: 'share',
    tag,
    summary: 'Join a virtual network of a device',
    params: [],
    body: joinSegmentRequest,
    response: segmentView,
  },
  leaveSegment: {
    method: 'delete',
    path: '/segments/{id}',
    scope: 'share',
    tag,
    summary: 'Leave a virtual network; one of ours ends for all',
    params: ['id'],
  },
}
