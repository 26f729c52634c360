import type { Fault } from '@kith/core/fault/fault.ts'
import { fail, faultOf } from '@kith/core/fault/fault.ts'
import { pick, sleep } from '@kith/core/network/clock.ts'
import type { Gateway } from '@kith/core/network/facets.ts'
import type { Host } from '@kith/core/network/host.ts'
import { readBody } from '@kith/core/network/http.ts'
import type { Endpoint } from '@kith/core/network/net.ts'
import type { Moved } from '@kith/core/transfer/subject.ts'
import type { Announced, AnnounceEvent } from '../wire/announce.ts'
import { announceQuery, decodeAnnounced, garbage, longestAnswer, withQuery } from '../wire/announce.ts'
import { udpTracker } from '../wire/tracker-url.ts'
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
const peersWanted = 200
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
      nextAt,
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

  /** The trackers whose turn it is: in each tier the first, or those after it while it fails; tiers below a working one rest. */
  #due(): Tracker[] {
    const due: Tracker[] = []
    for (const tier of this.#tiers) {
      const working = tier.find(({ state, failures }) => state === 'attached' || (state === 'asking' && failures === 0))
      if (working !== undefined) {
        due.push(working)
        break
      }
      // The first that was not tried yet; when all failed, each at its own time.
      const fresh = tier.find(({ failures }) => failures === 0)
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
    const next = Math.min(...this.#due().map(({ nextAt, state }) => (state === 'asking' ? Infinity : nextAt)))
    if (next === Infinity) return
    const { clock } = this.#world
    this.#timer = clock.after(Math.max(0, next - clock.now()), () => this.#round())
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
      tracker.nextAt = clock.now() + Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(tracker.failures, 12))
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
    const counts = [seeds === undefined ? '' : `${seeds} seeds`, others === undefined ? '' : `${others} others`]
    tracker.note = warning ?? ([...counts, `${peers.length} peers told`].filter(Boolean).join(', ') || undefined)
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
    if (udp === undefined) return this.#overHttp(withQuery(tracker.url, announceQuery(announce)), signal)
    const [host] = await this.#addresses(udp.host, signal)
    return this.#world.udp.announce({ host: host!, port: udp.port }, udp.path, announce, signal)
  }

  /** Version 4 first: it is what most trackers have. @throws FaultError `unavailable` */
  async #addresses(name: string, signal: AbortSignal): Promise<readonly string[]> {
    const addresses = await this.#world.names.resolve(name, signal)
    if (addresses.length === 0) throw fail('unavailable', 'bittorrent/tracker-name', `Nobody knows where ${name} is`)
    return [...addresses].sort((a, b) => familyOf({ host: a }) - familyOf({ host: b }))
  }

  async #overHttp(url: string, signal: AbortSignal): Promise<Announced> {
    const response = await this.#world.http.request({ url, signal, timeoutMs: answerMs })
    const body = await readBody(response, longestAnswer, () => garbage('it does not end'))
    // Trackers give their reasons with any status; only what is no bencoding is judged by it.
    if (response.status >= 400 && body[0] !== 100) {
      throw fail('unavailable', 'bittorrent/tracker-status', `The tracker answers ${response.status}`)
    }
    return decodeAnnounced(body)
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
