import { z } from 'zod'
import type { FaultView } from './fault.ts'
import { faultView } from './fault.ts'

export type TransferState = 'looking' | 'checking' | 'getting' | 'giving' | 'done' | 'paused' | 'trouble'

export const transferStates = ['looking', 'checking', 'getting', 'giving', 'done', 'paused', 'trouble'] as const

export type PriorityWord = 'skip' | 'low' | 'normal' | 'high'
export const priorityWords = ['skip', 'low', 'normal', 'high'] as const

/** One row of the list of transfers. Sizes are bytes, rates bytes per second, times milliseconds since the epoch. */
export interface Transfer {
  readonly id: string
  readonly name: string
  readonly state: TransferState
  readonly fault?: FaultView | undefined
  readonly label?: string | undefined
  readonly networks: readonly string[]
  /** Unknown while it is looked for. */
  readonly size?: number | undefined
  /** What is wanted of it. */
  readonly wanted?: number | undefined
  /** Verified and on disk, of what is wanted. */
  readonly had: number
  /** Share of the wanted bytes that is had, 0 to 1; of the checked ones while checking. */
  readonly progress: number
  readonly downRate: number
  readonly upRate: number
  /** Payload since it was added. */
  readonly down: number
  readonly up: number
  readonly downLimit?: number | undefined
  readonly upLimit?: number | undefined
  readonly ratio: number
  /** Seconds until it is complete at the rate of now. */
  readonly eta?: number | undefined
  /** Open lanes and other peers. */
  readonly peers: number
  /** Of them, how many deliver to us now. */
  readonly sources: number
  readonly sequential: boolean
  readonly addedAt: number
  readonly completedAt?: number | undefined
  /** The folder on the daemon's machine. */
  readonly directory: string
  /** The file or folder itself, once it is known. */
  readonly path?: string | undefined
}

export const transfer: z.ZodType<Transfer> = z.object({
  id: z.string(),
  name: z.string(),
  state: z.enum(transferStates),
  fault: faultView.optional(),
  label: z.string().optional(),
  networks: z.array(z.string()),
  size: z.number().optional(),
  wanted: z.number().optional(),
  had: z.number(),
  progress: z.number(),
  downRate: z.number(),
  upRate: z.number(),
  down: z.number(),
  up: z.number(),
  downLimit: z.number().optional(),
  upLimit: z.number().optional(),
  ratio: z.number(),
  eta: z.number().optional(),
  peers: z.number(),
  sources: z.number(),
  sequential: z.boolean(),
  addedAt: z.number(),
  completedAt: z.number().optional(),
  directory: z.string(),
  path: z.string().optional(),
})

/** Everything about one transfer that its Overview shows. */
export interface TransferDetails extends Transfer {
  readonly digests: readonly string[]
  readonly links: readonly string[]
  readonly comment?: string | undefined
  readonly createdBy?: string | undefined
  readonly private: boolean
  readonly files?: number | undefined
  /** Length of what is verified at once, in bytes. */
  readonly pieceLength?: number | undefined
  readonly pieces?: number | undefined
  /** Payload that came and was of no use. */
  readonly wasted: number
  /** Peers found to send bad bytes. */
  readonly banned: readonly string[]
  readonly gateways: readonly GatewayView[]
}

/** A tracker, hub, server or other thing that we attach to. */
export interface GatewayView {
  readonly address: string
  readonly kind: string
  readonly state: 'idle' | 'asking' | 'attached' | 'failed'
  readonly note?: string | undefined
  readonly fault?: FaultView | undefined
  readonly nextAt?: number | undefined
}

export const gatewayView: z.ZodType<GatewayView> = z.object({
  address: z.string(),
  kind: z.string(),
  state: z.enum(['idle', 'asking', 'attached', 'failed']),
  note: z.string().optional(),
  fault: faultView.optional(),
  nextAt: z.number().optional(),
})

export const transferDetails: z.ZodType<TransferDetails> = z.intersection(
  transfer,
  z.object({
    digests: z.array(z.string()),
    links: z.array(z.string()),
    comment: z.string().optional(),
    createdBy: z.string().optional(),
    private: z.boolean(),
    files: z.number().optional(),
    pieceLength: z.number().optional(),
    pieces: z.number().optional(),
    wasted: z.number(),
    banned: z.array(z.string()),
    gateways: z.array(gatewayView),
  }),
)

export type TransferSort =
  | 'name'
  | 'addedAt'
  | 'completedAt'
  | 'size'
  | 'progress'
  | 'downRate'
  | 'upRate'
  | 'ratio'
  | 'eta'
  | 'state'
export const transferSorts = [
  'name',
  'addedAt',
  'completedAt',
  'size',
  'progress',
  'downRate',
  'upRate',
  'ratio',
  'eta',
  'state',
] as const

/** Which part of the list of transfers is wanted. */
export interface TransferQuery {
  /** Words that have to occur in the name. */
  readonly filter?: string | undefined
  /** `active` is whatever moves now. */
  readonly state?: TransferState | 'active' | undefined
  readonly label?: string | undefined
  readonly network?: string | undefined
  readonly sort?: TransferSort | undefined
  readonly descending?: boolean | undefined
  readonly from?: number | undefined
  readonly count?: number | undefined
}

const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')])

export const transferQuery: z.ZodType<TransferQuery> = z.object({
  filter: z.string().max(200).optional(),
  state: z.enum([...transferStates, 'active']).optional(),
  label: z.string().max(100).optional(),
  network: z.string().max(40).optional(),
  sort: z.enum(transferSorts).optional(),
  descending: flag.optional(),
  from: z.coerce.number().int().min(0).optional(),
  count: z.coerce.number().int().min(0).max(1000).optional(),
})

/** A window of the list, and how many there are of each kind in all of it. */
export interface TransferWindow {
  /** Rows that match, in the whole list. */
  readonly total: number
  readonly from: number
  readonly rows: readonly Transfer[]
  /** Per state, and `all` and `active`. */
  readonly states: Readonly<Record<string, number>>
  readonly labels: Readonly<Record<string, number>>
  readonly networks: Readonly<Record<string, number>>
}

export const transferWindow: z.ZodType<TransferWindow> = z.object({
  total: z.int(),
  from: z.int(),
  rows: z.array(transfer),
  states: z.record(z.string(), z.number()),
  labels: z.record(z.string(), z.number()),
  networks: z.record(z.string(), z.number()),
})

/** How transfers begin, by whatever they were asked for. */
export interface BeginRequest {
  /** The folder to put it in. */
  readonly directory?: string | undefined
  readonly paused?: boolean | undefined
  readonly label?: string | undefined
  /** In order, from the front. */
  readonly sequential?: boolean | undefined
}
export const beginShape: {
  readonly directory: z.ZodOptional<z.ZodString>
  readonly paused: z.ZodOptional<z.ZodBoolean>
  readonly label: z.ZodOptional<z.ZodString>
  readonly sequential: z.ZodOptional<z.ZodBoolean>
} = {
  directory: z.string().max(4096).optional(),
  paused: z.boolean().optional(),
  label: z.string().max(100).optional(),
  sequential: z.boolean().optional(),
}
export const beginRequest: z.ZodType<BeginRequest> = z.strictObject(beginShape)

/** How one transfer begins. */
export interface BeginOneRequest extends BeginRequest {
  /** Indices of the files wanted; all without it. */
  readonly select?: readonly number[] | undefined
}
const select = z.array(z.int().min(0)).optional()
export const beginOneRequest: z.ZodType<BeginOneRequest> = z.strictObject({ ...beginShape, select })

/** What to add: a link, or a document as base64 (such as a `.torrent`), or one on the daemon's disk. */
export interface AddRequest extends BeginOneRequest {
  readonly link?: string | undefined
  readonly document?: string | undefined
  readonly path?: string | undefined
}

export const addRequest: z.ZodType<AddRequest> = z
  .strictObject({
    link: z.string().max(100_000).optional(),
    document: z.base64().optional(),
    path: z.string().max(4096).optional(),
    ...beginShape,
    select,
  })
  .refine((of) => [of.link, of.document, of.path].filter((one) => one !== undefined).length === 1, {
    message: 'exactly one of link, document and path has to be given',
  })

export interface AddResponse {
  readonly transfer: Transfer
  /** It was there already; what the new link knew beyond the old one was taken over. */
  readonly duplicate: boolean
}

export const addResponse: z.ZodType<AddResponse> = z.object({ transfer, duplicate: z.boolean() })

/** A change to one transfer; `null` takes a limit or label away. */
export interface TransferPatch {
  readonly label?: string | null | undefined
  readonly sequential?: boolean | undefined
  /** Bytes per second. */
  readonly downLimit?: number | null | undefined
  readonly upLimit?: number | null | undefined
}

export const transferPatch: z.ZodType<TransferPatch> = z.strictObject({
  label: z.string().max(100).nullable().optional(),
  sequential: z.boolean().optional(),
  downLimit: z.int().min(0).nullable().optional(),
  upLimit: z.int().min(0).nullable().optional(),
})

/** What can be done to several transfers at once. */
export type TransferAction = 'pause' | 'resume' | 'recheck'
export const transferActions = ['pause', 'resume', 'recheck'] as const

export interface BulkRequest {
  readonly action: TransferAction | 'remove'
  readonly ids: readonly string[]
  /** With `remove`: delete the files as well. */
  readonly files?: boolean | undefined
}

export const bulkRequest: z.ZodType<BulkRequest> = z.strictObject({
  action: z.enum([...transferActions, 'remove']),
  ids: z.array(z.string()).min(1).max(100_000),
  files: z.boolean().optional(),
})

/** One file of a transfer. */
export interface TransferFile {
  readonly index: number
  /** From the transfer's folder down, with slashes. */
  readonly path: string
  readonly size: number
  readonly had: number
  readonly priority: PriorityWord
}

export const transferFile: z.ZodType<TransferFile> = z.object({
  index: z.int(),
  path: z.string(),
  size: z.number(),
  had: z.number(),
  priority: z.enum(priorityWords),
})

export interface FileWindow {
  readonly total: number
  readonly from: number
  readonly rows: readonly TransferFile[]
}

export const fileWindow: z.ZodType<FileWindow> = z.object({
  total: z.int(),
  from: z.int(),
  rows: z.array(transferFile),
})

export interface WindowQuery {
  readonly from?: number | undefined
  readonly count?: number | undefined
}

export const windowQuery: z.ZodType<WindowQuery> = z.object({
  from: z.coerce.number().int().min(0).optional(),
  count: z.coerce.number().int().min(0).max(10_000).optional(),
})

export interface PriorityRequest {
  readonly files: readonly number[]
  readonly priority: PriorityWord
}

export const priorityRequest: z.ZodType<PriorityRequest> = z.strictObject({
  files: z.array(z.int().min(0)).min(1),
  priority: z.enum(priorityWords),
})

/** One lane: somebody who may deliver, and why nothing moves when it does not. */
export interface SourceView {
  readonly network: string
  /** Address or nickname. */
  readonly name: string
  readonly client?: string | undefined
  readonly via: string
  readonly downRate: number
  readonly upRate: number
  /** Payload bytes it delivered in this run. */
  readonly received: number
  /** Share of the content that it has, 0 to 1. */
  readonly progress: number
  /** Bytes asked for and under way. */
  readonly asked: number
  /** Why nothing moves, in people's words; absent when it does. */
  readonly idle?: string | undefined
  readonly incoming: boolean
  /** Takes from us now. */
  readonly taking: boolean
  /** Had a part in bad bytes and is being tested. */
  readonly parole: boolean
}

export const sourceView: z.ZodType<SourceView> = z.object({
  network: z.string(),
  name: z.string(),
  client: z.string().optional(),
  via: z.string(),
  downRate: z.number(),
  upRate: z.number(),
  received: z.number(),
  progress: z.number(),
  asked: z.number(),
  idle: z.string().optional(),
  incoming: z.boolean(),
  taking: z.boolean(),
  parole: z.boolean(),
})

/** The piece bar: each bucket is the share of its bytes that is had, 0 to 255, as base64. */
export interface PieceMap {
  readonly buckets: string
}

export const pieceMap: z.ZodType<PieceMap> = z.object({ buckets: z.string() })

export interface MoveRequest {
  readonly directory: string
}
export const moveRequest: z.ZodType<MoveRequest> = z.strictObject({ directory: z.string().min(1).max(4096) })

export interface RenameRequest {
  readonly name: string
}
export const renameRequest: z.ZodType<RenameRequest> = z.strictObject({ name: z.string().min(1).max(255) })

export interface GatewayRequest {
  readonly address: string
}
export const gatewayRequest: z.ZodType<GatewayRequest> = z.strictObject({ address: z.string().min(1).max(2048) })

/** A torrent or the like to be made of a file or folder on the daemon's disk, which is given to others at once. */
export interface PublishRequest {
  readonly path: string
  readonly network?: string | undefined
  /** Trackers, in tiers. */
  readonly gateways?: readonly (readonly string[])[] | undefined
  readonly webSeeds?: readonly string[] | undefined
  readonly private?: boolean | undefined
  readonly comment?: string | undefined
  /** Bytes; a power of two. */
  readonly pieceLength?: number | undefined
  /** Give it to others from now on; the default. */
  readonly give?: boolean | undefined
}

export const publishRequest: z.ZodType<PublishRequest> = z.strictObject({
  path: z.string().min(1).max(4096),
  network: z.string().optional(),
  gateways: z.array(z.array(z.string().max(2048))).optional(),
  webSeeds: z.array(z.string().max(2048)).optional(),
  private: z.boolean().optional(),
  comment: z.string().max(10_000).optional(),
  pieceLength: z.int().min(16_384).max(67_108_864).optional(),
  give: z.boolean().optional(),
})

/** A publication while its bytes are hashed, and when it is ready. */
export interface Publication {
  readonly id: string
  readonly path: string
  readonly state: 'hashing' | 'ready' | 'failed'
  readonly bytes: number
  readonly size: number
  readonly link?: string | undefined
  readonly fileName?: string | undefined
  /** The transfer that gives it. */
  readonly transfer?: string | undefined
  readonly fault?: FaultView | undefined
}

export const publication: z.ZodType<Publication> = z.object({
  id: z.string(),
  path: z.string(),
  state: z.enum(['hashing', 'ready', 'failed']),
  bytes: z.number(),
  size: z.number(),
  link: z.string().optional(),
  fileName: z.string().optional(),
  transfer: z.string().optional(),
  fault: faultView.optional(),
})
