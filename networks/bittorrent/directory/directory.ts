import type { Fault } from '@kith/core/fault/fault.ts'
import { faultOf } from '@kith/core/fault/fault.ts'
import { every } from '@kith/core/network/clock.ts'
import type { Directory, DirectoryState } from '@kith/core/network/facets.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { HttpAnswer, HttpQuestion } from '@kith/core/network/http.ts'
import type { Datagrams, Endpoint } from '@kith/core/network/net.ts'
import { value } from '@kith/core/value/value.ts'
import { utf8 } from '@kith/wire/bytes.ts'
import { attempt } from '@kith/wire/fault.ts'
import { hash } from '@kith/wire/hash/sha.ts'
import type { Settings } from '../settings.ts'
import { encodeAnnounced, encodeFailure, encodeScrape, parseAnnounceQuery, parseScrapeQuery } from '../wire/announce.ts'
import type { UdpRequest } from '../wire/udp-tracker.ts'
import { decodeUdpRequest, encodeUdpResponse, familyOf } from '../wire/udp-tracker.ts'
import { Swarms } from './swarms.ts'

/** A peer that was silent for this many intervals is gone. */
const patience = 2
/** Torrents in one scrape over HTTP. */
const mostScraped = 200
/** A connection id of UDP holds for one to two of these, in milliseconds. */
const windowMs = 60_000

/** What the tracker needs to know of the torrents that we work for ourselves. */
export interface Listed {
  knows(infoHash: Uint8Array): boolean
}

/** Our own tracker, over HTTP and UDP (BEP 3, 7, 15, 23, 48). */
export function directory(host: Host, settings: Settings, listed: Listed): Directory {
  const state = value<DirectoryState>({ open: false, addresses: [], counts: {} })
  let open: AsyncDisposableStack | undefined
  let steps: Promise<void> = Promise.resolve()

  const step = (work: () => Promise<void>): Promise<void> => {
    const next = steps.then(work)
    steps = next.catch(() => {})
    return next
  }

  return {
    state,
    open: () =>
      step(async () => {
        if (open !== undefined) return
        await using resources = new AsyncDisposableStack()
        const tracker = new Tracker(host, settings, listed)
        try {
          const http = resources.use(
            await host.http.listen({ port: settings.directoryPort }, (question) => tracker.http(question)),
          )
          const port = http.local.port
          const udp: Datagrams = resources.use(
            await host.net.datagrams({
              port,
              receive: (from, bytes) => tracker.udp(from, bytes, (answer) => udp.send(from, answer)),
            }),
          )
          const name = http.local.host === '::' || http.local.host === '0.0.0.0' ? '127.0.0.1' : http.local.host
          const addresses = [`http://${name}:${port}/announce`, `udp://${name}:${port}/announce`]
          const tell = (): void => state.set({ open: true, addresses, counts: tracker.counts })
          tell()
          resources.use(
            every(host.clock, 1_000, () => {
              tracker.tick()
              tell()
            }),
          )
        } catch (error) {
          const fault: Fault = faultOf(error, 'open the tracker')
          state.set({ open: false, addresses: [], counts: {}, fault })
          throw error
        }
        open = resources.move()
      }),
    close: () =>
      step(async () => {
        await open?.[Symbol.asyncDispose]()
        open = undefined
        state.set({ open: false, addresses: [], counts: {} })
      }),
  }
}

class Tracker {
  readonly #host: Host
  readonly #settings: Settings
  readonly #listed: Listed
  readonly #swarms: Swarms
  readonly #secret: Uint8Array
  #ticks = 0

  constructor(host: Host, settings: Settings, listed: Listed) {
    this.#host = host
    this.#settings = settings
    this.#listed = listed
    this.#swarms = new Swarms(host.random)
    this.#secret = host.random.bytes(32)
  }

  get counts(): Readonly<Record<string, number>> {
    return this.#swarms.counts
  }

  tick(): void {
    if (++this.#ticks % 60 !== 0) return
    this.#swarms.expire(this.#host.clock.now() - this.#settings.directoryInterval * 1000 * patience)
  }

  #refuses(infoHash: Uint8Array): boolean {
    return this.#settings.directoryMode === 'listed' && !this.#listed.knows(infoHash)
  }

  http({ target, remote }: HttpQuestion): HttpAnswer {
    const mark = target.indexOf('?')
    const path = mark < 0 ? target : target.slice(0, mark)
    const query = mark < 0 ? '' : target.slice(mark + 1)
    if (path.endsWith('/scrape')) return text(this.#scrape(query))
    if (!path.endsWith('/announce')) return { status: 404, body: utf8('This is a BitTorrent tracker.') }
    const parsed = attempt(() => parseAnnounceQuery(query))
    if (!parsed.ok) return text(encodeFailure(parsed.fault.message))
    if (this.#refuses(parsed.value.infoHash)) return text(encodeFailure('This torrent is not listed here'))
    const found = this.#swarms.announce(parsed.value, remote, this.#host.clock.now())
    const { directoryInterval: interval } = this.#settings
    const { compact, noPeerId } = parsed.value
    return text(
      encodeAnnounced({
        ...found,
        interval,
        minimumInterval: Math.min(60, interval),
        compact,
        noPeerId,
      }),
    )
  }

  /** A scrape of everything is refused: it would be megabytes for a short question. */
  #scrape(query: string): Uint8Array {
    const infoHashes = parseScrapeQuery(query).slice(0, mostScraped)
    if (infoHashes.length === 0) return encodeFailure('Name the torrents with info_hash')
    return encodeScrape(infoHashes.map((infoHash) => this.#swarms.scrape(infoHash)))
  }

  /** Answers are never longer than an address proved to be: only who has a connection id gets peers. */
  udp(from: Endpoint, bytes: Uint8Array, answer: (bytes: Uint8Array) => void): void {
    const decoded = attempt(() => decodeUdpRequest(bytes))
    if (!decoded.ok) return
    const request = decoded.value
    const family = familyOf(from)
    const { transaction } = request
    if (request.kind === 'connect') {
      const connection = this.#connection(from, Math.floor(this.#host.clock.now() / windowMs))
      return answer(encodeUdpResponse({ kind: 'connect', transaction, connection }, family))
    }
    if (!this.#isConnected(from, request.connection)) return
    answer(encodeUdpResponse(this.#answer(request, from), family))
  }

  #answer(request: Exclude<UdpRequest, { kind: 'connect' }>, from: Endpoint): Parameters<typeof encodeUdpResponse>[0] {
    const { transaction } = request
    if (request.kind === 'scrape') {
      return {
        kind: 'scrape',
        transaction,
        scraped: request.infoHashes.map((infoHash) => this.#swarms.scrape(infoHash)),
      }
    }
    if (request.port === 0) return { kind: 'error', transaction, message: utf8('port has to be between 1 and 65535') }
    if (this.#refuses(request.infoHash))
      return { kind: 'error', transaction, message: utf8('This torrent is not listed here') }
    const found = this.#swarms.announce(request, from, this.#host.clock.now())
    return { kind: 'announce', transaction, announced: { ...found, interval: this.#settings.directoryInterval } }
  }

  /** An id that proves the address without being remembered: a keyed hash over it and the time. */
  #connection(from: Endpoint, window: number): bigint {
    const digest = hash('sha1', utf8(`${this.#secret.toHex()} ${from.host} ${from.port} ${window}`))
    return new DataView(digest.buffer).getBigUint64(0)
  }

  #isConnected(from: Endpoint, connection: bigint): boolean {
    const window = Math.floor(this.#host.clock.now() / windowMs)
    return connection === this.#connection(from, window) || connection === this.#connection(from, window - 1)
  }
}

function text(body: Uint8Array): HttpAnswer {
  return { status: 200, headers: { 'content-type': 'text/plain' }, body }
}
