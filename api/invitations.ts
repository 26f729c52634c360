import { z } from 'zod'
import { type DeviceView, deviceView } from './near.ts'
import type { Id, None, Route } from './route.ts'

/** An invitation that nobody has used yet. */
export interface InvitationView {
  readonly id: string
  /** Whoever has it may pair with this device, once. */
  readonly link: string
  readonly until: number
  readonly lasting: boolean
}

export const invitationView: z.ZodType<InvitationView> = z.object({
  id: z.string(),
  link: z.string(),
  until: z.number(),
  lasting: z.boolean(),
})

/** A month. */
const mostSeconds = 30 * 86_400

export interface InviteRequest {
  /** How long it is good for; the default is an hour. */
  readonly seconds?: number | undefined
  /** Beyond this run of the daemon. */
  readonly lasting?: boolean | undefined
  /** Where else this device is reached, such as a forwarded port: `home.example.org:50123`. */
  readonly addresses?: readonly string[] | undefined
}
export const inviteRequest: z.ZodType<InviteRequest> = z.strictObject({
  seconds: z.int().min(10).max(mostSeconds).optional(),
  lasting: z.boolean().optional(),
  addresses: z.array(z.string().min(3).max(300)).max(8).optional(),
})

export interface OpenInvitationRequest {
  /** `kith:pair?…` */
  readonly link: string
  /** Beyond this run of the daemon. */
  readonly lasting?: boolean | undefined
}
export const openInvitationRequest: z.ZodType<OpenInvitationRequest> = z.strictObject({
  link: z.string().min(1).max(4096),
  lasting: z.boolean().optional(),
})

/** Pairing by a link instead of digits. */
export interface InvitationRoutes {
  readonly invitations: Route<None, None, None, readonly InvitationView[]>
  readonly invite: Route<None, None, InviteRequest, InvitationView>
  readonly takeBackInvitation: Route<Id, None, None, void>
  readonly openInvitation: Route<None, None, OpenInvitationRequest, DeviceView>
}

const tag = 'near'

export const invitationRoutes: InvitationRoutes = {
  invitations: {
    method: 'get',
    path: '/invitations',
    // Whoever sees a link may use it.
    scope: 'share',
    tag,
    summary: 'Invitations that nobody has used yet',
    params: [],
    response: z.array(invitationView),
  },
  invite: {
    method: 'post',
    path: '/invitations',
    scope: 'share',
    tag,
    summary: 'Make a link that pairs one device with this one, without digits',
    params: [],
    body: inviteRequest,
    response: invitationView,
  },
  takeBackInvitation: {
    method: 'delete',
    path: '/invitations/{id}',
    scope: 'share',
    tag,
    summary: 'Take an invitation back',
    params: ['id'],
  },
  openInvitation: {
    method: 'post',
    path: '/devices/invited',
    scope: 'share',
    tag,
    summary: 'Pair with the device whose link of invitation this is',
    params: [],
    body: openInvitationRequest,
    response: deviceView,
  },
}
