import { fail, faultOf } from '@kith/core/fault/fault.ts'
import { pick } from '@kith/core/network/clock.ts'
import type { Gateway } from '@kith/core/network/facets.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Endpoint } from '@kith/core/network/net.ts'
import type { Moved } from '@kith/core/transfer/subject.ts'
import type { Announced, AnnounceEvent, Counts } from '../wire/announce.ts'
import { Farewells } from './farewells.ts'
import type { Tracker } from './tiers.ts'
import { politeMs, Tiers } from './tiers.ts'
import type { TrackerClientWorld } from './tracker-client.ts'
import { TrackerClient } from './tracker-client.ts'

/** After a failure a tracker is asked again after this long, doubled up to the longest, in milliseconds. */
const firstRetryMs = 30_000
const longestRetryMs = 60 * 60_000
/** The longest where it may be this machine that has no network now. */
const longestCutOffMs = 5 * 60_000
const cutOff: ReadonlySet<string> = new Set(['net/unreachable', 'net/name-unknown', 'net/name-timeout'])
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

export interface AnnouncerWorld extends TrackerClientWorld, Pick<Host, 'random' | 'log'> {}

/** Tells the trackers of one torrent of us, and us of peers. Disposing says goodbye. */
export interface Announcer extends AsyncDisposable {
  list(): readonly Gateway[]
  /** Asks all trackers again, as soon as that is polite. */
  announce(): void
  /** The torrent is complete now. */
  completed(): void
  add(url: string): void
  /** It is asked no more, and hears that we are gone if it ever heard of us. */
  remove(url: string): void
}

/** What trackers are told next; a completion is not lost on one that is silent for a while. */
type Pending = 'completed' | undefined

/** Announces to the trackers whose turn it is, and goes by what they say. */
class TieredAnnouncer implements Announcer {
  readonly #world: AnnouncerWorld
  readonly #torrent: AnnouncedTorrent
  readonly #client: TrackerClient
  readonly #tiers: Tiers
  readonly #key: number
  readonly #stop = new AbortController()
  readonly #pending = new Map<Tracker, Pending>()
  /** What trackers are being asked. */
  readonly #asking = new Map<Tracker, Promise<void>>()
  readonly #counting = new Set<Promise<void>>()
  readonly #farewells: Farewells
  #timer: Disposable | undefined

  constructor(world: AnnouncerWorld, torrent: AnnouncedTorrent) {
    this.#world = world
    this.#torrent = torrent
    this.#key = pick(world.random, 2 ** 32)
    this.#client = new TrackerClient(world)
    this.#farewells = new Farewells(world.clock, (tracker, signal) => this.#announced(tracker, 'stopped', signal))
    this.#tiers = new Tiers(torrent.tiers, world.clock.now(), world.random)
    this.#timer = world.clock.after(0, () => this.#round())
  }

  list(): readonly Gateway[] {
    const due = new Set(this.#tiers.due(this.#world.clock.now()))
    return this.#tiers.all().map((tracker) => {
      const { url, state, note, fault, nextAt } = tracker
      // One that worked while others did not rests now, and is not asked before they fail again.
      const rests = !due.has(tracker)
      return {
        address: url,
        kind: 'tracker',
        state: rests && state === 'attached' ? 'idle' : state,
        ...(rests || nextAt === Infinity ? {} : { nextAt }),
        ...(note === undefined ? {} : { note }),
        ...(fault === undefined ? {} : { fault }),
      }
    })
  }

  announce(): void {
    for (const tracker of this.#tiers.all()) this.#hasten(tracker)
    this.#schedule()
  }

  completed(): void {
    for (const tracker of this.#tiers.all()) {
      // Who never heard that something is missing hears of no completion (BEP 3); who hears it just now does.
      if (!tracker.lacking || !(tracker.greeted || tracker.state === 'asking')) continue
      this.#pending.set(tracker, 'completed')
      // One that failed may have said when to come back; it hears of it then.
      if (tracker.state === 'failed') continue
      tracker.nextAt = this.#world.clock.now()
      tracker.patientAt = undefined
    }
    this.#schedule()
  }

  #hasten(tracker: Tracker): void {
    tracker.nextAt = Math.min(tracker.nextAt, Math.max(this.#world.clock.now(), tracker.askedAt + tracker.minimumMs))
    tracker.patientAt = undefined
  }

  add(url: string): void {
    this.#tiers.add(url, this.#world.clock.now())
    this.#schedule()
  }

  remove(url: string): void {
    const tracker = this.#tiers.remove(url)
    if (tracker === undefined) return
    this.#pending.delete(tracker)
    this.#farewells.say(tracker, this.#asking.get(tracker))
    this.#schedule()
  }

  #round(): void {
    const now = this.#world.clock.now()
    for (const tracker of this.#tiers.due(now)) {
      if (tracker.state === 'asking' || tracker.nextAt > now || this.#isPatient(tracker)) continue
      const task = this.#ask(tracker, this.#eventFor(tracker)).finally(() => {
        this.#asking.delete(tracker)
        this.#schedule()
      })
      this.#asking.set(tracker, task)
    }
    this.#schedule()
  }

  /** It was to be asked early because nobody was there, and somebody has come: it is left alone until it wants to be asked. */
  #isPatient(tracker: Tracker): boolean {
    if (tracker.patientAt === undefined || this.#torrent.lonely()) return false
    tracker.nextAt = tracker.patientAt
    tracker.patientAt = undefined
    tracker.fruitless = 0
    return tracker.nextAt > this.#world.clock.now()
  }

  #schedule(): void {
    this.#timer?.[Symbol.dispose]()
    this.#timer = undefined
    if (this.#stop.signal.aborted) return
    const { clock } = this.#world
    const next = this.#tiers.next(clock.now())
    if (next === Infinity) return
    this.#timer = clock.after(Math.max(0, next - clock.now()), () => this.#round())
  }

  #eventFor(tracker: Tracker): AnnounceEvent | undefined {
    return tracker.greeted ? this.#pending.get(tracker) : 'started'
  }

  async #ask(tracker: Tracker, event: AnnounceEvent | undefined): Promise<void> {
    const { clock, log } = this.#world
    const { signal } = this.#stop
    tracker.state = 'asking'
    tracker.askedAt = clock.now()
    try {
      if (event === 'started') await this.#farewells.over(tracker.url, signal)
      signal.throwIfAborted()
      const announced = await this.#announced(tracker, event, signal)
      if (event === 'completed') this.#pending.delete(tracker)
      tracker.greeted = true
      // What one says that was taken away meanwhile is nobody's concern.
      if (this.#tiers.has(tracker)) this.#worked(tracker, announced)
    } catch (error) {
      if (signal.aborted) return
      // It will be greeted by what is complete then.
      if (!tracker.greeted) this.#pending.delete(tracker)
      tracker.state = 'failed'
      tracker.fault = faultOf(error, 'announce to the tracker')
      tracker.note = undefined
      const longest = cutOff.has(tracker.fault.code) ? longestCutOffMs : longestRetryMs
      const retryAt = clock.now() + Math.min(longest, firstRetryMs * 2 ** Math.min(tracker.failures, 12))
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
    tracker.patientAt = soon || wait >= wished ? undefined : this.#world.clock.now() + wished
    this.#tiers.promote(tracker)
  }

  /** How often a torrent was fetched only a scrape tells; a tracker that cannot be scraped is as good without. */
  #count(tracker: Tracker, peers: number): void {
    const { clock } = this.#world
    if (this.#stop.signal.aborted || clock.now() - tracker.countedAt < countMs) return
    tracker.countedAt = clock.now()
    const task = this.#client
      .scrape(tracker.url, this.#torrent.infoHash, this.#stop.signal)
      .then((counts) => {
        if (counts === undefined || tracker.state !== 'attached') return
        tracker.counts = counts
        tracker.note = note(counts, peers)
      })
      .catch(() => {})
      .finally(() => this.#counting.delete(task))
    this.#counting.add(task)
  }

  #announced(tracker: Tracker, event: AnnounceEvent | undefined, signal: AbortSignal): Promise<Announced> {
    const { down, up } = this.#torrent.moved()
    // While the size is unknown anything but 0, which would say that we are a seed.
    const left = this.#torrent.left() ?? 16 * 1024
    tracker.lacking = left > 0
    const announce = {
      infoHash: this.#torrent.infoHash,
      peerId: this.#torrent.peerId,
      port: this.#torrent.port,
      downloaded: down,
      uploaded: up,
      left,
      wanted: event === 'stopped' ? 0 : peersWanted,
      key: this.#key,
      ...(event === undefined ? {} : { event }),
      ...(tracker.trackerId === undefined ? {} : { trackerId: tracker.trackerId }),
    }
    return this.#client.announce(tracker.url, announce, signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#stop.signal.aborted) return
    this.#stop.abort(fail('gone', 'bittorrent/closing', 'The torrent is being closed'))
    this.#timer?.[Symbol.dispose]()
    await Promise.allSettled([...this.#asking.values(), ...this.#counting])
    for (const tracker of this.#tiers.all()) if (tracker.greeted) this.#farewells.say(tracker)
    await this.#farewells.end()
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

export function announcer(world: AnnouncerWorld, torrent: AnnouncedTorrent): Announcer {
  return new TieredAnnouncer(world, torrent)
}
