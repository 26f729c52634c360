import { z } from 'zod'
import type { Id, None, Route } from './route.ts'

/** Somebody who is in a directory of ours: a user of our hub. */
export interface VisitorView {
  readonly id: string
  readonly nick: string
  readonly address: string
  /** What they speak: `adc`, `nmdc`. */
  readonly protocol: string
  /** Inside TLS. */
  readonly secured: boolean
  /** Their program; empty when unknown. */
  readonly client: string
  readonly rank: string
  /** Bytes. */
  readonly shared: number
  /** Milliseconds since the epoch. */
  readonly since: number
}
const visitorView: z.ZodType<VisitorView> = z.object({
  id: z.string(),
  nick: z.string(),
  address: z.string(),
  protocol: z.string(),
  secured: z.boolean(),
  client: z.string(),
  rank: z.string(),
  shared: z.number(),
  since: z.number(),
})

/** A ban. */
export interface ExclusionView {
  readonly id: string
  readonly nick?: string | undefined
  readonly address?: string | undefined
  readonly reason: string
  /** The nick of who did it; empty when it was the directory itself. */
  readonly by: string
  /** Milliseconds since the epoch; without `until` it is for ever. */
  readonly at: number
  readonly until?: number | undefined
}
const exclusionView: z.ZodType<ExclusionView> = z.object({
  id: z.string(),
  nick: z.string().optional(),
  address: z.string().optional(),
  reason: z.string(),
  by: z.string(),
  at: z.number(),
  until: z.number().optional(),
})

/** A nick that belongs to whoever knows its password. */
export interface RegistrationView {
  readonly nick: string
  readonly rank: string
}
const registrationView: z.ZodType<RegistrationView> = z.object({ nick: z.string(), rank: z.string() })

export interface RegistrationsView {
  /** What may be given, the least first. */
  readonly ranks: readonly string[]
  readonly registrations: readonly RegistrationView[]
}
const registrationsView: z.ZodType<RegistrationsView> = z.object({
  ranks: z.array(z.string()),
  registrations: z.array(registrationView),
})

const reason = z.string().max(256)
const nick = z.string().min(1).max(64)

export interface KickRequest {
  readonly reason?: string | undefined
}
const kickRequest: z.ZodType<KickRequest> = z.strictObject({ reason: reason.optional() })

/** By the nick, which sends its holder away, the address, or both. */
export interface ExcludeRequest {
  readonly nick?: string | undefined
  readonly address?: string | undefined
  readonly reason?: string | undefined
  /** For ever without it. */
  readonly seconds?: number | undefined
}
const excludeRequest: z.ZodType<ExcludeRequest> = z.strictObject({
  nick: nick.optional(),
  address: z.union([z.ipv4(), z.ipv6()]).optional(),
  reason: reason.optional(),
  seconds: z.int().min(1).max(3_000_000_000).optional(),
})

export interface RegisterRequest {
  readonly password: string
  readonly rank: string
}
const registerRequest: z.ZodType<RegisterRequest> = z.strictObject({
  password: z.string().min(1).max(128),
  rank: z.string().max(32),
})

export interface AnnounceRequest {
  readonly text: string
}
const announceRequest: z.ZodType<AnnounceRequest> = z.strictObject({ text: z.string().min(1).max(4_096) })

type Visitor = Id & { readonly visitor: string }
type Exclusion = Id & { readonly exclusion: string }
type Nick = Id & { readonly nick: string }

/** What the keeper of a directory with people in it does; the id is the network's. */
export interface DirectoryRoutes {
  readonly visitors: Route<Id, None, None, readonly VisitorView[]>
  readonly kickVisitor: Route<Visitor, None, KickRequest, void>
  readonly exclusions: Route<Id, None, None, readonly ExclusionView[]>
  readonly exclude: Route<Id, None, ExcludeRequest, ExclusionView>
  readonly readmit: Route<Exclusion, None, None, void>
  readonly registrations: Route<Id, None, None, RegistrationsView>
  readonly register: Route<Nick, None, RegisterRequest, RegistrationView>
  readonly unregister: Route<Nick, None, None, void>
  readonly announceToVisitors: Route<Id, None, AnnounceRequest, void>
}

const tag = 'networks'
const scope = 'admin'
const base = '/networks/{id}/directory'

export const directoryRoutes: DirectoryRoutes = {
  visitors: {
    method: 'get',
    path: `${base}/visitors`,
    scope,
    tag,
    summary: 'Who is in our directory: the users of our hub',
    params: ['id'],
    response: z.array(visitorView),
  },
  kickVisitor: {
    method: 'post',
    path: `${base}/visitors/{visitor}/kick`,
    scope,
    tag,
    summary: 'Send somebody away; they may come again',
    params: ['id', 'visitor'],
    body: kickRequest,
  },
  exclusions: {
    method: 'get',
    path: `${base}/exclusions`,
    scope,
    tag,
    summary: 'Who is banned',
    params: ['id'],
    response: z.array(exclusionView),
  },
  exclude: {
    method: 'post',
    path: `${base}/exclusions`,
    scope,
    tag,
    summary: 'Ban by nick, address, or both',
    params: ['id'],
    body: excludeRequest,
    response: exclusionView,
  },
  readmit: {
    method: 'delete',
    path: `${base}/exclusions/{exclusion}`,
    scope,
    tag,
    summary: 'End a ban',
    params: ['id', 'exclusion'],
  },
  registrations: {
    method: 'get',
    path: `${base}/registrations`,
    scope,
    tag,
    summary: 'Nicks with a password, and what may be given',
    params: ['id'],
    response: registrationsView,
  },
  register: {
    method: 'put',
    path: `${base}/registrations/{nick}`,
    scope,
    tag,
    summary: 'Give a nick to whoever knows the password, or change that',
    params: ['id', 'nick'],
    body: registerRequest,
    response: registrationView,
  },
  unregister: {
    method: 'delete',
    path: `${base}/registrations/{nick}`,
    scope,
    tag,
    summary: 'Take a nick back',
    params: ['id', 'nick'],
  },
  announceToVisitors: {
    method: 'post',
    path: `${base}/announcements`,
    scope,
    tag,
    summary: 'Say something to all who are there',
    params: ['id'],
    body: announceRequest,
  },
}
