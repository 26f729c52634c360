import { z } from 'zod'
import type { Id, None, Route } from './route.ts'

/** A file that somebody without the app wants to give us. */
export interface VisitAsk {
  readonly id: string
  readonly name: string
  readonly size: number
  /** Where it comes from. */
  readonly from: string
  readonly state: 'waiting' | 'agreed' | 'coming' | 'done' | 'refused' | 'failed'
  /** Bytes that are here. */
  readonly received: number
  /** Where it is, once it is whole. */
  readonly path?: string | undefined
}

/** A page for people without the app, at an address that nobody guesses. */
export interface VisitView {
  readonly id: string
  readonly kind: 'offer' | 'receive'
  /** By each address of this machine. */
  readonly links: readonly string[]
  readonly pin: boolean
  /** LocalSend devices that know the PIN may fetch it. */
  readonly localsend: boolean
  /** Milliseconds since the epoch. */
  readonly until: number
  /** What is offered. */
  readonly name?: string | undefined
  readonly asks: readonly VisitAsk[]
}

const visitView: z.ZodType<VisitView> = z.object({
  id: z.string(),
  kind: z.enum(['offer', 'receive']),
  links: z.array(z.string()),
  pin: z.boolean(),
  localsend: z.boolean(),
  until: z.number(),
  name: z.string().optional(),
  asks: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      size: z.number(),
      from: z.string(),
      state: z.enum(['waiting', 'agreed', 'coming', 'done', 'refused', 'failed']),
      received: z.number(),
      path: z.string().optional(),
    }),
  ),
})

export interface VisitRequest {
  /** A file or folder that is offered; without it, files are received. */
  readonly path?: string | undefined
  /** Four to twelve digits that have to be known as well. */
  readonly pin?: string | undefined
  /** Devices that speak LocalSend and know the PIN may fetch it too, without the link. */
  readonly localsend?: boolean | undefined
  /** An hour without it. */
  readonly seconds?: number | undefined
}

const visitRequest: z.ZodType<VisitRequest> = z.strictObject({
  path: z.string().min(1).max(4_096).optional(),
  pin: z
    .string()
    .regex(/^\d{4,12}$/)
    .optional(),
  localsend: z.boolean().optional(),
  seconds: z.int().min(10).max(86_400).optional(),
})

export interface VisitAnswer {
  readonly yes: boolean
}

const visitAnswer: z.ZodType<VisitAnswer> = z.strictObject({ yes: z.boolean() })

/** Pages for people without the app. */
export interface VisitRoutes {
  readonly visits: Route<None, None, None, readonly VisitView[]>
  readonly openVisit: Route<None, None, VisitRequest, VisitView>
  readonly answerVisit: Route<{ readonly id: string; readonly ask: string }, None, VisitAnswer, void>
  readonly endVisit: Route<Id, None, None, void>
}

const tag = 'devices'

export const visitRoutes: VisitRoutes = {
  visits: {
    method: 'get',
    path: '/visits',
    scope: 'share',
    tag,
    summary: 'Pages for people without the app',
    params: [],
    response: z.array(visitView),
  },
  openVisit: {
    method: 'post',
    path: '/visits',
    scope: 'share',
    tag,
    summary: 'Open a page where somebody without the app takes a file, or sends files',
    params: [],
    body: visitRequest,
    response: visitView,
  },
  answerVisit: {
    method: 'post',
    path: '/visits/{id}/asks/{ask}',
    scope: 'share',
    tag,
    summary: 'Agree to a file that somebody wants to send by the page, or refuse it',
    params: ['id', 'ask'],
    body: visitAnswer,
  },
  endVisit: {
    method: 'delete',
    path: '/visits/{id}',
    scope: 'share',
    tag,
    summary: 'Close such a page',
    params: ['id'],
  },
}
