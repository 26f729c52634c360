import { z } from 'zod'
import type { FoundQuery } from './find.ts'
import { foundQuery } from './find.ts'
import type { LogQuery } from './journal.ts'
import { logQuery } from './journal.ts'
import type { MessagesQuery, PeopleQuery } from './talk.ts'
import { messagesQuery, peopleQuery } from './talk.ts'
import type { TransferQuery } from './transfers.ts'
import type { WindowQuery } from './transfer-parts.ts'
import { transferQuery } from './transfers.ts'
import { windowQuery } from './transfer-parts.ts'

/**
 * What a screen shows and wants to be told of: the same things that the routes give, sampled at most once a second and
 * only while somebody listens. `GET /api/v1/live?views=…` takes a JSON object of these under keys of the caller's own.
 */
export type View =
  | { readonly view: 'status' }
  | { readonly view: 'speed' }
  | { readonly view: 'transfers'; readonly query?: TransferQuery | undefined }
  | { readonly view: 'transfer'; readonly id: string }
  | { readonly view: 'files'; readonly id: string; readonly query?: WindowQuery | undefined }
  | { readonly view: 'sources'; readonly id: string }
  | { readonly view: 'pieces'; readonly id: string; readonly buckets?: number | undefined }
  | { readonly view: 'searches' }
  | { readonly view: 'found'; readonly id: string; readonly query?: FoundQuery | undefined }
  | { readonly view: 'browse'; readonly id: string }
  | { readonly view: 'rooms' }
  | { readonly view: 'messages'; readonly id: string; readonly query?: MessagesQuery | undefined }
  | { readonly view: 'people'; readonly query?: PeopleQuery | undefined }
  | { readonly view: 'unread' }
  | { readonly view: 'gateways'; readonly id: string }
  | { readonly view: 'networks' }
  | { readonly view: 'publications' }
  | { readonly view: 'sharedFolders' }
  | { readonly view: 'hashing' }
  | { readonly view: 'printers' }
  | { readonly view: 'nearbyPrinters' }
  | { readonly view: 'printJobs' }
  | { readonly view: 'log'; readonly query?: LogQuery | undefined }

export type Views = Readonly<Record<string, View>>

const id = z.string().max(100)
const room = z.string().max(500)

export const views: z.ZodType<Views> = z.record(
  z.string().max(40),
  z.discriminatedUnion('view', [
    z.object({ view: z.literal('status') }),
    z.object({ view: z.literal('speed') }),
    z.object({ view: z.literal('transfers'), query: transferQuery.optional() }),
    z.object({ view: z.literal('transfer'), id }),
    z.object({ view: z.literal('files'), id, query: windowQuery.optional() }),
    z.object({ view: z.literal('sources'), id }),
    z.object({ view: z.literal('pieces'), id, buckets: z.int().min(1).max(4096).optional() }),
    z.object({ view: z.literal('searches') }),
    z.object({ view: z.literal('found'), id, query: foundQuery.optional() }),
    z.object({ view: z.literal('browse'), id }),
    z.object({ view: z.literal('rooms') }),
    z.object({ view: z.literal('messages'), id: room, query: messagesQuery.optional() }),
    z.object({ view: z.literal('people'), query: peopleQuery.optional() }),
    z.object({ view: z.literal('unread') }),
    z.object({ view: z.literal('gateways'), id }),
    z.object({ view: z.literal('networks') }),
    z.object({ view: z.literal('publications') }),
    z.object({ view: z.literal('sharedFolders') }),
    z.object({ view: z.literal('hashing') }),
    z.object({ view: z.literal('printers') }),
    z.object({ view: z.literal('nearbyPrinters') }),
    z.object({ view: z.literal('printJobs') }),
    z.object({ view: z.literal('log'), query: logQuery.optional() }),
  ]),
)

/** One event of the stream: the whole thing at first and after a change of kind, then merge patches (RFC 7396). */
export type LiveEvent =
  | { readonly key: string; readonly full: unknown }
  | { readonly key: string; readonly patch: unknown }
  /** What the view asked for is not there (any more). */
  | { readonly key: string; readonly gone: string }

/** Applies a merge patch (RFC 7396); neither argument is changed. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  // A map, because people choose labels, and `__proto__` is one.
  const out = new Map<string, unknown>(isObject(target) ? Object.entries(target) : [])
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) out.delete(key)
    else out.set(key, mergePatch(out.get(key), value))
  }
  return Object.fromEntries(out)
}

/** The merge patch that makes `to` of `from`; undefined when they are equal. Both are JSON without `null` values. */
export function diffPatch(from: unknown, to: unknown): unknown {
  if (!isObject(from) || !isObject(to)) return JSON.stringify(from) === JSON.stringify(to) ? undefined : to
  const patch = new Map<string, unknown>()
  for (const key of Object.keys(from)) if (!Object.hasOwn(to, key) || to[key] === undefined) patch.set(key, null)
  for (const [key, value] of Object.entries(to)) {
    if (value === undefined) continue
    const change = Object.hasOwn(from, key) ? diffPatch(from[key], value) : value
    if (change !== undefined) patch.set(key, change)
  }
  return patch.size === 0 ? undefined : Object.fromEntries(patch)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
