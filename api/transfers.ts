import { z } from 'zod'
import type { FaultView } from './fault.ts'
import { faultView } from './fault.ts'
import type { GatewayView } from './gateways.ts'
import { gatewayView } from './gateways.ts'

export const transferStates = ['looking', 'checking', 'getting', 'giving', 'done', 'paused', 'trouble'] as const
export type TransferState = (typeof transferStates)[number]

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
export type TransferSort = (typeof transferSorts)[number]

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
