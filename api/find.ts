import { z } from 'zod'
import type { GotBrowsed } from './browse.ts'
import { gotBrowsed } from './browse.ts'
import type { FaultView } from './fault.ts'
import { faultView } from './fault.ts'
import type { Id, None, Route } from './route.ts'
import type { AddResponse, BeginOneRequest, BeginRequest } from './transfer-changes.ts'
import { addResponse, beginOneRequest, beginRequest } from './transfer-changes.ts'

export const media = ['audio', 'video', 'image', 'document', 'archive', 'program', 'folder'] as const
export type MediumWord = (typeof media)[number]

export interface SearchRequest {
  /** Words, `"a phrase"`, `-without`, `type:audio`, `size:>10M`, `size:<2G`, or a digest such as `tth:…`. */
  readonly query: string
  readonly medium?: MediumWord | undefined
  /** Bytes. */
  readonly minimumSize?: number | undefined
  readonly maximumSize?: number | undefined
  /** Only on these; all that can be searched without it. */
  readonly networks?: readonly string[] | undefined
  /** How long answers are listened for; two minutes without it. */
  readonly seconds?: number | undefined
}
export const searchRequest: z.ZodType<SearchRequest> = z.strictObject({
  query: z.string().max(1_000),
  medium: z.enum(media).optional(),
  minimumSize: z.int().min(0).optional(),
  maximumSize: z.int().min(0).optional(),
  networks: z.array(z.string().max(40)).max(20).optional(),
  seconds: z.int().min(1).max(3_600).optional(),
})

/** What one network was asked. */
export interface AskedView {
  /** `library` is our own. */
  readonly id: string
  /** `cannot`: nobody can be asked there. */
  readonly state: 'asking' | 'done' | 'off' | 'cannot' | 'failed'
  readonly hits: number
  /** Parts of the question that the network is not told; answers are compared with them here. */
  readonly comparedHere: readonly string[]
  /** Parts that nobody can compare, because answers of this network do not say: its rows may differ in them. */
  readonly ignored: readonly string[]
  readonly fault?: FaultView | undefined
}
const askedView: z.ZodType<AskedView> = z.object({
  id: z.string(),
  state: z.enum(['asking', 'done', 'off', 'cannot', 'failed']),
  hits: z.number(),
  comparedHere: z.array(z.string()),
  ignored: z.array(z.string()),
  fault: faultView.optional(),
})

export interface SearchView {
  readonly id: string
  readonly query: string
  readonly state: 'asking' | 'done'
  /** Milliseconds since the epoch; `endsAt` is when it ended, once it did. */
  readonly startedAt: number
  readonly endsAt: number
  readonly rows: number
  /** More came than is kept. */
  readonly full: boolean
  readonly networks: readonly AskedView[]
  /** It is asked again and again: when next, and how many rows nobody has seen yet. */
  readonly watch?: { readonly nextAt: number; readonly news: number } | undefined
}
export const searchView: z.ZodType<SearchView> = z.object({
  id: z.string(),
  query: z.string(),
  state: z.enum(['asking', 'done']),
  startedAt: z.number(),
  endsAt: z.number(),
  rows: z.number(),
  full: z.boolean(),
  networks: z.array(askedView),
  watch: z.object({ nextAt: z.number(), news: z.number() }).optional(),
})

/** One content that was found, of whoever has it. */
export interface FoundRow {
  /** The number of the row in its search: it stays the same. */
  readonly row: number
  readonly name: string
  readonly size?: number | undefined
  /** What it is, by the ending of its name. */
  readonly medium?: string | undefined
  readonly digests: readonly string[]
  readonly networks: readonly string[]
  /** How many have it, and how many of them have a free upload slot. */
  readonly people: number
  readonly free: number
  /** It is in our own library. */
  readonly own: boolean
  /** A transfer that fetches it, or fetched it, and how far it is. */
  readonly transfer?: string | undefined
  readonly progress?: number | undefined
}
const foundRow: z.ZodType<FoundRow> = z.object({
  row: z.int(),
  name: z.string(),
  size: z.number().optional(),
  medium: z.string().optional(),
  digests: z.array(z.string()),
  networks: z.array(z.string()),
  people: z.number(),
  free: z.number(),
  own: z.boolean(),
  transfer: z.string().optional(),
  progress: z.number().optional(),
})

export const foundSorts = ['found', 'name', 'size', 'people', 'free'] as const
export type FoundSort = (typeof foundSorts)[number]

/** Which part of what was found is wanted. */
export interface FoundQuery {
  /** Words that have to occur in the name. */
  readonly filter?: string | undefined
  readonly medium?: string | undefined
  readonly network?: string | undefined
  /** Only what somebody with a free slot has. */
  readonly free?: boolean | undefined
  /** Most people first without it. */
  readonly sort?: FoundSort | undefined
  readonly descending?: boolean | undefined
  readonly from?: number | undefined
  readonly count?: number | undefined
}
const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')])
export const foundQuery: z.ZodType<FoundQuery> = z.object({
  filter: z.string().max(200).optional(),
  medium: z.string().max(20).optional(),
  network: z.string().max(40).optional(),
  free: flag.optional(),
  sort: z.enum(foundSorts).optional(),
  descending: flag.optional(),
  from: z.coerce.number().int().min(0).optional(),
  count: z.coerce.number().int().min(0).max(1000).optional(),
})

export interface FoundWindow {
  readonly search: SearchView
  /** Rows that match. */
  readonly total: number
  readonly from: number
  readonly rows: readonly FoundRow[]
  /** How many rows there are of each, in all that was found. */
  readonly media: Readonly<Record<string, number>>
  readonly networks: Readonly<Record<string, number>>
}
const foundWindow: z.ZodType<FoundWindow> = z.object({
  search: searchView,
  total: z.int(),
  from: z.int(),
  rows: z.array(foundRow),
  media: z.record(z.string(), z.number()),
  networks: z.record(z.string(), z.number()),
})

/** Somebody who says that they have it. */
export interface HolderView {
  readonly network: string
  /** The peer, to browse. */
  readonly peer: string
  readonly name: string
  readonly client?: string | undefined
  readonly path: readonly string[]
  readonly slots?: number | undefined
}
const holderView: z.ZodType<HolderView> = z.object({
  network: z.string(),
  peer: z.string(),
  name: z.string(),
  client: z.string().optional(),
  path: z.array(z.string()),
  slots: z.number().optional(),
})

type Row = Id & { readonly row: string }

/** One search over the library and all networks. A search is named by its id, or `last`. */
export interface FindRoutes {
  readonly startSearch: Route<None, None, SearchRequest, SearchView>
  readonly searches: Route<None, None, None, readonly SearchView[]>
  readonly found: Route<Id, FoundQuery, None, FoundWindow>
  readonly stopSearch: Route<Id, None, None, SearchView>
  readonly removeSearch: Route<Id, None, None, void>
  readonly watchSearch: Route<Id, None, None, SearchView>
  readonly unwatchSearch: Route<Id, None, None, void>
  readonly holders: Route<Row, None, None, readonly HolderView[]>
  readonly getFound: Route<Row, None, BeginOneRequest, AddResponse>
  readonly getFoundFolder: Route<Row, None, BeginRequest, GotBrowsed>
}

const tag = 'find'

export const findRoutes: FindRoutes = {
  startSearch: {
    method: 'post',
    path: '/searches',
    scope: 'transfer',
    tag,
    summary: 'Ask the library and all networks at once',
    params: [],
    body: searchRequest,
    response: searchView,
  },
  searches: {
    method: 'get',
    path: '/searches',
    scope: 'view',
    tag,
    summary: 'Searches that are kept, the newest first',
    params: [],
    response: z.array(searchView),
  },
  found: {
    method: 'get',
    path: '/searches/{id}',
    scope: 'view',
    tag,
    summary: 'A window of what was found, with counts',
    params: ['id'],
    query: foundQuery,
    response: foundWindow,
  },
  stopSearch: {
    method: 'post',
    path: '/searches/{id}/stop',
    scope: 'transfer',
    tag,
    summary: 'Listen no more; what was found stays',
    params: ['id'],
    response: searchView,
  },
  removeSearch: {
    method: 'delete',
    path: '/searches/{id}',
    scope: 'transfer',
    tag,
    summary: 'Stop, and forget what was found',
    params: ['id'],
  },
  watchSearch: {
    method: 'put',
    path: '/searches/{id}/watch',
    scope: 'transfer',
    tag,
    summary: 'Ask it again and again, over restarts, and keep what is found',
    params: ['id'],
    response: searchView,
  },
  unwatchSearch: {
    method: 'delete',
    path: '/searches/{id}/watch',
    scope: 'transfer',
    tag,
    summary: 'Ask it no more; what was found stays',
    params: ['id'],
  },
  holders: {
    method: 'get',
    path: '/searches/{id}/rows/{row}/people',
    scope: 'view',
    tag,
    summary: 'Who has it',
    params: ['id', 'row'],
    response: z.array(holderView),
  },
  getFound: {
    method: 'post',
    path: '/searches/{id}/rows/{row}/get',
    scope: 'transfer',
    tag,
    summary: 'Fetch it, from everybody who has it on all networks, in one transfer',
    params: ['id', 'row'],
    body: beginOneRequest,
    response: addResponse,
  },
  getFoundFolder: {
    method: 'post',
    path: '/searches/{id}/rows/{row}/get-folder',
    scope: 'transfer',
    tag,
    summary: 'Fetch what is in a folder that was found, a transfer for each file',
    params: ['id', 'row'],
    body: beginRequest,
    response: gotBrowsed,
  },
}
