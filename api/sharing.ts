import { z } from 'zod'
import { faultView } from './fault.ts'
import type { FaultView } from './fault.ts'

export const audiences = ['everyone', 'friends', 'local', 'nobody'] as const
export type Audience = (typeof audiences)[number]

/** A number of files and their bytes. */
export interface Amount {
  readonly files: number
  readonly bytes: number
}

const amount: z.ZodType<Amount> = z.object({ files: z.number(), bytes: z.number() })

/** A folder of the daemon's machine that is shared. */
export interface SharedFolder {
  readonly id: number
  /** What others see it as. */
  readonly name: string
  readonly path: string
  readonly audience: Audience
  /** Networks it is offered on; all without it. */
  readonly networks?: readonly string[] | undefined
  /** Names or paths that are left out. */
  readonly ignore: readonly string[]
  /** False when its disk is not there: what is known of it is kept. */
  readonly present: boolean
  readonly looking: boolean
  /** What is offered, what waits to be hashed, what cannot be read, and what was on a disk that is not there. */
  readonly known: Amount
  readonly waiting: Amount
  readonly trouble: Amount
  readonly absent: Amount
  /** How many things were left out, and why: the first of them. */
  readonly skipped: number
  readonly faults: readonly FaultView[]
}

export const sharedFolder: z.ZodType<SharedFolder> = z.object({
  id: z.int(),
  name: z.string(),
  path: z.string(),
  audience: z.enum(audiences),
  networks: z.array(z.string()).optional(),
  ignore: z.array(z.string()),
  present: z.boolean(),
  looking: z.boolean(),
  known: amount,
  waiting: amount,
  trouble: amount,
  absent: amount,
  skipped: z.number(),
  faults: z.array(faultView),
})

const name = z.string().min(1).max(100)
const networks = z.array(z.string().max(40)).max(20)
const ignore = z.array(z.string().min(1).max(200)).max(200)

export interface ShareRequest {
  /** An absolute path on the daemon's machine. */
  readonly path: string
  /** The name of the folder without it. */
  readonly name?: string | undefined
  /** Everyone without it. */
  readonly audience?: Audience | undefined
  readonly networks?: readonly string[] | undefined
  /** Hidden files and what programs leave behind without it. */
  readonly ignore?: readonly string[] | undefined
}

export const shareRequest: z.ZodType<ShareRequest> = z.strictObject({
  path: z.string().min(1).max(4096),
  name: name.optional(),
  audience: z.enum(audiences).optional(),
  networks: networks.optional(),
  ignore: ignore.optional(),
})

export interface SharePatch {
  readonly name?: string | undefined
  readonly audience?: Audience | undefined
  /** Null: all networks. */
  readonly networks?: readonly string[] | null | undefined
  readonly ignore?: readonly string[] | undefined
}

export const sharePatch: z.ZodType<SharePatch> = z.strictObject({
  name: name.optional(),
  audience: z.enum(audiences).optional(),
  networks: networks.nullable().optional(),
  ignore: ignore.optional(),
})

/** A file in a shared folder. */
export interface SharedFile {
  readonly id: number
  readonly folder: number
  readonly name: string
  /** On the daemon's machine. */
  readonly path: string
  readonly size: number
  readonly modifiedAt: number
  readonly state: 'waiting' | 'known' | 'trouble' | 'absent'
  readonly digests: readonly string[]
  /** Bytes of it that others were given. */
  readonly given: number
  readonly fault?: FaultView | undefined
}

export const sharedFile: z.ZodType<SharedFile> = z.object({
  id: z.int(),
  folder: z.int(),
  name: z.string(),
  path: z.string(),
  size: z.number(),
  modifiedAt: z.number(),
  state: z.enum(['waiting', 'known', 'trouble', 'absent']),
  digests: z.array(z.string()),
  given: z.number(),
  fault: faultView.optional(),
})

export interface SharedFileQuery {
  /** Words, `begin*`, `"a phrase"`, `-without`, `type:audio`, `size:>10M`, `after:2026-01-31`, `before:2026`. */
  readonly q?: string | undefined
  readonly folder?: number | undefined
  /** The newest in the library first; or what was given away most, in copies of itself, and only that. */
  readonly order?: 'newest' | 'given' | undefined
  readonly from?: number | undefined
  readonly count?: number | undefined
}

export const sharedFileQuery: z.ZodType<SharedFileQuery> = z.object({
  q: z.string().max(1000).optional(),
  folder: z.coerce.number().int().min(0).optional(),
  order: z.enum(['newest', 'given']).optional(),
  from: z.coerce.number().int().min(0).optional(),
  count: z.coerce.number().int().min(0).max(1000).optional(),
})

export interface SharedFileWindow {
  /** At most 10,000: nobody looks at more. */
  readonly total: number
  readonly from: number
  readonly rows: readonly SharedFile[]
}

export const sharedFileWindow: z.ZodType<SharedFileWindow> = z.object({
  total: z.int(),
  from: z.int(),
  rows: z.array(sharedFile),
})

/** Links to a shared file. */
export interface SharedLinks {
  /** With every urn. */
  readonly magnet: string
  /** With the hash set. */
  readonly ed2k: string
}

export const sharedLinks: z.ZodType<SharedLinks> = z.object({ magnet: z.string(), ed2k: z.string() })

/** How hashing goes. */
export interface HashingView {
  readonly state: 'idle' | 'looking' | 'hashing' | 'paused'
  readonly waiting: Amount
  readonly known: Amount
  /** Bytes per second. */
  readonly rate: number
  readonly leftMs?: number | undefined
  readonly current?: string | undefined
}

export const hashingView: z.ZodType<HashingView> = z.object({
  state: z.enum(['idle', 'looking', 'hashing', 'paused']),
  waiting: amount,
  known: amount,
  rate: z.number(),
  leftMs: z.number().optional(),
  current: z.string().optional(),
})

export interface ReadRequest {
  /** Absolute paths of files on the daemon's machine. */
  readonly path: string
}

export const readRequest: z.ZodType<ReadRequest> = z.strictObject({ path: z.string().min(1).max(4096) })

/** A file that is read, or was: all of its digests, and the links that name it. */
export interface ReadingView {
  readonly id: string
  readonly path: string
  readonly name: string
  readonly size: number
  /** Read so far. */
  readonly bytes: number
  readonly state: 'reading' | 'ready' | 'failed'
  /** `algorithm:hex`. */
  readonly digests: readonly string[]
  /** A magnet link with every urn, and an eDonkey link with the hash set. */
  readonly magnet?: string | undefined
  readonly ed2k?: string | undefined
  readonly fault?: FaultView | undefined
}

export const readingView: z.ZodType<ReadingView> = z.object({
  id: z.string(),
  path: z.string(),
  name: z.string(),
  size: z.number(),
  bytes: z.number(),
  state: z.enum(['reading', 'ready', 'failed']),
  digests: z.array(z.string()),
  magnet: z.string().optional(),
  ed2k: z.string().optional(),
  fault: faultView.optional(),
})

export interface LinkRequest {
  readonly link: string
}

export const linkRequest: z.ZodType<LinkRequest> = z.strictObject({
  link: z
    .string()
    .min(1)
    .max(1024 * 1024),
})

/** What a link says, in plain words. */
export interface LinkView {
  readonly kind: string
  readonly name?: string | undefined
  readonly size?: number | undefined
  readonly digests: readonly string[]
  /** Trackers, sources, and all else that it holds. */
  readonly more: readonly { readonly name: string; readonly value: string }[]
}

export const linkView: z.ZodType<LinkView> = z.object({
  kind: z.string(),
  name: z.string().optional(),
  size: z.number().optional(),
  digests: z.array(z.string()),
  more: z.array(z.object({ name: z.string(), value: z.string() })),
})
