import { z } from 'zod'
import type { Keep } from '@kith/core/network/host.ts'
import { lossyText, utf8 } from '@kith/wire/bytes.ts'

/** What is kept of an upload; how much of each file is there says the disk. */
export interface UploadRecord {
  readonly id: string
  readonly name: string
  /** Who brings it, for what one sender may bring at once. */
  readonly sender: string
  readonly files: readonly UploadRecordFile[]
  /** When it last moved; kept beside, for it changes often. */
  readonly movedAt: number
}

export interface UploadRecordFile {
  /** As the browser said it. */
  readonly name: string
  readonly size: number
  readonly modified?: number | undefined
  /** Where it goes in the folder of the upload. */
  readonly names: readonly string[]
}

const record: z.ZodType<UploadRecord> = z.object({
  id: z.string().regex(/^[0-9a-f]{16}$/),
  name: z.string(),
  sender: z.string(),
  files: z.array(
    z.object({
      name: z.string(),
      size: z.number(),
      modified: z.number().optional(),
      names: z.array(z.string()).min(1),
    }),
  ),
  movedAt: z.number(),
})

/** Of the uploads that are kept. */
export function listIn(keep: Keep): readonly string[] {
  return read(z.array(z.string()), keep.get('uploads')) ?? []
}

export function keepList(keep: Keep, ids: Iterable<string>): void {
  keep.set('uploads', utf8(JSON.stringify([...ids])))
}

export function keepRecord(keep: Keep, one: UploadRecord): void {
  keep.set(`upload ${one.id}`, utf8(JSON.stringify(one)))
}

export function forgetRecord(keep: Keep, id: string): void {
  keep.set(`upload ${id}`, undefined)
  keep.set(`moved ${id}`, undefined)
}

/** Undefined for what cannot be read: it is as if it were not there. */
export function recordIn(keep: Keep, id: string): UploadRecord | undefined {
  const found = read(record, keep.get(`upload ${id}`))
  if (found?.id !== id) return undefined
  return { ...found, movedAt: read(z.number(), keep.get(`moved ${id}`)) ?? found.movedAt }
}

export function read<Value>(schema: z.ZodType<Value>, bytes: Uint8Array | undefined): Value | undefined {
  if (bytes === undefined) return undefined
  try {
    return schema.safeParse(JSON.parse(lossyText(bytes))).data
  } catch {
    return undefined
  }
}
