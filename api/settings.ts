import { z } from 'zod'

/** Where a value comes from; later ones win over earlier ones. */
export type Origin = 'default' | 'page' | 'file' | 'environment' | 'flag'

export interface SettingView {
  /** `group.field`, for example `speed.down`. */
  readonly path: string
  readonly group: string
  readonly kind: 'flag' | 'integer' | 'text' | 'choice' | 'list'
  readonly description: string
  /** Absent for secrets. */
  readonly value?: unknown
  readonly default: unknown
  readonly origin: Origin
  /** A file, the environment or a flag decides, so it cannot be changed here. */
  readonly locked: boolean
  readonly unit?: string | undefined
  readonly minimum?: number | undefined
  readonly maximum?: number | undefined
  readonly choices?: readonly string[] | undefined
  readonly apply: 'live' | 'restart'
  readonly secret: boolean
  /** Words from other programs that it is also found by. */
  readonly aliases: readonly string[]
  /** The environment variable that sets it. */
  readonly variable: string
}

export const settingView: z.ZodType<SettingView> = z.object({
  path: z.string(),
  group: z.string(),
  kind: z.enum(['flag', 'integer', 'text', 'choice', 'list']),
  description: z.string(),
  value: z.unknown().optional(),
  default: z.unknown(),
  origin: z.enum(['default', 'page', 'file', 'environment', 'flag']),
  locked: z.boolean(),
  unit: z.string().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  choices: z.array(z.string()).optional(),
  apply: z.enum(['live', 'restart']),
  secret: z.boolean(),
  aliases: z.array(z.string()),
  variable: z.string(),
})

export interface SettingRequest {
  readonly value: unknown
}
export const settingRequest: z.ZodType<SettingRequest> = z.strictObject({ value: z.unknown() })
