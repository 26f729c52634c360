import { z } from 'zod'
import type { Id, None, Route } from './route.ts'

export interface RoomView {
  readonly id: string
  readonly network: string
  readonly title: string
  readonly kind: 'private' | 'public'
  readonly people: number
  /** What others said since somebody looked. */
  readonly unread: number
  /** How many of those speak to us by our name, in a room of many. */
  readonly mentions: number
  /** What was said last. */
  readonly last?: MessageView | undefined
}
export interface MessageView {
  /** The name of who said it. */
  readonly from: string
  /** Their key, where two may have one name: the id of a device. */
  readonly peer?: string | undefined
  readonly text: string
  readonly at: number
  readonly own: boolean
  /** It speaks to us by our name. */
  readonly mention?: boolean | undefined
}
const messageView: z.ZodType<MessageView> = z.object({
  from: z.string(),
  peer: z.string().optional(),
  text: z.string(),
  at: z.number(),
  own: z.boolean(),
  mention: z.boolean().optional(),
})
const roomView: z.ZodType<RoomView> = z.object({
  id: z.string(),
  network: z.string(),
  title: z.string(),
  kind: z.enum(['private', 'public']),
  people: z.number(),
  unread: z.number(),
  mentions: z.number(),
  last: messageView.optional(),
})

/** How much of a room somebody has not seen. */
export interface UnreadView {
  /** Messages in private talks, and those in rooms that speak to us by our name. */
  readonly talks: number
  /** Rooms in which something was said. */
  readonly rooms: number
}

export interface SayRequest {
  readonly text: string
}
const sayRequest: z.ZodType<SayRequest> = z.strictObject({ text: z.string().min(1).max(16_000) })

export interface RoomRequest {
  readonly title: string
  /** Ids or names of devices. */
  readonly people: readonly string[]
}
const roomRequest: z.ZodType<RoomRequest> = z.strictObject({
  title: z.string().min(1).max(80),
  people: z.array(z.string().min(1).max(200)).min(1).max(99),
})

/** Something that a room offers in menus, such as what operators of a hub do with somebody. */
export interface RoomCommandView {
  readonly id: string
  /** Levels of a menu, from the top. */
  readonly path: readonly string[]
  /** It is done to somebody in the room. */
  readonly aboutSomebody: boolean
  /** What has to be answered before. */
  readonly asks: readonly string[]
}
const roomCommandView: z.ZodType<RoomCommandView> = z.object({
  id: z.string(),
  path: z.array(z.string()),
  aboutSomebody: z.boolean(),
  asks: z.array(z.string()),
})

export interface RunRequest {
  /** Its id, or its path with slashes. */
  readonly command: string
  /** By what it asks. */
  readonly answers?: Readonly<Record<string, string>> | undefined
  /** The name of whom it is done to. */
  readonly person?: string | undefined
}
const runRequest: z.ZodType<RunRequest> = z.strictObject({
  command: z.string().min(1).max(1_000),
  answers: z.record(z.string().max(200), z.string().max(1_000)).optional(),
  person: z.string().max(200).optional(),
})

export interface MessagesQuery {
  /** The newest so many; all that are kept without it. */
  readonly count?: number | undefined
}
export const messagesQuery: z.ZodType<MessagesQuery> = z.object({
  count: z.coerce.number().int().min(1).max(1_000).optional(),
})

/** Somebody who is in a room. */
export interface PersonView {
  readonly network: string
  /** To browse them by. */
  readonly peer: string
  readonly name: string
  readonly own: boolean
  /** The room of a private talk with them, also before there is one. */
  readonly talk?: string | undefined
  readonly client?: string | undefined
  readonly description?: string | undefined
  readonly shared?: number | undefined
  readonly slots?: number | undefined
  readonly operator: boolean
  readonly away: boolean
  readonly bot: boolean
  readonly ignored: boolean
  /** Whether what they share can be looked at. */
  readonly browse: boolean
}
const personView: z.ZodType<PersonView> = z.object({
  network: z.string(),
  peer: z.string(),
  name: z.string(),
  own: z.boolean(),
  talk: z.string().optional(),
  client: z.string().optional(),
  description: z.string().optional(),
  shared: z.number().optional(),
  slots: z.number().optional(),
  operator: z.boolean(),
  away: z.boolean(),
  bot: z.boolean(),
  ignored: z.boolean(),
  browse: z.boolean(),
})

export interface PeopleQuery {
  /** Of one room; of all without it. */
  readonly room?: string | undefined
  readonly network?: string | undefined
  /** Words that have to occur in the name or description. */
  readonly filter?: string | undefined
  readonly from?: number | undefined
  readonly count?: number | undefined
}
export const peopleQuery: z.ZodType<PeopleQuery> = z.object({
  room: z.string().max(500).optional(),
  network: z.string().max(40).optional(),
  filter: z.string().max(200).optional(),
  from: z.coerce.number().int().min(0).optional(),
  count: z.coerce.number().int().min(0).max(1000).optional(),
})

export interface PeopleWindow {
  readonly total: number
  readonly from: number
  readonly rows: readonly PersonView[]
}
const peopleWindow: z.ZodType<PeopleWindow> = z.object({
  total: z.int(),
  from: z.int(),
  rows: z.array(personView),
})

/** Somebody of whom nothing is to be seen. */
export interface IgnoredView {
  readonly network: string
  readonly name: string
  /** Their key, where two may have one name: the id of a device. */
  readonly peer?: string | undefined
}
const ignoredView: z.ZodType<IgnoredView> = z.strictObject({
  network: z.string().max(40),
  name: z.string().min(1).max(200),
  peer: z.string().min(1).max(200).optional(),
})

/** Rooms and private talks of all networks; a room is named by its id, its title, or an unambiguous beginning. */
export interface TalkRoutes {
  readonly rooms: Route<None, None, None, readonly RoomView[]>
  readonly newRoom: Route<None, None, RoomRequest, RoomView>
  readonly openRoom: Route<Id, None, None, RoomView>
  readonly messages: Route<Id, MessagesQuery, None, readonly MessageView[]>
  readonly say: Route<Id, None, SayRequest, void>
  readonly roomCommands: Route<Id, None, None, readonly RoomCommandView[]>
  readonly runRoomCommand: Route<Id, None, RunRequest, void>
  readonly markRead: Route<Id, None, None, void>
  readonly unread: Route<None, None, None, UnreadView>
  readonly people: Route<None, PeopleQuery, None, PeopleWindow>
  readonly ignored: Route<None, None, None, readonly IgnoredView[]>
  readonly ignore: Route<None, None, IgnoredView, void>
  readonly unignore: Route<None, IgnoredView, None, void>
}

const tag = 'talk'

export const talkRoutes: TalkRoutes = {
  rooms: {
    method: 'get',
    path: '/rooms',
    scope: 'view',
    tag,
    summary: 'Where one can talk',
    params: [],
    response: z.array(roomView),
  },
  newRoom: {
    method: 'post',
    path: '/rooms',
    scope: 'chat',
    tag,
    summary: 'A room of several devices',
    params: [],
    body: roomRequest,
    response: roomView,
  },
  openRoom: {
    method: 'post',
    path: '/rooms/{id}/open',
    scope: 'chat',
    tag,
    summary: 'A private talk with somebody, by the room that people name, or by their name',
    params: ['id'],
    response: roomView,
  },
  messages: {
    method: 'get',
    path: '/rooms/{id}/messages',
    scope: 'view',
    tag,
    summary: 'What was said lately',
    params: ['id'],
    query: messagesQuery,
    response: z.array(messageView),
  },
  say: {
    method: 'post',
    path: '/rooms/{id}/messages',
    scope: 'chat',
    tag,
    summary: 'Say something',
    params: ['id'],
    body: sayRequest,
  },
  roomCommands: {
    method: 'get',
    path: '/rooms/{id}/commands',
    scope: 'view',
    tag,
    summary: 'What a room offers in menus',
    params: ['id'],
    response: z.array(roomCommandView),
  },
  runRoomCommand: {
    method: 'post',
    path: '/rooms/{id}/commands',
    scope: 'chat',
    tag,
    summary: 'Do what a room offers in a menu',
    params: ['id'],
    body: runRequest,
  },
  markRead: {
    method: 'post',
    path: '/rooms/{id}/read',
    scope: 'chat',
    tag,
    summary: 'Everything in it was seen',
    params: ['id'],
  },
  unread: {
    method: 'get',
    path: '/unread',
    scope: 'view',
    tag,
    summary: 'How much was not seen yet',
    params: [],
    response: z.object({ talks: z.number(), rooms: z.number() }),
  },
  people: {
    method: 'get',
    path: '/people',
    scope: 'view',
    tag,
    summary: 'A window of who is in a room, or in all',
    params: [],
    query: peopleQuery,
    response: peopleWindow,
  },
  ignored: {
    method: 'get',
    path: '/ignored',
    scope: 'view',
    tag,
    summary: 'Of whom nothing is to be seen',
    params: [],
    response: z.array(ignoredView),
  },
  ignore: {
    method: 'put',
    path: '/ignored',
    scope: 'chat',
    tag,
    summary: 'See nothing of somebody any more',
    params: [],
    body: ignoredView,
  },
  unignore: {
    method: 'delete',
    path: '/ignored',
    scope: 'chat',
    tag,
    summary: 'See somebody again',
    params: [],
    query: ignoredView,
  },
}
