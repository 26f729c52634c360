import { z } from 'zod'
import type { Keep } from '@kith/core/network/host.ts'
import { utf8 } from '@kith/wire/bytes.ts'
import { read } from '../uploads/records.ts'

/** What is kept of a file that somebody wants to give us; how much of it is there says the disk. */
export interface AskRecord {
  readonly id: string
  readonly partial: string
  readonly name: string
  readonly size: number
  readonly from: string
  readonly state: 'waiting' | 'agreed' | 'done' | 'refused' | 'failed'
  readonly folder?: string | undefined
  readonly path?: string | undefined
  readonly movedAt: number
}

/** What is kept of a page, so that its link is good after a restart, and what was not whole is gone on with. */
export interface VisitRecord {
  readonly id: string
  readonly token: string
  readonly pin?: string | undefined
  readonly until: number
  /** What is offered there. */
  readonly offered?: string | undefined
  readonly localsend: boolean
  readonly wrong: number
  readonly sessions: readonly string[]
  readonly asks: readonly AskRecord[]
}

const askRecord: z.ZodType<AskRecord> = z.object({
  id: z.string(),
  partial: z.string().regex(/^[0-9a-f]{16}$/),
  name: z.string(),
  size: z.number(),
  from: z.string(),
  state: z.enum(['waiting', 'agreed', 'done', 'refused', 'failed']),
  folder: z.string().optional(),
  path: z.string().optional(),
  movedAt: z.number(),
})

const visitRecord: z.ZodType<VisitRecord> = z.object({
  id: z.string(),
  token: z.string(),
  pin: z.string().optional(),
  until: z.number(),
  offered: z.string().optional(),
  localsend: z.boolean(),
  wrong: z.number(),
  sessions: z.array(z.string()),
  asks: z.array(askRecord),
})

/** The pages that are kept; what cannot be read is as if it were not there. */
export function visitsIn(keep: Keep): readonly VisitRecord[] {
  return (read(z.array(z.string()), keep.get('visits')) ?? []).flatMap(
    (id) => read(visitRecord, keep.get(`visit ${id}`)) ?? [],
  )
}

export function keepVisits(keep: Keep, ids: Iterable<string>): void {
  keep.set('visits', utf8(JSON.stringify([...ids])))
}

export function keepVisit(keep: Keep, id: string, record: VisitRecord | undefined): void {
  keep.set(`visit ${id}`, record === undefined ? undefined : utf8(JSON.stringify(record)))
}

/** The port that the links name. */
export function portIn(keep: Keep): number {
  return read(z.int().min(0).max(65_535), keep.get('port')) ?? 0
}

export function keepPort(keep: Keep, port: number): void {
  keep.set('port', utf8(String(port)))
}
