import type { Endpoint } from '@kith/core/network/net.ts'
import { endpointText } from '@kith/core/network/net.ts'
import type { Outcome, Track } from '@kith/core/source/score.ts'
import { outcome, retryAt, score, toldAgain, untried } from '@kith/core/source/score.ts'
import { canBePeer } from './hearsay.ts'
import type { OwnAddresses } from './own-addresses.ts'

/** Where we heard of a peer. */
export type Origin = 'tracker' | 'exchange' | 'link' | 'incoming'

interface Entry {
  readonly endpoint: Endpoint
  origin: Origin
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
  #hearsay = true

  constructor(own: Pick<OwnAddresses, 'has'>) {
    this.#own = own
  }

  get size(): number {
    return this.#entries.size
  }

  /** False for one that was known, is ourselves, or cannot be dialled. */
  add(endpoint: Endpoint, origin: Origin): boolean {
    const key = endpointText(endpoint)
    const known = this.#entries.get(key)
    if (known !== undefined) {
      this.#again(known, origin)
      return false
    }
    if (endpoint.port === 0 || this.#own.has(endpoint) || !canBePeer(endpoint)) return false
    if (this.#entries.size >= mostEntries && !this.#makeRoom(origin)) return false
    this.#entries.set(key, { endpoint, origin, track: untried, busy: false, banned: false, seed: false })
    return true
  }

  /** A tracker hears from it: it is there, whoever told us before, and whatever was in the way of our dials. */
  #again(entry: Entry, origin: Origin): void {
    if (entry.origin === 'exchange') entry.origin = origin
    if (origin === 'tracker') entry.track = toldAgain(entry.track)
  }

  /** Whoever failed most makes room; for others than hearsay, so does what is only hearsay. */
  #makeRoom(origin: Origin): boolean {
    let worst: [string, Entry] | undefined
    for (const one of this.#entries) {
      const [, { busy, banned, track, origin: from }] = one
      if (busy || banned || track.delivered > 0) continue
      if (track.failures === 0 && (from !== 'exchange' || origin === 'exchange')) continue
      if (worst === undefined || score(track) < score(worst[1].track)) worst = one
    }
    return worst !== undefined && this.#entries.delete(worst[0])
  }

  /** What only other peers have told of counts no more: the torrent turned out to be private (BEP 27). */
  ignoreHearsay(): void {
    this.#hearsay = false
  }

  #ignored({ origin, banned, endpoint }: Entry): boolean {
    // We may have met ourselves there for another torrent meanwhile.
    return banned || (origin === 'exchange' && !this.#hearsay) || this.#own.has(endpoint)
  }

  /** The most promising peer that may be dialled now; it counts as busy until `done`. */
  take(now: number, leecher: boolean): Endpoint | undefined {
    let best: Entry | undefined
    for (const entry of this.#entries.values()) {
      if (entry.busy || this.#ignored(entry) || retryAt(entry.track) > now) continue
      if (!leecher && entry.seed) continue
      if (best === undefined || before(entry, best)) best = entry
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
      .filter((entry) => !this.#ignored(entry) && entry.track.failures === 0)
      .sort((a, b) => score(b.track) - score(a.track))
      .map((entry) => entry.endpoint)
    const all = new Map([...here, ...others].map((endpoint) => [endpointText(endpoint), endpoint]))
    return [...all.values()].slice(0, most)
  }
}

/** The more promising first; of two that are alike the one that is no hearsay, of which anybody can spread any amount. */
function before(a: Entry, b: Entry): boolean {
  const better = score(a.track) - score(b.track)
  return better > 0 || (better === 0 && a.origin !== 'exchange' && b.origin === 'exchange')
}
