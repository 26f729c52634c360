import { z } from 'zod'
import type { Transfer } from './transfers.ts'
import { transfer } from './transfers.ts'

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
const transferActions = ['pause', 'resume', 'recheck'] as const
type TransferAction = (typeof transferActions)[number]

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

export interface MoveRequest {
  readonly directory: string
}
export const moveRequest: z.ZodType<MoveRequest> = z.strictObject({ directory: z.string().min(1).max(4096) })

export interface RenameRequest {
  readonly name: string
}
export const renameRequest: z.ZodType<RenameRequest> = z.strictObject({ name: z.string().min(1).max(255) })
