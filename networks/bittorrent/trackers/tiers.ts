import type { Fault } from '@kith/core/fault/fault.ts'
import type { Random } from '@kith/core/network/clock.ts'
import { pick } from '@kith/core/network/clock.ts'
import type { Gateway } from '@kith/core/network/facets.ts'
import type { Counts } from '../wire/announce.ts'

/** A tracker that is asked for the first time and has not answered by then is waited for, but not alone, in milliseconds. */
const slowMs = 5_000
/** An announce by hand is not sent sooner than this after the last one, in milliseconds. */
export const politeMs = 10_000

/** One tracker of a torrent, and how it went with it. Times are in milliseconds since the epoch. */
export interface Tracker {
  readonly url: string
  state: Gateway['state']
  /** It was told that we are there. */
  greeted: boolean
  /** What it was asked with last said that something is missing. */
  lacking: boolean
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
  /** It is asked before it wants to be, because nobody was there: when it wants to be. */
  patientAt: number | undefined
  minimumMs: number
}

/**
 * Trackers stand in tiers (BEP 12): within a tier the first that works is moved to the front and the others are spared; the next
 * tier is asked only while no tracker of the tiers before it works.
 */
export class Tiers {
  #tiers: Tracker[][]

  constructor(tiers: readonly (readonly string[])[], now: number, random: Random) {
    this.#tiers = tiers.map((tier) =>
      shuffled(
        tier.map((url) => fresh(url, now)),
        random,
      ),
    )
  }

  /** In the order of tiers. */
  all(): readonly Tracker[] {
    return this.#tiers.flat()
  }

  /** Puts it behind all others, unless it is there. */
  add(url: string, now: number): void {
    if (!this.all().some((tracker) => tracker.url === url)) this.#tiers.push([fresh(url, now)])
  }

  /** Takes it out, and gives it back if it was there. */
  remove(url: string): Tracker | undefined {
    const removed = this.all().find((tracker) => tracker.url === url)
    this.#tiers = this.#tiers
      .map((tier) => tier.filter((tracker) => tracker.url !== url))
      .filter((tier) => tier.length > 0)
    return removed
  }

  has(tracker: Tracker): boolean {
    return this.all().includes(tracker)
  }

  /** It works: it is the first of its tier from now on. */
  promote(tracker: Tracker): void {
    const tier = this.#tiers.find((one) => one.includes(tracker))
    if (tier !== undefined) tier.unshift(...tier.splice(tier.indexOf(tracker), 1))
  }

  /** The trackers whose turn it is: in each tier the first, or those after it while it fails; tiers below a working one rest. */
  due(now: number): readonly Tracker[] {
    const due: Tracker[] = []
    for (const tier of this.#tiers) {
      const working = tier.find((tracker) => works(tracker, now))
      if (working !== undefined) {
        due.push(working)
        break
      }
      // The first that was not tried yet; when all failed, each at its own time.
      const untried = tier.find(({ failures, state }) => failures === 0 && state !== 'asking')
      due.push(...(untried === undefined ? tier : [untried]))
      if (untried !== undefined) break
    }
    return due
  }

  /** When there is something to do about one of them; `Infinity` for never. */
  next(now: number): number {
    return Math.min(...this.due(now).map((tracker) => turnOf(tracker, now)))
  }
}

/** Whether a tracker works, or may still turn out to: one that was never heard of has a few seconds for that. */
function works({ state, greeted, failures, askedAt }: Tracker, now: number): boolean {
  if (state === 'attached') return true
  return state === 'asking' && failures === 0 && (greeted || now < askedAt + slowMs)
}

/** For one that is being asked it is when it is too slow to be waited for. */
function turnOf(tracker: Tracker, now: number): number {
  if (tracker.state !== 'asking') return tracker.nextAt
  return works(tracker, now) && !tracker.greeted ? tracker.askedAt + slowMs : Infinity
}

function fresh(url: string, now: number): Tracker {
  return {
    url,
    state: 'idle',
    greeted: false,
    lacking: false,
    fault: undefined,
    note: undefined,
    counts: {},
    countedAt: -Infinity,
    trackerId: undefined,
    failures: 0,
    fruitless: 0,
    askedAt: -Infinity,
    nextAt: now,
    patientAt: undefined,
    minimumMs: politeMs,
  }
}

function shuffled<T>(items: T[], random: Random): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = pick(random, i + 1)
    const held = items[i]!
    items[i] = items[j]!
    items[j] = held
  }
  return items
}
