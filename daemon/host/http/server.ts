import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { TLSSocket } from 'node:tls'
import { faultOf } from '@kith/core/fault/fault.ts'
import type { Budget } from '@kith/core/limits/budget.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { HttpAnswer, HttpListen, HttpListener, HttpQuestion } from '@kith/core/network/http.ts'
import type { Log } from '@kith/core/network/log.ts'
import { plainAddress } from '../net/address.ts'
import { bindServer } from '../net/bind.ts'
import { systemCode } from '../net/faults.ts'
import type { IdentitySource } from '../net/identity.ts'
import { settled } from '../net/tls.ts'
import { bodyOfQuestion } from './body.ts'
import { flatHeaders } from './headers.ts'
import { writeAnswer } from './write-answer.ts'

/** An announce has about 300 bytes; a scrape of many contents some thousands. */
const MOST_TARGET_BYTES = 8 * 1024
const MOST_HEADER_BYTES = 16 * 1024
const MOST_HEADERS = 64
const HEADERS_MS = 10_000
const REQUEST_MS = 15_000
const IDLE_MS = 15_000
const CHECK_MS = 2_000
/** Between two parts of a body that somebody sends to us, or takes from us. */
const PART_MS = 60_000
/** How long the rest of a body that nobody wanted is read, so that our answer is not lost with the connection. */
const REST_MS = 5_000
/** One client may not hold its connection for ever. */
const MOST_REQUESTS_PER_SOCKET = 1000
const MOST_CONNECTIONS = 4096

export interface ServerOptions {
  readonly clock: Clock
  readonly log: Log
  /** Who we are inside TLS. */
  readonly identity: IdentitySource
  isLocal(host: string): boolean
  /** Puts on the disk what is to be kept: what the other side was told is not lost when we are killed. */
  record(): void
}

export type Answer = (question: HttpQuestion) => HttpAnswer | Promise<HttpAnswer>

/**
 * Listens until disposed, which closes its connections.
 * @throws FaultError `local` `net/port-taken`, `net/forbidden`, `net/no-such-address`
 */
export async function httpServer(
  options: ServerOptions,
  at: HttpListen,
  budget: Budget,
  answer: Answer,
): Promise<HttpListener> {
  const { clock, log } = options
  const server = open(options, at)

  async function respond(asked: IncomingMessage, response: ServerResponse): Promise<void> {
    const { remoteAddress, remotePort } = asked.socket
    if (remoteAddress === undefined) return void response.destroy()
    const remote = { host: plainAddress(remoteAddress), port: remotePort ?? 0 }
    const charged = options.isLocal(remote.host) ? budget.local : budget
    const target = asked.url ?? '/'
    const method = asked.method ?? 'GET'
    charged.spend('down', target.length, clock.now())
    const { headers } = asked
    const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    let said: HttpAnswer
    if (hasBody && at.bodies !== true) said = { status: 413 }
    else if (target.length > MOST_TARGET_BYTES) said = { status: 414 }
    else {
      const doing = `read ${method.toLowerCase()} ${target}`.slice(0, 200)
      said = await answered({
        method,
        target,
        headers: flatHeaders(headers),
        remote,
        ...(at.tls === true ? { secured: settled(asked.socket as TLSSocket) } : {}),
        body: bodyOfQuestion(asked, { clock, budget: charged, timeoutMs: PART_MS, doing }),
        signal: gone.signal,
      })
    }
    options.record()
    if (response.destroyed) return
    if (hasBody && !asked.complete) lingering(asked)
    await writeAnswer(response, said, { clock, budget: charged, partMs: PART_MS, last: hasBody && !asked.complete })
    if (!asked.complete) leaveTheRest(asked)
  }

  /**
   * Node closes a connection that is not used again as soon as it has written, whatever still comes in: then the other side is
   * told of a broken connection, and may never read the answer. Ours only says that nothing more comes from here.
   */
  function lingering({ socket }: IncomingMessage): void {
    socket.destroySoon = () => void socket.end()
  }

  /** Otherwise the system tells the other side of a broken connection before it has read our answer. */
  function leaveTheRest(asked: IncomingMessage): void {
    const timer = clock.after(REST_MS, () => asked.destroy())
    asked.once('close', () => timer[Symbol.dispose]())
    asked.resume()
  }

  async function answered(question: HttpQuestion): Promise<HttpAnswer> {
    try {
      return await answer(question)
    } catch (error) {
      const fault = faultOf(error, 'answer a request')
      if (fault.kind === 'local') log.error('a request could not be answered', { fault })
      return { status: fault.kind === 'input' ? 400 : fault.kind === 'unavailable' ? 503 : 500 }
    }
  }

  server.on('request', (asked, response) => {
    asked.on('error', () => {})
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

function open({ identity }: ServerOptions, { bodies = false, tls = false, idleMs = IDLE_MS }: HttpListen): Server {
  const limits = {
    maxHeaderSize: MOST_HEADER_BYTES,
    // Counted from when the connection is made, or has answered.
    headersTimeout: Math.max(HEADERS_MS, idleMs === IDLE_MS ? 0 : idleMs),
    // A body takes the time it takes; each of its parts has a limit of its own.
    requestTimeout: bodies ? 0 : REQUEST_MS,
    keepAliveTimeout: idleMs,
    connectionsCheckingInterval: CHECK_MS,
    noDelay: true,
  }
  const server = tls
    ? createSecureServer({ ...limits, ...identity().pem, minVersion: 'TLSv1.2' })
    : createServer(limits)
  server.maxHeadersCount = MOST_HEADERS
  server.maxRequestsPerSocket = MOST_REQUESTS_PER_SOCKET
  server.maxConnections = MOST_CONNECTIONS
  // Whoever connects and says nothing is gone after this; where people are asked before an answer, it takes longer.
  server.timeout = bodies ? 0 : REQUEST_MS + IDLE_MS
  return server
}
