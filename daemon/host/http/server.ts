import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { faultOf } from '@kith/core/fault/fault.ts'
import type { Budget } from '@kith/core/limits/budget.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { HttpAnswer, HttpListener, HttpQuestion } from '@kith/core/network/http.ts'
import type { Log } from '@kith/core/network/log.ts'
import { plainAddress } from '../net/address.ts'
import { bindServer } from '../net/bind.ts'
import { systemCode } from '../net/faults.ts'
import { flatHeaders } from './headers.ts'

/** An announce has about 300 bytes; a scrape of many contents some thousands. */
const MOST_TARGET_BYTES = 8 * 1024
const MOST_HEADER_BYTES = 16 * 1024
const MOST_HEADERS = 64
const HEADERS_MS = 10_000
const REQUEST_MS = 15_000
const IDLE_MS = 15_000
const CHECK_MS = 2_000
/** One client may not hold its connection for ever. */
const MOST_REQUESTS_PER_SOCKET = 1000
const MOST_CONNECTIONS = 4096

export interface ServerOptions {
  readonly clock: Clock
  readonly log: Log
  isLocal(host: string): boolean
}

export type Answer = (question: HttpQuestion) => HttpAnswer | Promise<HttpAnswer>

/**
 * Listens until disposed, which closes its connections. Bodies of requests are refused.
 * @throws FaultError `local` `net/port-taken`, `net/forbidden`, `net/no-such-address`
 */
export async function httpServer(
  options: ServerOptions,
  at: { readonly port: number; readonly host?: string | undefined },
  budget: Budget,
  answer: Answer,
): Promise<HttpListener> {
  const { clock, log } = options
  const server = createServer({
    maxHeaderSize: MOST_HEADER_BYTES,
    headersTimeout: HEADERS_MS,
    requestTimeout: REQUEST_MS,
    keepAliveTimeout: IDLE_MS,
    connectionsCheckingInterval: CHECK_MS,
    noDelay: true,
  })
  server.maxHeadersCount = MOST_HEADERS
  server.maxRequestsPerSocket = MOST_REQUESTS_PER_SOCKET
  server.maxConnections = MOST_CONNECTIONS
  // Whoever connects and says nothing is gone after this.
  server.timeout = REQUEST_MS + IDLE_MS

  async function respond(asked: IncomingMessage, response: ServerResponse): Promise<void> {
    const { remoteAddress, remotePort } = asked.socket
    if (remoteAddress === undefined) return void response.destroy()
    const remote = { host: plainAddress(remoteAddress), port: remotePort ?? 0 }
    const charged = options.isLocal(remote.host) ? budget.local : budget
    const target = asked.url ?? '/'
    charged.spend('down', target.length, clock.now())
    const { headers } = asked
    const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0
    let said: HttpAnswer
    if (hasBody) said = { status: 413 }
    else if (target.length > MOST_TARGET_BYTES) said = { status: 414 }
    else said = await answered({ method: asked.method ?? 'GET', target, headers: flatHeaders(headers), remote })
    if (response.destroyed) return
    const body = said.body ?? new Uint8Array()
    response.writeHead(said.status, {
      ...said.headers,
      'content-length': body.length,
      ...(hasBody ? { connection: 'close' } : {}),
    })
    response.end(body)
    charged.spend('up', body.length, clock.now())
  }

  async function answered(question: HttpQuestion): Promise<HttpAnswer> {
    try {
      return await answer(question)
    } catch (error) {
      const fault = faultOf(error, 'answer a request')
      if (fault.kind !== 'input') log.error('a request could not be answered', { fault })
      return { status: fault.kind === 'input' ? 400 : fault.kind === 'unavailable' ? 503 : 500 }
    }
  }

  server.on('request', (asked, response) => {
    response.on('error', () => {})
    respond(asked, response).catch((error: unknown) => {
      log.error('an answer could not be written', { error })
      response.destroy()
    })
  })
  server.on('clientError', (error, socket) => {
    if (!socket.writable) return void socket.destroy()
    const status =
      systemCode(error) === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request'
    socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`, () => socket.destroy())
  })

  const local = await bindServer(server, at.port, at.host)
  return {
    local,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}
