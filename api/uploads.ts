import { z } from 'zod'
import type { Bytes, Id, None, Route } from './route.ts'

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
  /** `whole`: all that was said is there, and nothing more is taken. */
  readonly state: 'coming' | 'whole'
}

const uploadView: z.ZodType<UploadView> = z.object({
  id: z.string(),
  name: z.string(),
  path: z.string(),
  files: z.number(),
  size: z.number(),
  done: z.number(),
  state: z.enum(['coming', 'whole']),
})

export interface UploadRequest {
  /** Of the folder that several files come in; that of the first file without it. */
  readonly name?: string | undefined
  /** Names may have folders before them, with slashes; sizes are in bytes, and hold exactly. */
  readonly files: readonly { readonly name: string; readonly size: number }[]
}

const uploadRequest: z.ZodType<UploadRequest> = z.strictObject({
  name: z.string().min(1).max(1_000).optional(),
  files: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(4_096),
        size: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
      }),
    )
    .min(1)
    .max(2_000),
})

/** Of one file of an upload: its place in the list, from 0. */
export type UploadedFile = { readonly id: string; readonly file: string }

export interface UploadRoutes {
  readonly uploads: Route<None, None, None, readonly UploadView[]>
  readonly beginUpload: Route<None, None, UploadRequest, UploadView>
  readonly uploadFile: Route<UploadedFile, None, Bytes, UploadView>
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
    summary: 'Say which files will come; they are kept as long as they are given or on their way',
    params: [],
    body: uploadRequest,
    response: uploadView,
  },
  uploadFile: {
    method: 'put',
    path: '/uploads/{id}/files/{file}',
    scope: 'share',
    tag,
    summary: 'Bring one of these files, exactly as long as was said; one that broke off may be brought again',
    params: ['id', 'file'],
    bytes: true,
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
