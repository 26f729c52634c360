import { z } from 'zod'
import type { Id, None, Route } from './route.ts'

/** Files that a browser brings to the daemon's machine, to be sent from there. */
export interface UploadView {
  readonly id: string
  /** Of the file, or of the folder that holds them all. */
  readonly name: string
  /** Where that is on the daemon's machine: what sending is told. */
  readonly path: string
  readonly files: number
  /** Bytes of all files. */
  readonly size: number
  /** Bytes that are there. */
  readonly done: number
  /** `whole`: all that was said is there, and nothing more is taken. `waiting`: nobody brings more of it now. */
  readonly state: 'coming' | 'waiting' | 'whole'
}

const uploadView: z.ZodType<UploadView> = z.object({
  id: z.string(),
  name: z.string(),
  path: z.string(),
  files: z.number(),
  size: z.number(),
  done: z.number(),
  state: z.enum(['coming', 'waiting', 'whole']),
})

export interface UploadedFile {
  /** May have folders before it, with slashes. */
  readonly name: string
  /** Bytes; it holds exactly. */
  readonly size: number
  /**
   * When it was changed last, in milliseconds since the epoch. Where all files of a request say so, and are those of an upload
   * that is not ended, that is gone on with.
   */
  readonly modified?: number | undefined
}

export interface UploadRequest {
  /** Of the folder that several files come in; that of the first file without it. */
  readonly name?: string | undefined
  readonly files: readonly UploadedFile[]
}

const uploadRequest: z.ZodType<UploadRequest> = z.strictObject({
  name: z.string().min(1).max(1_000).optional(),
  files: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(4_096),
        size: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
        modified: z.number().optional(),
      }),
    )
    .min(1)
    .max(2_000),
})

export interface UploadRoutes {
  readonly uploads: Route<None, None, None, readonly UploadView[]>
  readonly beginUpload: Route<None, None, UploadRequest, UploadView>
  readonly endUpload: Route<Id, None, None, void>
}

const tag = 'near'

export const uploadRoutes: UploadRoutes = {
  uploads: {
    method: 'get',
    path: '/uploads',
    scope: 'view',
    tag,
    summary: 'What comes from browsers to be sent',
    params: [],
    response: z.array(uploadView),
  },
  beginUpload: {
    method: 'post',
    path: '/uploads',
    scope: 'share',
    tag,
    summary:
      'Say which files will come, and bring each by tus; they are kept as long as they are given or on their way',
    params: [],
    body: uploadRequest,
    response: uploadView,
  },
  endUpload: {
    method: 'delete',
    path: '/uploads/{id}',
    scope: 'share',
    tag,
    summary: 'Bring no more of it, and forget what came',
    params: ['id'],
  },
}
