import { z } from 'zod'
import type { FaultView } from './fault.ts'
import { faultView } from './fault.ts'

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
