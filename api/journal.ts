import { z } from 'zod'

/** Something that happened. `seq` grows by one, so that a reader sees when it missed one. */
export interface JournalEntry {
  readonly seq: number
  readonly at: number
  readonly type: string
  readonly subject?: string | undefined
  readonly data?: Readonly<Record<string, unknown>> | undefined
}

export const journalEntry: z.ZodType<JournalEntry> = z.object({
  seq: z.int(),
  at: z.number(),
  type: z.string(),
  subject: z.string().optional(),
  data: z.record(z.string(), z.unknown()).optional(),
})

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'
export const logLevels = ['debug', 'info', 'warn', 'error'] as const

export interface LogLine {
  readonly seq: number
  readonly at: number
  readonly level: LogLevel
  /** `kith`, or the network or part that speaks. */
  readonly name: string
  readonly sentence: string
  readonly fields?: Readonly<Record<string, unknown>> | undefined
}

export const logLine: z.ZodType<LogLine> = z.object({
  seq: z.int(),
  at: z.number(),
  level: z.enum(logLevels),
  name: z.string(),
  sentence: z.string(),
  fields: z.record(z.string(), z.unknown()).optional(),
})

export interface LogQuery {
  /** At least this serious. */
  readonly level?: LogLevel | undefined
  readonly after?: number | undefined
  readonly count?: number | undefined
}

export const logQuery: z.ZodType<LogQuery> = z.object({
  level: z.enum(logLevels).optional(),
  after: z.coerce.number().int().min(0).optional(),
  count: z.coerce.number().int().min(1).max(5000).optional(),
})
