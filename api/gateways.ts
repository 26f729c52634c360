import { z } from 'zod'
import type { FaultView } from './fault.ts'
import { faultView } from './fault.ts'
import type { Id, None, Route } from './route.ts'

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

export interface GatewayRequest {
  readonly address: string
}
export const gatewayRequest: z.ZodType<GatewayRequest> = z.strictObject({ address: z.string().min(1).max(2048) })

export interface KnownQuery {
  /** Words that have to occur in the name, the description or the address. */
  readonly filter?: string | undefined
  readonly from?: number | undefined
  readonly count?: number | undefined
}
const knownQuery: z.ZodType<KnownQuery> = z.object({
  filter: z.string().max(200).optional(),
  from: z.coerce.number().int().min(0).optional(),
  count: z.coerce.number().int().min(0).max(1_000).optional(),
})

/** A gateway that lists on the web tell of. */
export interface KnownGatewayView {
  readonly address: string
  readonly name: string
  readonly description: string
  readonly people?: number | undefined
  /** Bytes. */
  readonly shared?: number | undefined
  readonly country?: string | undefined
}
const knownGatewayView: z.ZodType<KnownGatewayView> = z.object({
  address: z.string(),
  name: z.string(),
  description: z.string(),
  people: z.number().optional(),
  shared: z.number().optional(),
  country: z.string().optional(),
})

export interface KnownWindow {
  readonly total: number
  readonly from: number
  readonly gateways: readonly KnownGatewayView[]
}
const knownWindow: z.ZodType<KnownWindow> = z.object({
  total: z.number(),
  from: z.number(),
  gateways: z.array(knownGatewayView),
})

/** The hubs of a network; the id is the network's. */
export interface GatewayRoutes {
  readonly gateways: Route<Id, None, None, readonly GatewayView[]>
  readonly attach: Route<Id, None, GatewayRequest, readonly GatewayView[]>
  readonly detach: Route<Id, GatewayRequest, None, void>
  readonly knownGateways: Route<Id, KnownQuery, None, KnownWindow>
}

const tag = 'networks'
const path = '/networks/{id}/gateways'

export const gatewayRoutes: GatewayRoutes = {
  gateways: {
    method: 'get',
    path,
    scope: 'view',
    tag,
    summary: 'What we attach to in order to reach a network, such as hubs',
    params: ['id'],
    response: z.array(gatewayView),
  },
  attach: {
    method: 'post',
    path,
    scope: 'admin',
    tag,
    summary: 'Attach to a gateway from now on',
    params: ['id'],
    body: gatewayRequest,
    response: z.array(gatewayView),
  },
  detach: {
    method: 'delete',
    path,
    scope: 'admin',
    tag,
    summary: 'Leave a gateway for good',
    params: ['id'],
    query: gatewayRequest,
  },
  knownGateways: {
    method: 'get',
    path: `${path}/known`,
    scope: 'view',
    tag,
    summary: 'Gateways that lists on the web tell of',
    params: ['id'],
    query: knownQuery,
    response: knownWindow,
  },
}
