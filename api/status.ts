import { z } from 'zod'

export type Scope = 'view' | 'transfer' | 'share' | 'chat' | 'admin'
/** `admin` holds all of them; each of the others holds `view`. */
export const scopes = ['view', 'transfer', 'share', 'chat', 'admin'] as const

/** Whether others reach the port from beyond the router. */
export interface OutsideView {
  readonly state: 'off' | 'none' | 'looking' | 'mapped' | 'not'
  /** Where, and what the router was asked by. */
  readonly address?: string | undefined
  readonly by?: string | undefined
  /** Why not, and what helps. */
  readonly message?: string | undefined
  readonly hint?: string | undefined
}

const outsideView: z.ZodType<OutsideView> = z.object({
  state: z.enum(['off', 'none', 'looking', 'mapped', 'not']),
  address: z.string().optional(),
  by: z.string().optional(),
  message: z.string().optional(),
  hint: z.string().optional(),
})

export interface Status {
  readonly version: string
  /** The name of this device. */
  readonly device: string
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  readonly now: number
  /** Bytes per second. */
  readonly downRate: number
  readonly upRate: number
  readonly downLimit?: number | undefined
  readonly upLimit?: number | undefined
  /** Payload since the daemon started. */
  readonly down: number
  readonly up: number
  readonly transfers: Readonly<Record<string, number>>
  readonly people: number
  readonly networks: { readonly on: number; readonly all: number }
  /** The port that other peers reach us at. */
  readonly port: number
  readonly outside: OutsideView
  /** The same over IPv6; `none` where this machine has no address there. */
  readonly outsideV6: OutsideView
  /** Where transfers go, and how much fits there. */
  readonly downloads: string
  readonly freeBytes?: number | undefined
  readonly residentBytes: number
  /** What needs the user: one sentence each. */
  readonly problems: readonly { readonly code: string; readonly message: string; readonly hint?: string | undefined }[]
  /** A password exists, so that other machines may be let in. */
  readonly password: boolean
}

export const status: z.ZodType<Status> = z.object({
  version: z.string(),
  device: z.string(),
  startedAt: z.number(),
  now: z.number(),
  downRate: z.number(),
  upRate: z.number(),
  downLimit: z.number().optional(),
  upLimit: z.number().optional(),
  down: z.number(),
  up: z.number(),
  transfers: z.record(z.string(), z.number()),
  people: z.number(),
  networks: z.object({ on: z.number(), all: z.number() }),
  port: z.int(),
  outside: outsideView,
  outsideV6: outsideView,
  downloads: z.string(),
  freeBytes: z.number().optional(),
  residentBytes: z.number(),
  problems: z.array(z.object({ code: z.string(), message: z.string(), hint: z.string().optional() })),
  password: z.boolean(),
})

/** Rates of the last minutes, one sample a second, oldest first. */
export interface SpeedHistory {
  readonly down: readonly number[]
  readonly up: readonly number[]
}

export const speedHistory: z.ZodType<SpeedHistory> = z.object({ down: z.array(z.number()), up: z.array(z.number()) })

/** Global limits in bytes per second; `null` takes one away. */
export interface SpeedRequest {
  readonly down?: number | null | undefined
  readonly up?: number | null | undefined
}

export const speedRequest: z.ZodType<SpeedRequest> = z.strictObject({
  down: z.int().min(0).nullable().optional(),
  up: z.int().min(0).nullable().optional(),
})

/** One question that `kith doctor` asks of the machine. */
export interface DoctorCheck {
  readonly name: string
  readonly ok: boolean
  readonly message: string
  readonly hint?: string | undefined
}

export const doctorCheck: z.ZodType<DoctorCheck> = z.object({
  name: z.string(),
  ok: z.boolean(),
  message: z.string(),
  hint: z.string().optional(),
})
