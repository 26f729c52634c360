import {
  request as plainRequest,
  type Agent,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http'
import { request as secureRequest } from 'node:https'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { fail } from '@kith/core/fault/fault.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { HttpRequest } from '@kith/core/network/http.ts'
import { systemCode } from '../net/faults.ts'
import { httpFailure } from './faults.ts'

/** Generous for any tracker or web seed; Node's own 16 KiB is short for some content networks. */
const MOST_HEADER_BYTES = 32 * 1024

/** One request to one address, without redirects. */
export interface Hop {
  readonly url: URL
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  /** A stream is sent once. */
  readonly body: Uint8Array | AsyncIterable<Uint8Array> | undefined
  readonly trust: NonNullable<HttpRequest['trust']>
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
}

export interface HopWorld {
  readonly clock: Clock
  readonly agents: { readonly 'http:': Agent; readonly 'https:': Agent; readonly pinned: Agent }
  readonly lookup: NonNullable<RequestOptions['lookup']>
  /** The address to dial from. */
  from(host: string): string | undefined
}

/**
 * The answer as soon as its headers are there; its body is not read yet. A kept connection that was closed while the
 * request was on its way is no answer: what can safely be asked twice is asked again.
 * @throws FaultError, or the signal's reason
 */
export async function hop(world: HopWorld, ask: Hop): Promise<IncomingMessage> {
  const repeatable = (ask.method === 'GET' || ask.method === 'HEAD') && !isStream(ask.body)
  for (;;) {
    const outcome = await once(world, ask)
    if (outcome.kind === 'answer') return outcome.message
    if (outcome.kind === 'failed' || !repeatable) throw outcome.error
  }
}

type Outcome =
  | { readonly kind: 'answer'; readonly message: IncomingMessage }
  | { readonly kind: 'failed' | 'stale'; readonly error: Error }

function once(world: HopWorld, ask: Hop): Promise<Outcome> {
  const { url, method, headers, body, timeoutMs, signal } = ask
  const doing = `${method.toLowerCase()} ${url.origin}${url.pathname}`.slice(0, 200)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const localAddress = world.from(host)
  const secure = url.protocol === 'https:'
  const options: RequestOptions = {
    host,
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    path: `${url.pathname}${url.search}`,
    method,
    headers,
    agent: world.agents[secure ? (typeof ask.trust === 'string' ? 'https:' : 'pinned') : 'http:'],
    lookup: world.lookup,
    maxHeaderSize: MOST_HEADER_BYTES,
    ...(url.username === '' ? {} : { auth: `${decode(url.username)}:${decode(url.password)}` }),
    ...(localAddress === undefined ? {} : { localAddress }),
    ...(ask.trust !== 'authorities' ? { rejectUnauthorized: false } : {}),
  }

  return new Promise((resolve) => {
    let asked: ClientRequest | undefined
    const give = (outcome: Outcome): void => {
      given = true
      timer[Symbol.dispose]()
      signal?.removeEventListener('abort', abort)
      resolve(outcome)
    }
    const end = (error: Error): void => {
      give({ kind: 'failed', error })
      asked?.destroy()
    }
    const abort = (): void => end(signal?.reason as Error)
    const wait = (): Disposable =>
      world.clock.after(timeoutMs, () =>
        end(fail('gone', 'http/timeout', 'The other side did not answer in time', { doing })),
      )
    let timer = wait()
    let given = false
    if (signal?.aborted) return abort()
    signal?.addEventListener('abort', abort, { once: true })
    try {
      asked = (secure ? secureRequest : plainRequest)(options)
    } catch (error) {
      return end(httpFailure(error, doing))
    }
    const sent = asked
    sent.on('response', (message) => give({ kind: 'answer', message }))
    sent.on('upgrade', (_message, socket) => {
      socket.destroy()
      end(fail('peer', 'http/garbage', 'The other side wants to leave HTTP', { doing }))
    })
    sent.on('error', (error) => {
      const stale = sent.reusedSocket && ['ECONNRESET', 'EPIPE'].includes(systemCode(error) ?? '')
      give({ kind: stale ? 'stale' : 'failed', error: httpFailure(error, doing) })
    })
    const moved = (): void => {
      timer[Symbol.dispose]()
      if (!given) timer = wait()
    }
    const say = (): void => (isStream(body) ? void sendParts(sent, body, moved).catch(end) : void sent.end(body))
    if (!secure || typeof ask.trust === 'string') return say()
    checked(sent, ask.trust.pinned, doing).then(say, end)
  })
}

/** Nothing is written, not even the address, before it is known who listens. @throws FaultError `peer` */
async function checked(sent: ClientRequest, pinned: Uint8Array, doing: string): Promise<void> {
  const socket = await new Promise<Socket>((resolve) => sent.once('socket', resolve))
  if (!(socket instanceof TLSSocket)) throw fail('peer', 'http/tls', 'The line is not secret', { doing })
  // One that was kept has settled on everything long ago.
  if (!sent.reusedSocket) await new Promise<void>((resolve) => socket.once('secureConnect', resolve))
  const shown = socket.getPeerX509Certificate()?.fingerprint256.replaceAll(':', '').toLowerCase()
  if (shown === pinned.toHex()) return
  throw fail('peer', 'net/certificate', 'The other side is not who it should be', { doing })
}

function isStream(body: Hop['body']): body is AsyncIterable<Uint8Array> {
  return body !== undefined && !(body instanceof Uint8Array)
}

/** Sends a body as it is made, at the pace of the other side, who may refuse it before it is whole. */
async function sendParts(sent: ClientRequest, parts: AsyncIterable<Uint8Array>, moved: () => void): Promise<void> {
  let refused = false
  sent.once('response', (message) => {
    refused = (message.statusCode ?? 0) >= 400
    // The connection is in the middle of a body: nobody can use it again.
    if (refused) message.once('end', () => sent.writableEnded || sent.destroy())
  })
  for await (const part of parts) {
    if (sent.destroyed || refused) return
    moved()
    if (!sent.write(part)) await drained(sent)
    moved()
  }
  if (!refused) sent.end()
}

function drained(sent: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      sent.off('drain', done).off('close', done).off('response', done)
      resolve()
    }
    sent.once('drain', done).once('close', done).once('response', done)
    if (sent.destroyed) done()
  })
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
