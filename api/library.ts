import { z } from 'zod'

/** A finished or published content, as the Library lists it. */
export interface LibraryItem {
  readonly transfer: string
  readonly name: string
  readonly size: number
  readonly files: number
  readonly path: string
  readonly digests: readonly string[]
  readonly networks: readonly string[]
  /** Offered to others now. */
  readonly given: boolean
  /** Payload given since it was added. */
  readonly up: number
  readonly completedAt?: number | undefined
}

export const libraryItem: z.ZodType<LibraryItem> = z.object({
  transfer: z.string(),
  name: z.string(),
  size: z.number(),
  files: z.number(),
  path: z.string(),
  digests: z.array(z.string()),
  networks: z.array(z.string()),
  given: z.boolean(),
  up: z.number(),
  completedAt: z.number().optional(),
})

export interface LibraryWindow {
  readonly total: number
  readonly from: number
  readonly rows: readonly LibraryItem[]
}

export const libraryWindow: z.ZodType<LibraryWindow> = z.object({
  total: z.int(),
  from: z.int(),
  rows: z.array(libraryItem),
})

export interface LibraryQuery {
  readonly filter?: string | undefined
  readonly from?: number | undefined
  readonly count?: number | undefined
}

export const libraryQuery: z.ZodType<LibraryQuery> = z.object({
  filter: z.string().max(200).optional(),
  from: z.coerce.number().int().min(0).optional(),
  count: z.coerce.number().int().min(0).max(1000).optional(),
})
