import { fail } from '@kith/core/fault/fault.ts'
import type { Host } from '@kith/core/network/host.ts'
import { readBody } from '@kith/core/network/http.ts'
import type { Endpoint } from '@kith/core/network/net.ts'
import type { Announce, Announced, Counts } from '../wire/announce.ts'
import {
  announceQuery,
  decodeAnnounced,
  decodeScrape,
  garbage,
  longestAnswer,
  scrapeQuery,
  withQuery,
} from '../wire/announce.ts'
import { scrapeUrl, udpTracker } from '../wire/tracker-url.ts'
import { familyOf } from '../wire/udp-tracker.ts'
import type { UdpTrackers } from './udp.ts'

const answerMs = 30_000

export interface TrackerClientWorld extends Pick<Host, 'clock' | 'http' | 'names'> {
  readonly udp: UdpTrackers
}

/** Asks trackers, over HTTP or UDP as their address says. */
export class TrackerClient {
  readonly #world: TrackerClientWorld

  constructor(world: TrackerClientWorld) {
    this.#world = world
  }

  /** @throws FaultError `unavailable`, `gone`, `peer` */
  async announce(url: string, announce: Announce, signal: AbortSignal): Promise<Announced> {
    const udp = udpTracker(url)
    if (udp !== undefined)
      return this.#world.udp.announce(await this.#endpoint(udp, signal), udp.path, announce, signal)
    const body = await this.#overHttp(withQuery(url, announceQuery(announce)), signal)
    return decodeAnnounced(body, this.#world.clock.now())
  }

  /** Undefined for a tracker that cannot be asked for counts. @throws FaultError `unavailable`, `gone`, `peer` */
  async scrape(url: string, infoHash: Uint8Array, signal: AbortSignal): Promise<Counts | undefined> {
    const udp = udpTracker(url)
    if (udp !== undefined) return this.#world.udp.scrape(await this.#endpoint(udp, signal), infoHash, signal)
    const address = scrapeUrl(url)
    if (address === undefined) return undefined
    return decodeScrape(await this.#overHttp(withQuery(address, scrapeQuery(infoHash)), signal), infoHash)
  }

  /** Version 4 first: it is what most trackers have. @throws FaultError `unavailable` */
  async #endpoint({ host: name, port }: Endpoint, signal: AbortSignal): Promise<Endpoint> {
    const addresses = await this.#world.names.resolve(name, signal)
    const [host] = [...addresses].sort((a, b) => familyOf({ host: a }) - familyOf({ host: b }))
    if (host === undefined) throw fail('unavailable', 'bittorrent/tracker-name', `Nobody knows where ${name} is`)
    return { host, port }
  }

  async #overHttp(url: string, signal: AbortSignal): Promise<Uint8Array> {
    const response = await this.#world.http.request({ url, signal, timeoutMs: answerMs })
    const body = await readBody(response, longestAnswer, () => garbage('it does not end'))
    // Trackers give their reasons with any status; only what is no bencoding is judged by it.
    if (response.status >= 400 && body[0] !== 100) {
      throw fail('unavailable', 'bittorrent/tracker-status', `The tracker answers ${response.status}`)
    }
    return body
  }
}
