import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Views } from '@kith/api/live.ts'
import { diffPatch } from '@kith/api/live.ts'
import type { Plugin } from 'vite'
import { MadeUpWorld } from './world.ts'

const sampleMs = 1_000

/** A daemon that is not there: every screen is alive under `vite` with nothing else running. */
export function madeUpDaemon(): Plugin {
  return {
    name: 'made-up-daemon',
    apply: 'serve',
    configureServer({ middlewares }) {
      const world = new MadeUpWorld(
        Date.now(),
        process.env['KITH_TRANSFERS'] === undefined ? 240 : Number(process.env['KITH_TRANSFERS']),
      )
      middlewares.use('/api/v1', (request: IncomingMessage, response: ServerResponse) => {
        const url = new URL(request.url ?? '/', 'http://localhost')
        if (url.pathname === '/live') return live(world, url, response)
        void answer(world, request, url, response)
      })
    },
  }
}

function live(world: MadeUpWorld, url: URL, response: ServerResponse): void {
  const views = JSON.parse(url.searchParams.get('views') ?? '{}') as Views
  const before = new Map<string, unknown>()
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  const sample = (): void => {
    for (const [key, view] of Object.entries(views)) {
      const value: unknown = JSON.parse(JSON.stringify(world.view(view, Date.now())))
      const patch = before.has(key) ? diffPatch(before.get(key), value) : value
      if (patch === undefined) continue
      response.write(
        `event: live\ndata: ${JSON.stringify(before.has(key) ? { key, patch } : { key, full: value })}\n\n`,
      )
      before.set(key, value)
    }
  }
  sample()
  const timer = setInterval(() => {
    world.pass(Date.now())
    sample()
  }, sampleMs)
  response.on('close', () => clearInterval(timer))
}

async function answer(world: MadeUpWorld, request: IncomingMessage, url: URL, response: ServerResponse): Promise<void> {
  const { status, value } = world.answer(request.method ?? 'GET', url, await bodyOf(request), Date.now())
  response.writeHead(status, { 'content-type': status >= 400 ? 'application/problem+json' : 'application/json' })
  response.end(value === undefined ? undefined : JSON.stringify(value))
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const part of request.setEncoding('utf8')) text += String(part)
  return text === '' ? undefined : JSON.parse(text)
}
