import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import { Hono } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { views } from '@kith/api/live.ts'
import { fail, faultOf } from '@kith/core/fault/fault.ts'
import type { Journal } from '@kith/core/journal/journal.ts'
import type { Log } from '@kith/core/network/log.ts'
import type { Access } from './access.ts'
import { allows, senderOf } from './access.ts'
import { eventsStream } from './events.ts'
import type { Names } from './guard.ts'
import { checkHost, checkOrigin } from './guard.ts'
import type { Asker, Handlers } from './handlers.ts'
import type { Sample } from './live.ts'
import type { Bindings } from './listen.ts'
import { liveStream } from './live.ts'
import { mount } from './mount.ts'
import { openApi } from './openapi.ts'
import { pageFile } from './page-files.ts'
import { problemOf, problemResponse } from './problem.ts'
import { mountTus, type TusWorld } from './tus.ts'

export interface AppWorld extends TusWorld {
  readonly version: string
  readonly handlers: Handlers
  readonly sample: Sample
  readonly access: Access
  readonly journal: Journal
  readonly log: Log
  readonly names: () => Names
  /** The folder of the built page. */
  readonly page: string
  metrics(): Promise<string>
  healthy(): boolean
  /** Resolves when the networks that are on are joined: until then questions wait, since all would be answered wrongly. */
  readonly begun: Promise<void>
}

const cookie = 'kith'

/** The whole HTTP side: the API, its streams, and the page. */
export function app(world: AppWorld): Hono {
  const hono = new Hono()

  hono.use(async (context, next) => {
    if (!isSocket(context)) checkHost(context.req.header('host'), world.names())
    await next()
  })
  hono.use('/api/*', async (context, next) => {
    // A token is not sent by a browser on its own, so other origins may use one. Where there is one, no cookie counts.
    if (!isSocket(context) && tokenOf(context) === undefined) {
      const header = (name: string): string | undefined => context.req.header(name)
      checkOrigin({ origin: header('origin'), site: header('sec-fetch-site'), host: header('host') })
    }
    await world.begun
    await next()
  })

  mountTus(hono, world, askerOf)
  mount(hono, world, askerOf)

  hono.get('/api/v1/events', (context) => {
    mayView(context)
    const last = context.req.header('last-event-id') ?? context.req.query('after')
    const after = last !== undefined && /^\d{1,15}$/.test(last) ? Number(last) : undefined
    return stream(eventsStream(world, after, context.req.raw.signal))
  })
  hono.get('/api/v1/live', (context) => {
    mayView(context)
    const wanted = views.safeParse(json(context.req.query('views') ?? '{}'))
    if (!wanted.success) throw fail('input', 'api/invalid', `“views”: ${wanted.error.issues[0]!.message}`)
    return stream(liveStream(wanted.data, world, context.req.raw.signal))
  })
  hono.get('/api/openapi.json', (context) => context.json(openApi(world.version) as object))
  hono.get('/health', (context) => context.json({ ok: world.healthy() }, world.healthy() ? 200 : 503))
  hono.get('/metrics', async (context) => {
    mayView(context)
    return context.text(await world.metrics(), 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' })
  })
  hono.all('/api/*', unknown)
  hono.get('*', (context) => pageFile(world.page, context.req.path))

  hono.notFound(unknown)
  hono.onError((error) => {
    const fault = faultOf(error)
    if (fault.code === 'kith/bug') world.log.error('a request failed', { error: error.stack })
    return problemResponse(problemOf(fault))
  })
  return hono

  function askerOf(context: Context): Asker {
    const session = getCookie(context, cookie)
    return {
      session,
      grant: world.access.grant({ socket: isSocket(context), token: tokenOf(context), session }),
      sender: senderOf(tokenOf(context) ?? session),
      address: incoming(context)?.socket.remoteAddress ?? 'unix',
      setSession(secret) {
        if (secret === undefined) deleteCookie(context, cookie, { path: '/' })
        else {
          const secure = context.req.header('x-forwarded-proto') === 'https'
          setCookie(context, cookie, secret, {
            httpOnly: true,
            sameSite: 'Strict',
            path: '/',
            maxAge: 30 * 24 * 3600,
            secure,
          })
        }
      },
    }
  }

  function mayView(context: Context): void {
    const { grant } = askerOf(context)
    if (!allows(grant, 'view'))
      throw fail('input', 'api/unauthorized', 'Sign in first', {
        hint: 'Open the page with kith open, or send a token.',
      })
  }
}

function unknown(context: Context): never {
  throw fail('input', 'api/not-found', `There is no ${context.req.method} ${context.req.path}`)
}

function tokenOf(context: Context): string | undefined {
  return /^Bearer (\S+)$/i.exec(context.req.header('authorization') ?? '')?.[1]
}

function incoming(context: Context): HttpBindings['incoming'] | undefined {
  return (context.env as Partial<HttpBindings> | undefined)?.incoming
}

/** Who reaches the unix socket is the user: the file's mode says so. */
function isSocket(context: Context): boolean {
  return (context.env as Partial<Bindings> | undefined)?.socket === true
}

function stream(body: ReadableStream<Uint8Array>): Response {
  return new Response(body, {
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
  })
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
