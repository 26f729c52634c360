import { fail } from '@kith/core/fault/fault.ts'
import { pick, sleep } from '@kith/core/network/clock.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Datagrams, Endpoint } from '@kith/core/network/net.ts'
import { endpointText } from '@kith/core/network/net.ts'
import { attempt } from '@kith/wire/fault.ts'
import type { Announce, Announced, Counts } from '../wire/announce.ts'
import { garbage } from '../wire/announce.ts'
import type { UdpRequest, UdpResponse } from '../wire/udp-tracker.ts'
import { decodeUdpResponse, encodeUdpRequest, familyOf, udpRefusal } from '../wire/udp-tracker.ts'

/** The first answer is waited for this long, each further one twice as long (BEP 15), in milliseconds. */
const firstWaitMs = 15_000
/** BEP 15 goes on for an hour; a tracker that misses four is taken as gone, and asked again later. */
const tries = 4
/** A connection id is good for a minute (BEP 15), in milliseconds. */
const connectionMs = 60_000

/** All UDP trackers of all torrents over one socket for each address family. */
export class UdpTrackers implements AsyncDisposable {
  readonly #host: Pick<Host, 'clock' | 'random' | 'net'>
  readonly #sockets = new Map<4 | 6, Promise<Datagrams>>()
  readonly #waiting = new Map<string, (response: UdpResponse) => void>()
  readonly #connections = new Map<string, { readonly id: bigint; readonly until: number }>()

  constructor(host: Pick<Host, 'clock' | 'random' | 'net'>) {
    this.#host = host
  }

  /** @throws FaultError `gone` `bittorrent/tracker-silent`, `unavailable` `bittorrent/tracker-refused`, `peer` */
  async announce(to: Endpoint, path: string, announce: Announce, signal: AbortSignal): Promise<Announced> {
    const response = await this.#answered(
      to,
      (transaction, connection) => ({ kind: 'announce', transaction, connection, path, ...announce }),
      signal,
    )
    if (response.kind !== 'announce') throw garbage('it is the answer to something else')
    return response.announced
  }

  /** What a tracker counts of a torrent. @throws FaultError as `announce` does */
  async scrape(to: Endpoint, infoHash: Uint8Array, signal: AbortSignal): Promise<Counts | undefined> {
    const response = await this.#answered(
      to,
      (transaction, connection) => ({ kind: 'scrape', transaction, connection, infoHashes: [infoHash] }),
      signal,
    )
    if (response.kind !== 'scrape') throw garbage('it is the answer to something else')
    return response.scraped[0]
  }

  /** Connects where that is needed, and asks until there is an answer. */
  async #answered(
    to: Endpoint,
    request: (transaction: number, connection: bigint) => UdpRequest,
    signal: AbortSignal,
  ): Promise<UdpResponse> {
    for (let attempted = 0; attempted < tries; attempted++) {
      const waitMs = firstWaitMs * 2 ** attempted
      const key = endpointText(to)
      const before = this.#connections.get(key)
      const connection = await this.#connect(to, waitMs, signal)
      if (connection === undefined) continue
      const response = await this.#ask(to, (transaction) => request(transaction, connection), waitMs, signal)
      if (response !== undefined && response.kind !== 'error') return response
      // It may be the connection that is no longer known there, which some say and others pass over in silence.
      if (this.#connections.get(key)?.id === connection) this.#connections.delete(key)
      if (response !== undefined && before?.id !== connection) throw udpRefusal(response.message)
    }
    throw fail('gone', 'bittorrent/tracker-silent', 'The tracker does not answer')
  }

  async #connect(to: Endpoint, waitMs: number, signal: AbortSignal): Promise<bigint | undefined> {
    const key = endpointText(to)
    const known = this.#connections.get(key)
    if (known !== undefined && known.until > this.#host.clock.now()) return known.id
    const response = await this.#ask(to, (transaction) => ({ kind: 'connect', transaction }), waitMs, signal)
    if (response?.kind === 'error') throw udpRefusal(response.message)
    if (response?.kind !== 'connect') return undefined
    for (const [other, { until }] of this.#connections)
      if (until <= this.#host.clock.now()) this.#connections.delete(other)
    this.#connections.set(key, { id: response.connection, until: this.#host.clock.now() + connectionMs })
    return response.connection
  }

  /** One packet and its answer; undefined when none came in time. */
  async #ask(
    to: Endpoint,
    request: (transaction: number) => UdpRequest,
    waitMs: number,
    signal: AbortSignal,
  ): Promise<UdpResponse | undefined> {
    const socket = await this.#socket(familyOf(to))
    const transaction = pick(this.#host.random, 2 ** 32)
    // An answer counts only from where the question went.
    const key = `${endpointText(to)} ${transaction}`
    const enough = new AbortController()
    const stop = AbortSignal.any([signal, enough.signal])
    try {
      const answered = Promise.withResolvers<UdpResponse>()
      this.#waiting.set(key, answered.resolve)
      socket.send(to, encodeUdpRequest(request(transaction)))
      return await Promise.race([answered.promise, sleep(this.#host.clock, waitMs, stop).then(() => undefined)])
    } finally {
      this.#waiting.delete(key)
      enough.abort(fail('gone', 'bittorrent/tracker-answered', 'The tracker has answered'))
    }
  }

  #socket(family: 4 | 6): Promise<Datagrams> {
    let socket = this.#sockets.get(family)
    if (socket === undefined) {
      socket = this.#host.net.datagrams({ family, receive: (from, bytes) => this.#receive(from, bytes) })
      this.#sockets.set(family, socket)
      socket.catch(() => this.#sockets.delete(family))
    }
    return socket
  }

  #receive(from: Endpoint, bytes: Uint8Array): void {
    const decoded = attempt(() => decodeUdpResponse(bytes, familyOf(from)))
    if (decoded.ok) this.#waiting.get(`${endpointText(from)} ${decoded.value.transaction}`)?.(decoded.value)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // One that could not be opened has nothing to close.
    const close = (socket: Datagrams): PromiseLike<void> => socket[Symbol.asyncDispose]()
    await Promise.all([...this.#sockets.values()].map((socket) => socket.then(close, () => {})))
  }
}
