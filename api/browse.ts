import { z } from 'zod'
import type { FaultView } from './fault.ts'
import { faultView } from './fault.ts'
import type { Id, None, Route } from './route.ts'
import type { BeginRequest } from './transfer-changes.ts'
import { beginShape } from './transfer-changes.ts'

export interface BrowseRequest {
  /** The peer, as people and holders of what was found name it; or the name of somebody who is there now. */
  readonly peer: string
  /** Where they are; looked for on all networks without it. */
  readonly network?: string | undefined
  /** Also when they were asked within the last minutes. */
  readonly again?: boolean | undefined
}
const browseRequest: z.ZodType<BrowseRequest> = z.strictObject({
  peer: z.string().min(1).max(500),
  network: z.string().max(40).optional(),
  again: z.boolean().optional(),
})

/** What somebody shares, while it comes and when it is here. */
export interface BrowseView {
  readonly id: string
  readonly network: string
  readonly peer: string
  readonly name: string
  readonly state: 'reading' | 'done' | 'failed'
  readonly files: number
  readonly bytes: number
  /** There is more than is kept. */
  readonly full: boolean
  readonly at: number
  readonly fault?: FaultView | undefined
}
const browseView: z.ZodType<BrowseView> = z.object({
  id: z.string(),
  network: z.string(),
  peer: z.string(),
  name: z.string(),
  state: z.enum(['reading', 'done', 'failed']),
  files: z.number(),
  bytes: z.number(),
  full: z.boolean(),
  at: z.number(),
  fault: faultView.optional(),
})

export interface BrowsedQuery {
  /** From the top down, with slashes; the top without it. */
  readonly path?: string | undefined
  /** Files below it whose path has all of these words. */
  readonly filter?: string | undefined
  readonly sort?: 'name' | 'size' | undefined
  readonly descending?: boolean | undefined
  readonly from?: number | undefined
  readonly count?: number | undefined
}
const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')])
const browsedQuery: z.ZodType<BrowsedQuery> = z.object({
  path: z.string().max(4096).optional(),
  filter: z.string().max(200).optional(),
  sort: z.enum(['name', 'size']).optional(),
  descending: flag.optional(),
  from: z.coerce.number().int().min(0).optional(),
  count: z.coerce.number().int().min(0).max(1000).optional(),
})

export interface BrowsedRow {
  readonly kind: 'folder' | 'file'
  readonly name: string
  /** From the top down. */
  readonly path: string
  /** Bytes; of all that is in a folder. */
  readonly size: number
  /** In a folder, at any depth. */
  readonly files?: number | undefined
  /** The transfer that fetches it, or fetched it. */
  readonly transfer?: string | undefined
  /** It is in our own library. */
  readonly own?: boolean | undefined
}
const browsedRow: z.ZodType<BrowsedRow> = z.object({
  kind: z.enum(['folder', 'file']),
  name: z.string(),
  path: z.string(),
  size: z.number(),
  files: z.number().optional(),
  transfer: z.string().optional(),
  own: z.boolean().optional(),
})

/** Folders come first. */
export interface BrowsedWindow {
  readonly total: number
  readonly from: number
  readonly rows: readonly BrowsedRow[]
}
const browsedWindow: z.ZodType<BrowsedWindow> = z.object({
  total: z.int(),
  from: z.int(),
  rows: z.array(browsedRow),
})

/** Without a label, what is in one folder gets the name of the folder. */
export interface GetBrowsedRequest extends BeginRequest {
  /** Files and folders, from the top down; `""` is everything. */
  readonly paths: readonly string[]
}
const getBrowsedRequest: z.ZodType<GetBrowsedRequest> = z.strictObject({
  paths: z.array(z.string().max(4096)).min(1).max(1_000),
  ...beginShape,
})

/** Each file is a transfer of its own, in the folders that it lies in there. */
export interface GotBrowsed {
  readonly added: number
  /** Were there already. */
  readonly duplicates: number
  /** Cannot be fetched: nothing says by what. */
  readonly skipped: number
  /** The first thousand. */
  readonly transfers: readonly string[]
}
export const gotBrowsed: z.ZodType<GotBrowsed> = z.object({
  added: z.int(),
  duplicates: z.int(),
  skipped: z.int(),
  transfers: z.array(z.string()),
})

/** What people share, as a tree. */
export interface BrowseRoutes {
  readonly browse: Route<None, None, BrowseRequest, BrowseView>
  readonly browses: Route<None, None, None, readonly BrowseView[]>
  readonly browsed: Route<Id, None, None, BrowseView>
  readonly browsedRows: Route<Id, BrowsedQuery, None, BrowsedWindow>
  readonly getBrowsed: Route<Id, None, GetBrowsedRequest, GotBrowsed>
  readonly closeBrowse: Route<Id, None, None, void>
}

const tag = 'browse'

export const browseRoutes: BrowseRoutes = {
  browse: {
    method: 'post',
    path: '/browses',
    scope: 'transfer',
    tag,
    summary: 'Ask somebody for what they share',
    params: [],
    body: browseRequest,
    response: browseView,
  },
  browses: {
    method: 'get',
    path: '/browses',
    scope: 'view',
    tag,
    summary: 'What was browsed of late, the newest first',
    params: [],
    response: z.array(browseView),
  },
  browsed: {
    method: 'get',
    path: '/browses/{id}',
    scope: 'view',
    tag,
    summary: 'How far it has come',
    params: ['id'],
    response: browseView,
  },
  browsedRows: {
    method: 'get',
    path: '/browses/{id}/rows',
    scope: 'view',
    tag,
    summary: 'A window of a folder, or of the files below it that match',
    params: ['id'],
    query: browsedQuery,
    response: browsedWindow,
  },
  getBrowsed: {
    method: 'post',
    path: '/browses/{id}/get',
    scope: 'transfer',
    tag,
    summary: 'Fetch files and folders, as they lie there',
    params: ['id'],
    body: getBrowsedRequest,
    response: gotBrowsed,
  },
  closeBrowse: {
    method: 'delete',
    path: '/browses/{id}',
    scope: 'transfer',
    tag,
    summary: 'Forget it',
    params: ['id'],
  },
}
