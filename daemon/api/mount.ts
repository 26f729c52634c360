import type { Context, Hono } from 'hono'
import type { z } from 'zod'
import type { Route } from '@kith/api/route.ts'
import { routes } from '@kith/api/routes.ts'
import type { FaultError } from '@kith/core/fault/fault.ts'
import { fail } from '@kith/core/fault/fault.ts'
import { allows } from './access.ts'
import type { Asker, Handlers } from './handlers.ts'
import { problemOf, problemResponse } from './problem.ts'

/** A link of 100 kB, a torrent of a million files as base64, and some room. */
const bodyLimit = 128 * 1024 * 1024
/** Answers to adds that are repeated with the same Idempotency-Key. */
const keptAnswers = 1_000

type AnyRoute = Route<Record<string, string>, unknown, unknown, unknown>
type AnyHandler = (input: Record<string, unknown>, asker: Asker) => unknown

export interface MountWorld {
  readonly handlers: Handlers
  /** Puts on the disk what is to be kept: what an answer tells is not lost when the daemon is killed. */
  record(): void
}

/** Puts every operation of the contract on the app: authority, checked input, answer. */
export function mount(app: Hono, { handlers, record }: MountWorld, askerOf: (context: Context) => Asker): void {
  const repeated = new Map<string, Promise<unknown>>()
  for (const [name, route] of Object.entries(routes) as [keyof Handlers, AnyRoute][]) {
    const handler = handlers[name] as AnyHandler
    const path = `/api/v1${route.path.replace(/\{(\w+)\}/g, ':$1')}`
    app.on(route.method.toUpperCase(), path, async (context) => {
      const asker = askerOf(context)
      if (!allows(asker.grant, route.scope)) throw refusal(asker, route.scope)
      const input: Record<string, unknown> = {}
      if (route.params.length > 0) input['params'] = context.req.param()
      if (route.query !== undefined) {
        const query = check(route.query, context.req.query(), 'query')
        if (query instanceof Response) return query
        input['query'] = query.value
      }
      if (route.body !== undefined) {
        const body = check(route.body, await bodyOf(context), 'body')
        if (body instanceof Response) return body
        input['body'] = body.value
      }
      const key = name === 'add' ? context.req.header('idempotency-key') : undefined
      const answer =
        key === undefined ? await handler(input, asker) : await once(repeated, key, () => handler(input, asker))
      record()
      if (route.file !== undefined)
        return new Response(answer as Uint8Array<ArrayBuffer>, { headers: { 'content-type': route.file } })
      // Through the context, which carries the cookie that the operation may have set.
      if (route.response === undefined) return context.body(null, 204)
      return context.json(answer as object, 200, { 'cache-control': 'no-store' })
    })
  }
}

/** The same key gives the same answer, without doing it again. */
function once(kept: Map<string, Promise<unknown>>, key: string, work: () => unknown): Promise<unknown> {
  const known = kept.get(key)
  if (known !== undefined) return known
  if (kept.size >= keptAnswers) kept.delete(kept.keys().next().value!)
  const answer = Promise.resolve(work())
  kept.set(key, answer)
  // What failed may be tried again.
  answer.catch(() => kept.delete(key))
  return answer
}

/** Why somebody may not do what needs this scope. */
export function refusal(asker: Asker, scope: string): FaultError {
  if (asker.grant.via === 'none') {
    return fail('input', 'api/unauthorized', 'Sign in first', {
      hint: 'Open the page with kith open, or send a token.',
    })
  }
  return fail('input', 'api/forbidden', `This token lacks the scope “${scope}”`, {
    hint: 'kith token new makes one that has it.',
  })
}

async function bodyOf(context: Context): Promise<unknown> {
  const length = Number(context.req.header('content-length') ?? 0)
  if (length > bodyLimit) throw tooLong()
  const parts: Uint8Array[] = []
  let sum = 0
  for await (const part of (context.req.raw.body ?? []) as AsyncIterable<Uint8Array>) {
    sum += part.length
    if (sum > bodyLimit) throw tooLong()
    parts.push(part)
  }
  const text = Buffer.concat(parts).toString('utf8')
  try {
    return text === '' ? {} : JSON.parse(text)
  } catch {
    throw fail('input', 'api/json', 'The body is no JSON')
  }
}

function tooLong(): FaultError {
  return fail('input', 'api/too-long', `A request has at most ${bodyLimit} bytes`)
}

/** The checked value, or a problem that names the field. */
function check(schema: z.ZodType, input: unknown, part: string): { value: unknown } | Response {
  const parsed = schema.safeParse(input)
  if (parsed.success) return { value: parsed.data }
  const [issue] = parsed.error.issues
  const field = issue!.path.map(String).join('.')
  const where = field === '' ? `The ${part}` : `“${field}”`
  const fault = fail('input', 'api/invalid', `${where}: ${issue!.message}`).fault
  return problemResponse(problemOf(fault, field === '' ? part : field))
}
