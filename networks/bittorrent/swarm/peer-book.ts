import type { Endpoint } from '@kith/core/network/net.ts'
import { endpointText } from '@kith/core/network/net.ts'
import type { Outcome, Track } from '@kith/core/source/score.ts'
import { outcome, retryAt, score, untried } from '@kith/core/source/score.ts'
import type { OwnAddresses } from './own-addresses.ts'

/** Where we heard of a peer. */
export type Origin = 'tracker' | 'exchange' | 'link' | 'incoming'

interface Entry {
  readonly endpoint: Endpoint
  readonly origin: Origin
  track: Track
  busy: boolean
  banned: boolean
  /** It said that it has everything. */
  seed: boolean
}

/** More than any swarm needs; the least promising make room. */
const mostEntries = 4_000

/** The peers of one torrent that we heard of, and what became of them. */
export class PeerBook {
  readonly #entries = new Map<string, Entry>()
  readonly #own: Pick<OwnAddresses, 'has'>

  constructor(own: Pick<OwnAddresses, 'has'>) {
    this.#own = own
  }

  get size(): number {
    return this.#entries.size
  }

  /** False for one that was known, is ourselves, or cannot be dialled. */
  add(endpoint: Endpoint, origin: Origin): boolean {
    const key = endpointText(endpoint)
    if (endpoint.port === 0 || this.#own.has(endpoint) || this.#entries.has(key)) return false
    if (this.#entries.size >= mostEntries && !this.#makeRoom()) return false
    this.#entries.set(key, { endpoint, origin, track: untried, busy: false, banned: false, seed: false })
    return true
  }

  #makeRoom(): boolean {
    let worst: [string, Entry] | undefined
    for (const entry of this.#entries) {
      if (entry[1].busy || entry[1].banned || entry[1].track.failures === 0) continue
      if (worst === undefined || score(entry[1].track) < score(worst[1].track)) worst = entry
    }
    return worst !== undefined && this.#entries.delete(worst[0])
  }

  /** The most promising peer that may be dialled now; it counts as busy until `done`. */
  take(now: number, leecher: boolean): Endpoint | undefined {
    let best: Entry | undefined
    for (const entry of this.#entries.values()) {
      if (entry.busy || entry.banned || retryAt(entry.track) > now) continue
      if (!leecher && entry.seed) continue
      // We may have met ourselves there for another torrent meanwhile.
      if (this.#own.has(entry.endpoint)) continue
      if (best === undefined || score(entry.track) > score(best.track)) best = entry
    }
    if (best !== undefined) best.busy = true
    return best?.endpoint
  }

  /** An incoming connection told us where it listens: no need to dial it. */
  occupy(endpoint: Endpoint): void {
    this.add(endpoint, 'incoming')
    const entry = this.#entries.get(endpointText(endpoint))
    if (entry !== undefined) entry.busy = true
  }

  done(endpoint: Endpoint, what: Outcome, now: number): void {
    const entry = this.#entries.get(endpointText(endpoint))
    if (entry === undefined) return
    entry.busy = false
    entry.track = outcome(entry.track, what, now)
  }

  /** There is nobody there but us. */
  forget(endpoint: Endpoint): void {
    this.#entries.delete(endpointText(endpoint))
  }

  markSeed(endpoint: Endpoint): void {
    const entry = this.#entries.get(endpointText(endpoint))
    if (entry !== undefined) entry.seed = true
  }

  ban(endpoint: Endpoint): void {
    this.add(endpoint, 'incoming')
    const entry = this.#entries.get(endpointText(endpoint))
    if (entry !== undefined) entry.banned = true
  }

  banned(endpoint: Endpoint): boolean {
    return this.#entries.get(endpointText(endpoint))?.banned ?? false
  }

  /** What is worth keeping over a restart: those who are here now, and then those that did not fail, the best first. */
  good(here: readonly Endpoint[], most: number): Endpoint[] {
    const others = [...this.#entries.values()]
      .filter((entry) => !entry.banned && entry.track.failures === 0 && !this.#own.has(entry.endpoint))
      .sort((a, b) => score(b.track) - score(a.track))
      .map((entry) => entry.endpoint)
    const all = new Map([...here, ...others].map((endpoint) => [endpointText(endpoint), endpoint]))
    return [...all.values()].slice(0, most)
  }
}
