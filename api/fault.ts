import { z } from 'zod'

/** A fault as the API gives it: problem details of RFC 9457 with our own members. */
export interface Problem {
  /** A page about this code. */
  readonly type: string
  readonly title: string
  readonly status: number
  /** One sentence for a person. */
  readonly detail: string
  /** Stable and searchable, `disk/full`; `docs/faults.md` lists them. */
  readonly code: string
  readonly kind: 'peer' | 'gone' | 'unavailable' | 'local' | 'input'
  readonly hint?: string | undefined
  readonly doing?: string | undefined
  /** The field that was wrong. */
  readonly field?: string | undefined
  /** Milliseconds since the epoch. */
  readonly retryAt?: number | undefined
}

export const problem: z.ZodType<Problem> = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  kind: z.enum(['peer', 'gone', 'unavailable', 'local', 'input']),
  hint: z.string().optional(),
  doing: z.string().optional(),
  field: z.string().optional(),
  retryAt: z.number().optional(),
})

/** A fault inside another thing, such as the reason why a transfer stands still. */
export interface FaultView {
  readonly code: string
  readonly kind: Problem['kind']
  readonly message: string
  readonly hint?: string | undefined
  readonly retryAt?: number | undefined
}

export const faultView: z.ZodType<FaultView> = z.object({
  code: z.string(),
  kind: z.enum(['peer', 'gone', 'unavailable', 'local', 'input']),
  message: z.string(),
  hint: z.string().optional(),
  retryAt: z.number().optional(),
})
