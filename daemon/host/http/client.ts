import { Agent, type IncomingMessage } from 'node:http'
import { Agent as SecureAgent } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { fail } from '@kith/core/fault/fault.ts'
import { turn, type Budget } from '@kith/core/limits/budget.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { HttpRequest, HttpResponse } from '@kith/core/network/http.ts'
import type { Names } from '@kith/core/network/net.ts'
import { isLoopback, localNetwork, plainAddress } from '../net/address.ts'
import { bodyOf } from './body.ts'
import { flatHeaders } from './headers.ts'
import { hop, type HopWorld } from './hop.ts'

const REDIRECTS = 5
const TIMEOUT_MS = 30_000
/** Enough to keep a fast web seed busy, and no burden for a tracker. */
const MOST_SOCKETS_PER_HOST = 8
const MOST_SOCKETS = 128
const MOST_IDLE_SOCKETS = 16
/** Servers close idle connections about then themselves. */
const IDLE_MS = 15_000

export interface ClientOptions {
  readonly clock: Clock
  readonly budget: Budget
  readonly names: Names
  readonly bind?: string
}

export interface Client extends Disposable {
  /** `budget` counts what a request does not charge elsewhere. */
  request(request: HttpRequest, budget: Budget): Promise<HttpResponse>
}

/** What a browser leaves behind when a redirect leads to someone else. */
const PRIVATE_HEADERS = new Set(['authorization', 'cookie', 'host', 'proxy-authorization'])
/** What belongs to a body. */
const BODY_HEADERS = new Set(['content-length', 'content-type', 'content-encoding', 'transfer-encoding'])

export function httpClient(options: ClientOptions): Client {
  const { clock, names, bind } = options
  const isLocal = localNetwork()
  const pool = {
    keepAlive: true,
    maxSockets: MOST_SOCKETS_PER_HOST,
    maxTotalSockets: MOST_SOCKETS,
    maxFreeSockets: MOST_IDLE_SOCKETS,
    timeout: IDLE_MS,
  }
  const answers = new Set<IncomingMessage>()
  // A session that is taken up again shows no certificate.
  const pinned = new SecureAgent({ ...pool, maxCachedSessions: 0 })
  const agents = { 'http:': new Agent(pool), 'https:': new SecureAgent(pool), pinned }
  const world: HopWorld = {
    clock,
    agents,
    lookup: lookupBy(names),
    from: (host) => (bind === undefined || isLoopback(host) || host === 'localhost' ? undefined : bind),
  }

  async function request(asked: HttpRequest, budget: Budget): Promise<HttpResponse> {
    const { redirects = REDIRECTS, timeoutMs = TIMEOUT_MS, trust = 'authorities', signal } = asked
    const visited = new Set<string>()
    let url = addressOf(asked.url)
    let method = (asked.method ?? 'GET').toUpperCase()
    let headers = lowerCase(asked.headers ?? {})
    let { body } = asked
    let outside = false
    for (let followed = 0; ; followed++) {
      const doing = `${method.toLowerCase()} ${url.origin}${url.pathname}`.slice(0, 200)
      const inside = (await names.resolve(url.hostname, signal)).some(isLocal)
      // Otherwise any tracker could make us ask the router, or ourselves.
      if (outside && inside) {
        throw fail('peer', 'http/redirect-inward', 'It leads from the internet into the local network', { doing })
      }
      outside ||= !inside
      const key = `${method} ${url.href}`
      if (visited.has(key)) throw fail('peer', 'http/redirect-circle', 'The redirects lead in a circle', { doing })
      visited.add(key)
      const metered =
        body === undefined || body instanceof Uint8Array
          ? body
          : counted(body, inside ? budget.local : budget, clock, signal)
      const message = await hop(world, { url, method, headers, body: metered, trust, timeoutMs, signal })
      const remote = plainAddress(message.socket.remoteAddress ?? '')
      const charged = isLocal(remote) ? budget.local : budget
      charged.spend('up', url.href.length + (body instanceof Uint8Array ? body.length : 0), clock.now())
      const next = redirectOf(message, url)
      if (next === undefined) return answer(message, url, charged)
      message.destroy()
      if (followed >= redirects) {
        throw fail('peer', 'http/redirects-too-many', `It leads on more than ${redirects} times`, { doing })
      }
      if (next.origin !== url.origin) headers = without(headers, PRIVATE_HEADERS)
      // RFC 9110 15.4: 303 always, 301 and 302 for POST by custom, ask again without the body.
      if (message.statusCode === 303 ? method !== 'HEAD' : method === 'POST' && (message.statusCode ?? 0) < 303) {
        method = 'GET'
        body = undefined
        headers = without(headers, BODY_HEADERS)
      }
      if (body !== undefined && !(body instanceof Uint8Array)) {
        throw fail('peer', 'http/redirect-body', 'It leads elsewhere when the body is sent already', { doing })
      }
      url = next
    }

    function answer(message: IncomingMessage, from: URL, charged: Budget): HttpResponse {
      answers.add(message)
      message.once('close', () => answers.delete(message))
      const doing = `read ${from.origin}${from.pathname}`.slice(0, 200)
      return {
        status: message.statusCode ?? 0,
        headers: flatHeaders(message.headers),
        url: from.href,
        body: bodyOf(message, { clock, budget: charged, timeoutMs, signal, doing }),
      }
    }
  }

  return {
    request,
    [Symbol.dispose]() {
      for (const message of answers) message.destroy(fail('gone', 'net/closed', 'Kith is going'))
      agents['http:'].destroy()
      agents['https:'].destroy()
      pinned.destroy()
    },
  }
}

/** A body that is sent as it is made goes at the pace of its budget. */
async function* counted(
  body: AsyncIterable<Uint8Array>,
  budget: Budget,
  clock: Clock,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void> {
  for await (const part of body) {
    await turn(budget, 'up', part.length, signal)
    budget.spend('up', part.length, clock.now())
    yield part
  }
}

/** The system's resolver, by way of our cache. */
function lookupBy(names: Names): LookupFunction {
  const look = async (...[host, options, callback]: Parameters<LookupFunction>): Promise<void> => {
    let found: readonly string[]
    try {
      found = await names.resolve(host)
    } catch (error) {
      return callback(error as Error, '')
    }
    const wanted = typeof options.family === 'string' ? Number(options.family.slice(-1)) : (options.family ?? 0)
    const fitting = found
      .map((address) => ({ address, family: isIP(address) }))
      .filter((each) => wanted === 0 || each.family === wanted)
    const first = fitting[0]
    if (first === undefined) callback(fail('unavailable', 'net/name-unknown', `${host} has no such address`), '')
    else if (options.all) callback(null, fitting)
    else callback(null, first.address, first.family)
  }
  return (...asked) => void look(...asked)
}

function addressOf(text: string, base?: URL): URL {
  const url = URL.parse(text, base)
  if (url === null) throw fail('input', 'http/url', `“${text.slice(0, 80)}” is not an address`)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw fail('input', 'http/scheme', `Kith does not fetch ${url.protocol} addresses`)
  }
  return url
}

function redirectOf(message: IncomingMessage, from: URL): URL | undefined {
  const { statusCode, headers } = message
  const led = statusCode === 301 || statusCode === 302 || statusCode === 303 || statusCode === 307 || statusCode === 308
  if (!led || headers.location === undefined) return undefined
  try {
    const next = addressOf(headers.location, from)
    next.hash = ''
    return next
  } catch (cause) {
    message.destroy()
    throw fail('peer', 'http/redirect', 'It leads to what is no web address', { doing: `get ${from.origin}`, cause })
  }
}

function lowerCase(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

function without(
  headers: Readonly<Record<string, string>>,
  names: ReadonlySet<string>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.has(name)))
}
