import type { Context, Hono } from 'hono'
import { fail, faultOf } from '@kith/core/fault/fault.ts'
import type { HttpAnswer } from '@kith/core/network/http.ts'
import { readTus } from '@kith/wire/tus.ts'
import { answerTus, lengthIn, type TusFile, tusOptions, tusRefusal } from '../uploads/tus.ts'
import { allows } from './access.ts'
import type { Asker } from './handlers.ts'
import { refusal } from './mount.ts'
import { problemOf, problemResponse } from './problem.ts'

export interface TusWorld {
  /** A file of an upload, by the upload's id and the file's place. @throws FaultError `input` `upload/unknown` */
  uploaded(id: string, file: string): TusFile
  /** Puts on the disk what is to be kept. */
  record(): void
}

/** Files that browsers bring, by tus: what a break leaves is gone on with. It lives in headers, so it is no route. */
export function mountTus(app: Hono, { uploaded: file, record }: TusWorld, askerOf: (context: Context) => Asker): void {
  app.on(['GET', 'PATCH', 'POST', 'OPTIONS'], '/api/v1/uploads/:id/files/:file', async (context) => {
    const asker = askerOf(context)
    if (!allows(asker.grant, 'share')) throw refusal(asker, 'share')
    const header = (name: string): string | undefined => context.req.header(name)
    try {
      const asked = readTus(context.req.method, context.req.header())
      if (asked?.kind === 'options') return responseOf(tusOptions(['expiration']))
      if (asked?.kind !== 'offset' && asked?.kind !== 'write') {
        throw fail('input', 'api/not-found', 'This is for tus, which asks with HEAD and PATCH')
      }
      const { id, file: index } = context.req.param()
      const body = (context.req.raw.body ?? new Blob([]).stream()) as ReadableStream<Uint8Array>
      const answer = await answerTus(asked, file(id, index), body, lengthIn(header('content-length')))
      record()
      return responseOf(answer)
    } catch (error) {
      const response = problemResponse(problemOf(faultOf(error)))
      for (const [name, value] of Object.entries(tusRefusal(error).headers)) response.headers.set(name, value)
      return response
    }
  })
}

function responseOf({ status, headers = {} }: HttpAnswer): Response {
  return new Response(null, { status, headers: headers as Record<string, string> })
}
