import { z } from 'zod'
import type { Id, None, Route } from './route.ts'
import type { AddResponse } from './transfer-changes.ts'
import type { Publication } from './publications.ts'
import { addResponse } from './transfer-changes.ts'
import { publication } from './publications.ts'

/** A device in what is said of something else. */
export interface NamedDevice {
  readonly id: string
  /** To show it by: no other has the same. */
  readonly name: string
}
export const namedDevice: z.ZodType<NamedDevice> = z.object({ id: z.string(), name: z.string() })

/**
 * A device near, or one that was met. Wherever an id is asked for, its beginning or the name does, where no other device
 * is meant by it.
 */
export interface DeviceView {
  readonly id: string
  /** What it calls itself; where others are called so too, with the beginning of its id behind. */
  readonly name: string
  /** Speaks LocalSend: files are delivered to it, and it is not paired. */
  readonly kind?: 'localsend' | undefined
  readonly standing: 'stranger' | 'pairing' | 'paired'
  /** Have to be the same on both devices. */
  readonly digits?: string | undefined
  /** Who has said yes already. */
  readonly yes?: 'here' | 'there' | undefined
  readonly near: boolean
  /** Reached through another device. */
  readonly relayed: boolean
  readonly addresses: readonly string[]
}

export const deviceView: z.ZodType<DeviceView> = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.literal('localsend').optional(),
  standing: z.enum(['stranger', 'pairing', 'paired']),
  digits: z.string().optional(),
  yes: z.enum(['here', 'there']).optional(),
  near: z.boolean(),
  relayed: z.boolean(),
  addresses: z.array(z.string()),
})

export interface MeetRequest {
  /** A name or an address, and a port: `192.0.2.7:50123`. */
  readonly address: string
}
export const meetRequest: z.ZodType<MeetRequest> = z.strictObject({ address: z.string().min(3).max(300) })

export interface AcceptRequest {
  /** Beyond this run of the daemon. */
  readonly lasting?: boolean | undefined
}
export const acceptRequest: z.ZodType<AcceptRequest> = z.strictObject({ lasting: z.boolean().optional() })

/** Something on the shelf of a device; the link fetches it. */
export interface ShelfItem {
  readonly name: string
  readonly size: number
  readonly link?: string | undefined
}
export const shelfItem: z.ZodType<ShelfItem> = z.object({
  name: z.string(),
  size: z.number(),
  link: z.string().optional(),
})

export interface TreeQuery {
  /** Names with slashes, from the shared folders of the device down; its shared folders without it. */
  readonly path?: string | undefined
}
export const treeQuery: z.ZodType<TreeQuery> = z.object({ path: z.string().max(4_096).optional() })

/** A folder of what a device shares with this one. */
export interface TreeView {
  readonly folders: readonly string[]
  readonly files: readonly { readonly name: string; readonly size: number }[]
}
export const treeView: z.ZodType<TreeView> = z.object({
  folders: z.array(z.string()),
  files: z.array(z.object({ name: z.string(), size: z.number() })),
})

export interface TreeRequest {
  /** A file, or a folder that comes with all that is in it. */
  readonly path: string
  readonly directory?: string | undefined
}
export const treeRequest: z.ZodType<TreeRequest> = z.strictObject({
  path: z.string().min(1).max(4_096),
  directory: z.string().max(4_096).optional(),
})

export interface SendRequest {
  /** A file or folder of the daemon's machine. */
  readonly path: string
  /** Ids or names of devices. */
  readonly to: readonly string[]
}
export const sendRequest: z.ZodType<SendRequest> = z.strictObject({
  path: z.string().min(1).max(4096),
  to: z.array(z.string().min(1).max(200)).min(1).max(100),
})

export interface ShelfRequest {
  /** A file or folder of the daemon's machine. */
  readonly path: string
}
export const shelfRequest: z.ZodType<ShelfRequest> = z.strictObject({ path: z.string().min(1).max(4096) })

export interface GiftView {
  readonly id: string
  readonly from: NamedDevice
  readonly name: string
  readonly size: number
  readonly files: number
  readonly at: number
}
export const giftView: z.ZodType<GiftView> = z.object({
  id: z.string(),
  from: namedDevice,
  name: z.string(),
  size: z.number(),
  files: z.number(),
  at: z.number(),
})

export interface TakeRequest {
  readonly directory?: string | undefined
}
export const takeRequest: z.ZodType<TakeRequest> = z.strictObject({ directory: z.string().max(4096).optional() })

/** Devices, and what they send and share. */
export interface NearRoutes {
  readonly devices: Route<None, None, None, readonly DeviceView[]>
  readonly meet: Route<None, None, MeetRequest, DeviceView>
  readonly pair: Route<Id, None, None, DeviceView>
  readonly acceptDevice: Route<Id, None, AcceptRequest, DeviceView>
  readonly forgetDevice: Route<Id, None, None, void>
  readonly shelf: Route<Id, None, None, readonly ShelfItem[]>
  readonly deviceTree: Route<Id, TreeQuery, None, TreeView>
  readonly getShared: Route<Id, None, TreeRequest, AddResponse>
  readonly putOnShelf: Route<None, None, ShelfRequest, Publication>
  readonly send: Route<None, None, SendRequest, Publication>
  readonly gifts: Route<None, None, None, readonly GiftView[]>
  readonly takeGift: Route<Id, None, TakeRequest, AddResponse>
  readonly refuseGift: Route<Id, None, None, void>
}

const tag = 'near'

export const nearRoutes: NearRoutes = {
  devices: {
    method: 'get',
    path: '/devices',
    scope: 'view',
    tag,
    summary: 'Devices near, and those that were paired',
    params: [],
    response: z.array(deviceView),
  },
  meet: {
    method: 'post',
    path: '/devices',
    scope: 'share',
    tag,
    summary: 'Look who is at an address',
    params: [],
    body: meetRequest,
    response: deviceView,
  },
  pair: {
    method: 'post',
    path: '/devices/{id}/pair',
    scope: 'share',
    tag,
    summary: 'Ask a device to pair; both sides then show six digits',
    params: ['id'],
    response: deviceView,
  },
  acceptDevice: {
    method: 'post',
    path: '/devices/{id}/accept',
    scope: 'share',
    tag,
    summary: 'The digits are the same on both devices',
    params: ['id'],
    body: acceptRequest,
    response: deviceView,
  },
  forgetDevice: {
    method: 'delete',
    path: '/devices/{id}',
    scope: 'share',
    tag,
    summary: 'End pairing, or forget a device',
    params: ['id'],
  },
  shelf: {
    method: 'get',
    path: '/devices/{id}/shelf',
    scope: 'view',
    tag,
    summary: 'What a device lets others fetch',
    params: ['id'],
    response: z.array(shelfItem),
  },
  deviceTree: {
    method: 'get',
    path: '/devices/{id}/tree',
    scope: 'view',
    tag,
    summary: 'A folder of what a device shares',
    params: ['id'],
    query: treeQuery,
    response: treeView,
  },
  getShared: {
    method: 'post',
    path: '/devices/{id}/tree/get',
    scope: 'transfer',
    tag,
    summary: 'Fetch a file or folder that a device shares',
    params: ['id'],
    body: treeRequest,
    response: addResponse,
  },
  putOnShelf: {
    method: 'post',
    path: '/shelf',
    scope: 'share',
    tag,
    summary: 'Let paired devices fetch a file or folder',
    params: [],
    body: shelfRequest,
    response: publication,
  },
  send: {
    method: 'post',
    path: '/send',
    scope: 'share',
    tag,
    summary: 'Send a file or folder to devices, which have to agree',
    params: [],
    body: sendRequest,
    response: publication,
  },
  gifts: {
    method: 'get',
    path: '/gifts',
    scope: 'view',
    tag,
    summary: 'What devices want to send here',
    params: [],
    response: z.array(giftView),
  },
  takeGift: {
    method: 'post',
    path: '/gifts/{id}',
    scope: 'transfer',
    tag,
    summary: 'Agree, and fetch it',
    params: ['id'],
    body: takeRequest,
    response: addResponse,
  },
  refuseGift: {
    method: 'delete',
    path: '/gifts/{id}',
    scope: 'transfer',
    tag,
    summary: 'Refuse what a device wants to send',
    params: ['id'],
  },
}
