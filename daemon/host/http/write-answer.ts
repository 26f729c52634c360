import type { ServerResponse } from 'node:http'
import { turn, type Budget } from '@kith/core/limits/budget.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { HttpAnswer } from '@kith/core/network/http.ts'

/** Answers that have no body by their nature (RFC 9110 8.6). */
const BODILESS = new Set([204, 304])

export interface WriteOptions {
  readonly clock: Clock
  readonly budget: Budget
  /** How long the other side may take for one part of the body. */
  readonly partMs: number
  /** The connection is not used again. */
  readonly last: boolean
}

/** Writes an answer at the pace of its reader and of the budget. A body that breaks off breaks the connection off. */
export async function writeAnswer(response: ServerResponse, said: HttpAnswer, options: WriteOptions): Promise<void> {
  const { status, headers = {}, body = new Uint8Array() } = said
  const whole = body instanceof Uint8Array
  const length = whole && !BODILESS.has(status) && !('content-length' in headers) ? body.length : undefined
  response.writeHead(status, {
    ...(headers as Record<string, string | string[]>),
    ...(length === undefined ? {} : { 'content-length': length }),
    ...(options.last ? { connection: 'close' } : {}),
  })
  if (whole) {
    response.end(body)
    options.budget.spend('up', body.length, options.clock.now())
    return
  }
  const left = new AbortController()
  response.once('close', () => left.abort())
  try {
    for await (const part of body) {
      await turn(options.budget, 'up', part.length, left.signal)
      if (response.destroyed) return
      options.budget.spend('up', part.length, options.clock.now())
      if (!response.write(part)) await drained(response, options)
    }
    response.end()
  } catch {
    // Said by whoever makes the body; here it only must not look whole.
    response.destroy()
  }
}

async function drained(response: ServerResponse, { clock, partMs }: WriteOptions): Promise<void> {
  using _late = clock.after(partMs, () => response.destroy())
  await new Promise<void>((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done)
      resolve()
    }
    response.once('drain', done).once('close', done)
    if (response.destroyed) done()
  })
}
