import { z } from 'zod'

export const priorityWords = ['skip', 'low', 'normal', 'high'] as const
export type PriorityWord = (typeof priorityWords)[number]

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
