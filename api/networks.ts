import { z } from 'zod'
import type { FaultView } from './fault.ts'
import { faultView } from './fault.ts'

/** Our own index for others: whether it is open, where, and what it counts. */
export interface DirectoryView {
  readonly open: boolean
  /** People come to it, and somebody has to keep order. */
  readonly kept?: boolean | undefined
  readonly addresses: readonly string[]
  readonly counts: Readonly<Record<string, number>>
  readonly fault?: FaultView | undefined
}

export interface NetworkView {
  readonly id: string
  readonly title: string
  /** What joining reveals to others. */
  readonly reveals: string
  readonly on: boolean
  readonly state: 'off' | 'starting' | 'alone' | 'connected' | 'trouble'
  readonly people: number
  readonly fault?: FaultView | undefined
  readonly downRate: number
  readonly upRate: number
  readonly down: number
  readonly up: number
  /** What it can do: `search`, `fetch`, `publish`, … */
  readonly facets: readonly string[]
  /** Schemes of links that name one of its gateways, such as `adc` for a hub: `attach` takes them. */
  readonly gatewayLinks?: readonly string[] | undefined
  readonly gateways: { readonly attached: number; readonly failed: number; readonly all: number }
  readonly directory?: DirectoryView | undefined
}

export const networkView: z.ZodType<NetworkView> = z.object({
  id: z.string(),
  title: z.string(),
  reveals: z.string(),
  on: z.boolean(),
  state: z.enum(['off', 'starting', 'alone', 'connected', 'trouble']),
  people: z.number(),
  fault: faultView.optional(),
  downRate: z.number(),
  upRate: z.number(),
  down: z.number(),
  up: z.number(),
  facets: z.array(z.string()),
  gatewayLinks: z.array(z.string()).optional(),
  gateways: z.object({ attached: z.number(), failed: z.number(), all: z.number() }),
  directory: z
    .object({
      open: z.boolean(),
      kept: z.boolean().optional(),
      addresses: z.array(z.string()),
      counts: z.record(z.string(), z.number()),
      fault: faultView.optional(),
    })
    .optional(),
})

export interface SwitchRequest {
  readonly on: boolean
}
export const switchRequest: z.ZodType<SwitchRequest> = z.strictObject({ on: z.boolean() })
