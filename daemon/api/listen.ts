import { chmod, rm } from 'node:fs/promises'
import type { IncomingMessage, Server } from 'node:http'
import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'
import { fail } from '@kith/core/fault/fault.ts'

export interface ListenOptions {
  /** Absent: no TCP at all. */
  readonly tcp: { readonly host: string; readonly port: number } | undefined
  /** In a folder that is there. */
  readonly socket: string
}

/** What the app is told of the server that a request came in by. */
export interface Bindings {
  /** The unix socket: the file's mode lets only the user in. */
  readonly socket: boolean
}

/** A request is whole within this time. */
const requestMs = 120_000
/** What is being answered when the API closes, such as the order to stop, has this long to get through. */
const lastAnswerMs = 500

export interface ApiServer extends AsyncDisposable {
  /** `http://127.0.0.1:7337`, or undefined without TCP. */
  readonly url: string | undefined
}

/** Opens the API on TCP and on the unix socket. @throws FaultError `local` `api/port-taken`, `api/listen` */
export async function listen(app: Hono, { tcp, socket }: ListenOptions): Promise<ApiServer> {
  const servers: Server[] = []
  const open = async (at: { host: string; port: number } | { path: string }): Promise<Server> => {
    // Which server took the connection is what counts: a TCP peer that is gone has no address either.
    const bindings: Bindings = { socket: 'path' in at }
    const listener = getRequestListener((request, env) => app.fetch(request, { ...env, ...bindings }))
    const server = createServer({ headersTimeout: 15_000, requestTimeout: 0 }, (request, response) => {
      limitRequest(request)
      void listener(request, response)
    })
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => reject(refusal(error, at)))
      server.listen(at, resolve)
    })
    servers.push(server)
    return server
  }

  // The lock of the state folder says that nobody else is there: what is left is from a daemon that was killed.
  await rm(socket, { force: true })
  let url: string | undefined
  try {
    await open({ path: socket })
    await chmod(socket, 0o600)
    if (tcp !== undefined) {
      const address = (await open(tcp)).address()
      const port = typeof address === 'object' ? address!.port : tcp.port
      const host = tcp.host === '0.0.0.0' || tcp.host === '::' ? 'localhost' : tcp.host
      url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`
    }
  } catch (error) {
    for (const server of servers) server.close()
    throw error
  }
  return {
    url,
    async [Symbol.asyncDispose]() {
      await Promise.all(
        servers.map(
          (server) =>
            new Promise<void>((resolve) => {
              server.close(() => resolve())
              server.closeIdleConnections()
              setTimeout(() => server.closeAllConnections(), lastAnswerMs).unref()
            }),
        ),
      )
      await rm(socket, { force: true })
    },
  }
}

/** Node's own limit would end an upload, which takes the time that it takes and has a limit between its parts. */
function limitRequest(request: IncomingMessage): void {
  if (request.method === 'PATCH' && request.url?.startsWith('/api/v1/uploads/')) return
  const timer = setTimeout(() => request.complete || request.destroy(), requestMs).unref()
  request.once('close', () => clearTimeout(timer))
}

function refusal(error: NodeJS.ErrnoException, at: { host: string; port: number } | { path: string }): Error {
  const where = 'path' in at ? at.path : `${at.host}:${at.port}`
  if (error.code === 'EADDRINUSE') {
    return fail('local', 'api/port-taken', `${where} is in use by another program`, {
      hint: 'Choose another port with the setting api.port.',
      cause: error,
    })
  }
  return fail('local', 'api/listen', `Cannot listen on ${where}: ${error.message}`, { cause: error })
}
