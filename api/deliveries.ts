import { z } from 'zod'
import { faultView, type FaultView } from './fault.ts'
import { namedDevice, type NamedDevice } from './near.ts'
import type { Id, None, Route } from './route.ts'

/** Files on their way between this machine and a device that speaks LocalSend. */
export interface DeliveryView {
  readonly id: string
  readonly way: 'in' | 'out'
  /** Of who sends to us it is what he says of himself. */
  readonly device: NamedDevice
  /** Name of the first file. */
  readonly what: string
  readonly files: number
  /** Bytes of all files. */
  readonly size: number
  /** Bytes that are there. */
  readonly done: number
  /** `waiting`: for the yes of a person, there or here. */
  readonly state: 'waiting' | 'going' | 'done' | 'refused' | 'cancelled' | 'failed'
  readonly fault?: FaultView | undefined
  /** Where files that came are. */
  readonly paths: readonly string[]
  /** Milliseconds since the epoch. */
  readonly at: number
}

const deliveryView: z.ZodType<DeliveryView> = z.object({
  id: z.string(),
  way: z.enum(['in', 'out']),
  device: namedDevice,
  what: z.string(),
  files: z.number(),
  size: z.number(),
  done: z.number(),
  state: z.enum(['waiting', 'going', 'done', 'refused', 'cancelled', 'failed']),
  fault: faultView.optional(),
  paths: z.array(z.string()),
  at: z.number(),
})

export interface DeliverRequest {
  /** A file or folder of the daemon's machine. */
  readonly path: string
  /** Id of the device, or its name, or the beginning of either. */
  readonly to: string
  /** What the device wants to hear. */
  readonly pin?: string | undefined
}

const deliverRequest: z.ZodType<DeliverRequest> = z.strictObject({
  path: z.string().min(1).max(4_096),
  to: z.string().min(1).max(200),
  pin: z.string().min(1).max(100).optional(),
})

export interface DeliveryAnswer {
  readonly yes: boolean
}

const deliveryAnswer: z.ZodType<DeliveryAnswer> = z.strictObject({ yes: z.boolean() })

/** Files to and from devices that speak LocalSend. */
export interface DeliveryRoutes {
  readonly deliveries: Route<None, None, None, readonly DeliveryView[]>
  readonly deliver: Route<None, None, DeliverRequest, DeliveryView>
  readonly answerDelivery: Route<Id, None, DeliveryAnswer, void>
  readonly cancelDelivery: Route<Id, None, None, void>
}

const tag = 'near'

export const deliveryRoutes: DeliveryRoutes = {
  deliveries: {
    method: 'get',
    path: '/deliveries',
    scope: 'view',
    tag,
    summary: 'What is on its way to and from devices that speak LocalSend, and what these want to send',
    params: [],
    response: z.array(deliveryView),
  },
  deliver: {
    method: 'post',
    path: '/deliveries',
    scope: 'share',
    tag,
    summary: 'Send a file or folder to a device that speaks LocalSend, which has to agree',
    params: [],
    body: deliverRequest,
    response: deliveryView,
  },
  answerDelivery: {
    method: 'post',
    path: '/deliveries/{id}',
    scope: 'transfer',
    tag,
    summary: 'Agree to what a device wants to send, or refuse it',
    params: ['id'],
    body: deliveryAnswer,
  },
  cancelDelivery: {
    method: 'delete',
    path: '/deliveries/{id}',
    scope: 'transfer',
    tag,
    summary: 'End a delivery that waits or is under way',
    params: ['id'],
  },
}
