import type { Fault } from '@kith/core/fault/fault.ts'
import { fail, faultOf } from '@kith/core/fault/fault.ts'
import { pick, sleep } from '@kith/core/network/clock.ts'
import type { Gateway } from '@kith/core/network/facets.ts'
import type { Host } from '@kith/core/network/host.ts'
import { readBody } from '@kith/core/network/http.ts'
import type { Endpoint } from '@kith/core/network/net.ts'
import type { Moved } from '@kith/core/transfer/subject.ts'
import type { Announced, AnnounceEvent, Counts } from '../wire/announce.ts'
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

/** After a failure a tracker is asked again after this long, doubled up to the longest, in milliseconds. */
const firstRetryMs = 30_000
const longestRetryMs = 60 * 60_000
/** An announce by hand is not sent sooner than this after the last one, in milliseconds. */
const politeMs = 10_000
/** How long the end of a torrent waits for trackers to hear of it, in milliseconds. */
const farewellMs = 2_000
const answerMs = 30_000
/** A tracker that is asked for the first time and has not answered by then is waited for, but not alone, in milliseconds. */
const slowMs = 5_000
const peersWanted = 200
/** A tracker is asked for its counts this often at most, in milliseconds. */
const countMs = 30 * 60_000
/** A torrent that knows nobody asks again after this long, doubled up to what the tracker wants, in milliseconds. */
const firstLonelyMs = 20_000

export interface AnnouncedTorrent {
  readonly infoHash: Uint8Array
  readonly peerId: Uint8Array
  readonly port: number
  readonly tiers: readonly (readonly string[])[]
  /** Bytes missing; undefined while nobody knows. */
  left(): number | undefined
  moved(): Moved
  found(peers: readonly Endpoint[]): void
  /** It fetches and knows nobody to fetch from. */
  lonely(): boolean
}

export interface AnnouncerWorld extends Pick<Host, 'clock' | 'random' | 'http' | 'names' | 'log'> {
  readonly udp: UdpTrackers
}

/** Tells the trackers of one torrent of us, and us of peers. Disposing says goodbye. */
export interface Announcer extends AsyncDisposable {
  list(): readonly Gateway[]
  /** Asks all trackers again, as soon as that is polite. */
  announce(): void
  /** The torrent is complete now. */
  completed(): void
  add(url: string): void
  remove(url: string): void
}

interface Tracker {
  readonly url: string
  state: Gateway['state']
  /** It was told that we are there. */
  greeted: boolean
  fault: Fault | undefined
  note: string | undefined
  counts: Partial<Counts>
  countedAt: number
  trackerId: string | undefined
  failures: number
  /** Answers in a row that did not help. */
  fruitless: number
  askedAt: number
  nextAt: number
  minimumMs: number
}

/** What trackers are told next; a completion is not lost on one that is silent for a while. */
type Pending = 'completed' | undefined

/**
 * Trackers stand in tiers (BEP 12): within a tier the first that works is moved to the front and the others are spared; the next
 * tier is asked only while no tracker of the tiers before it works.
 */
class TieredAnnouncer implements Announcer {
  readonly #world: AnnouncerWorld
  readonly #torrent: AnnouncedTorrent
  readonly #key: number
  readonly #stop = new AbortController()
  readonly #pending = new Map<Tracker, Pending>()
  readonly #asking = new Set<Promise<void>>()
  #tiers: Tracker[][]
  #timer: Disposable | undefined

  constructor(world: AnnouncerWorld, torrent: AnnouncedTorrent) {
    this.#world = world
    this.#torrent = torrent
    this.#key = pick(world.random, 2 ** 32)
    this.#tiers = torrent.tiers.map((tier) =>
      shuffled(
        tier.map((url) => this.#tracker(url)),
        world,
      ),
    )
    this.#timer = world.clock.after(0, () => this.#round())
  }

  #tracker(url: string): Tracker {
    return {
      url,
      state: 'idle',
      greeted: false,
      fault: undefined,
      note: undefined,
      counts: {},
      countedAt: -Infinity,
      trackerId: undefined,
      failures: 0,
      fruitless: 0,
      askedAt: -Infinity,
      nextAt: this.#world.clock.now(),
      minimumMs: politeMs,
    }
  }

  list(): readonly Gateway[] {
    return this.#tiers.flat().map(({ url, state, note, fault, nextAt }) => ({
      address: url,
      kind: 'tracker',
      state,
      ...(nextAt === Infinity ? {} : { nextAt }),
      ...(note === undefined ? {} : { note }),
      ...(fault === undefined ? {} : { fault }),
    }))
  }

  announce(): void {
    for (const tracker of this.#tiers.flat()) this.#hasten(tracker)
    this.#schedule()
  }

  completed(): void {
    for (const tracker of this.#tiers.flat()) {
      if (!tracker.greeted) continue
      this.#pending.set(tracker, 'completed')
      tracker.nextAt = this.#world.clock.now()
    }
    this.#schedule()
  }

  #hasten(tracker: Tracker): void {
    tracker.nextAt = Math.min(tracker.nextAt, Math.max(this.#world.clock.now(), tracker.askedAt + tracker.minimumMs))
  }

  add(url: string): void {
    if (this.#tiers.flat().some((tracker) => tracker.url === url)) return
    this.#tiers.push([this.#tracker(url)])
    this.#schedule()
  }

  remove(url: string): void {
    this.#tiers = this.#tiers
      .map((tier) => tier.filter((tracker) => tracker.url !== url))
      .filter((tier) => tier.length > 0)
  }

  /** Whether a tracker works, or may still turn out to: one that was never heard of has a few seconds for that. */
  #works({ state, greeted, failures, askedAt }: Tracker): boolean {
    if (state === 'attached') return true
    return state === 'asking' && failures === 0 && (greeted || this.#world.clock.now() < askedAt + slowMs)
  }

  /** The trackers whose turn it is: in each tier the first, or those after it while it fails; tiers below a working one rest. */
  #due(): Tracker[] {
    const due: Tracker[] = []
    for (const tier of this.#tiers) {
      const working = tier.find((tracker) => this.#works(tracker))
      if (working !== undefined) {
        due.push(working)
        break
      }
      // The first that was not tried yet; when all failed, each at its own time.
      const fresh = tier.find(({ failures, state }) => failures === 0 && state !== 'asking')
      due.push(...(fresh === undefined ? tier : [fresh]))
      if (fresh !== undefined) break
    }
    return due
  }

  #round(): void {
    const now = this.#world.clock.now()
    for (const tracker of this.#due()) {
      if (tracker.state === 'asking' || tracker.nextAt > now) continue
      const task = this.#ask(tracker, this.#eventFor(tracker), this.#stop.signal).finally(() => {
        this.#asking.delete(task)
        this.#schedule()
      })
      this.#asking.add(task)
    }
    this.#schedule()
  }

  #schedule(): void {
    this.#timer?.[Symbol.dispose]()
    this.#timer = undefined
    if (this.#stop.signal.aborted) return
    const next = Math.min(...this.#due().map((tracker) => this.#turnOf(tracker)))
    if (next === Infinity) return
    const { clock } = this.#world
    this.#timer = clock.after(Math.max(0, next - clock.now()), () => this.#round())
  }

  /** When there is something to do about a tracker; for one that is being asked, when it is too slow to be waited for. */
  #turnOf(tracker: Tracker): number {
    if (tracker.state !== 'asking') return tracker.nextAt
    return this.#works(tracker) && !tracker.greeted ? tracker.askedAt + slowMs : Infinity
  }

  #eventFor(tracker: Tracker): AnnounceEvent | undefined {
    return tracker.greeted ? this.#pending.get(tracker) : 'started'
  }

  async #ask(tracker: Tracker, event: AnnounceEvent | undefined, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#world
    tracker.state = 'asking'
    tracker.askedAt = clock.now()
    try {
      const announced = await this.#announced(tracker, event, signal)
      if (event === 'completed') this.#pending.delete(tracker)
      tracker.greeted = true
      this.#worked(tracker, announced)
    } catch (error) {
      if (signal.aborted) return
      tracker.state = 'failed'
      tracker.fault = faultOf(error, 'announce to the tracker')
      tracker.note = undefined
      const retryAt = clock.now() + Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(tracker.failures, 12))
      tracker.nextAt = Math.max(retryAt, tracker.fault.retryAt ?? 0)
      tracker.failures++
      log.debug('a tracker failed', { tracker: tracker.url, code: tracker.fault.code })
    }
  }

  #worked(tracker: Tracker, announced: Announced): void {
    const { seeds, others, peers, warning } = announced
    tracker.state = 'attached'
    tracker.failures = 0
    tracker.fault = undefined
    tracker.trackerId = announced.trackerId ?? tracker.trackerId
    tracker.minimumMs = Math.max(politeMs, (announced.minimumInterval ?? 0) * 1000)
    tracker.counts = {
      ...tracker.counts,
      ...(seeds === undefined ? {} : { seeds }),
      ...(others === undefined ? {} : { others }),
    }
    tracker.note = warning ?? note(tracker.counts, peers.length)
    if (warning === undefined) this.#count(tracker, peers.length)
    // What came meanwhile, such as a completion, is told as soon as that is polite.
    const soon = this.#pending.has(tracker)
    this.#torrent.found(peers)
    tracker.fruitless = this.#torrent.lonely() ? tracker.fruitless + 1 : 0
    const wished = announced.interval * 1000
    const lonely = tracker.fruitless > 0 ? firstLonelyMs * 2 ** Math.min(tracker.fruitless - 1, 12) : wished
    const wait = soon ? tracker.minimumMs : Math.max(tracker.minimumMs, Math.min(wished, lonely))
    tracker.nextAt = this.#world.clock.now() + wait
    const tier = this.#tiers.find((one) => one.includes(tracker))
    if (tier !== undefined) tier.unshift(...tier.splice(tier.indexOf(tracker), 1))
  }

  /** How often a torrent was fetched only a scrape tells; a tracker that cannot be scraped is as good without. */
  #count(tracker: Tracker, peers: number): void {
    const { clock } = this.#world
    if (this.#stop.signal.aborted || clock.now() - tracker.countedAt < countMs) return
    tracker.countedAt = clock.now()
    const task = this.#counts(tracker.url, this.#stop.signal)
      .then((counts) => {
        if (counts === undefined || tracker.state !== 'attached') return
        tracker.counts = counts
        tracker.note = note(counts, peers)
      })
      .catch(() => {})
      .finally(() => this.#asking.delete(task))
    this.#asking.add(task)
  }

  async #counts(url: string, signal: AbortSignal): Promise<Counts | undefined> {
    const { infoHash } = this.#torrent
    const udp = udpTracker(url)
    if (udp !== undefined) {
      const [host] = await this.#addresses(udp.host, signal)
      return this.#world.udp.scrape({ host: host!, port: udp.port }, infoHash, signal)
    }
    const address = scrapeUrl(url)
    if (address === undefined) return undefined
    return decodeScrape(await this.#overHttp(withQuery(address, scrapeQuery(infoHash)), signal), infoHash)
  }

  async #announced(tracker: Tracker, event: AnnounceEvent | undefined, signal: AbortSignal): Promise<Announced> {
    const { down, up } = this.#torrent.moved()
    const announce = {
      infoHash: this.#torrent.infoHash,
      peerId: this.#torrent.peerId,
      port: this.#torrent.port,
      downloaded: down,
      uploaded: up,
      // While the size is unknown anything but 0, which would say that we are a seed.
      left: this.#torrent.left() ?? 16 * 1024,
      wanted: event === 'stopped' ? 0 : peersWanted,
      key: this.#key,
      ...(event === undefined ? {} : { event }),
      ...(tracker.trackerId === undefined ? {} : { trackerId: tracker.trackerId }),
    }
    const udp = udpTracker(tracker.url)
    if (udp === undefined) {
      const body = await this.#overHttp(withQuery(tracker.url, announceQuery(announce)), signal)
      return decodeAnnounced(body, this.#world.clock.now())
    }
    const [host] = await this.#addresses(udp.host, signal)
    return this.#world.udp.announce({ host: host!, port: udp.port }, udp.path, announce, signal)
  }

  /** Version 4 first: it is what most trackers have. @throws FaultError `unavailable` */
  async #addresses(name: string, signal: AbortSignal): Promise<readonly string[]> {
    const addresses = await this.#world.names.resolve(name, signal)
    if (addresses.length === 0) throw fail('unavailable', 'bittorrent/tracker-name', `Nobody knows where ${name} is`)
    return [...addresses].sort((a, b) => familyOf({ host: a }) - familyOf({ host: b }))
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

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#stop.signal.aborted) return
    this.#stop.abort(fail('gone', 'bittorrent/closing', 'The torrent is being closed'))
    this.#timer?.[Symbol.dispose]()
    await Promise.allSettled(this.#asking)
    const enough = new AbortController()
    const farewells = this.#tiers
      .flat()
      .filter(({ greeted }) => greeted)
      .map((tracker) => this.#ask(tracker, 'stopped', enough.signal))
    if (farewells.length === 0) return
    const patience = sleep(this.#world.clock, farewellMs, enough.signal).catch(() => {})
    await Promise.race([Promise.allSettled(farewells), patience])
    enough.abort(fail('gone', 'bittorrent/closing', 'The torrent is being closed'))
  }
}

/** `42 seeds, 7 others, fetched 1000 times, 50 peers told` */
function note({ seeds, others, completed }: Partial<Counts>, peers: number): string {
  const parts = [
    seeds === undefined ? undefined : `${seeds} seeds`,
    others === undefined ? undefined : `${others} others`,
    completed === undefined || completed === 0 ? undefined : `fetched ${completed} times`,
    `${peers} peers told`,
  ]
  return parts.filter((part) => part !== undefined).join(', ')
}

function shuffled<T>(items: T[], { random }: Pick<Host, 'random'>): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = pick(random, i + 1)
    const held = items[i]!
    items[i] = items[j]!
    items[j] = held
  }
  return items
}

export function announcer(world: AnnouncerWorld, torrent: AnnouncedTorrent): Announcer {
  return new TieredAnnouncer(world, torrent)
}
