import { fail } from '@kith/core/fault/fault.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import { sleep } from '@kith/core/network/clock.ts'
import type { Tracker } from './tiers.ts'

/** How long the end of a torrent waits for trackers to hear of it, in milliseconds. */
const patienceMs = 2_000

/** Tells one tracker that we are there no more. */
type Say = (tracker: Tracker, signal: AbortSignal) => Promise<unknown>

/** Goodbyes to trackers that were told that we are there: each is said once, and nothing but the very end waits for one. */
export class Farewells {
  readonly #clock: Clock
  readonly #say: Say
  readonly #enough = new AbortController()
  /** Those on their way, by the address of the tracker. */
  readonly #underWay = new Map<string, Promise<void>>()

  constructor(clock: Clock, say: Say) {
    this.#clock = clock
    this.#say = say
  }

  /** Says it once what is being said to the tracker now, if anything, was answered: it may be the greeting. */
  say(tracker: Tracker, after?: Promise<void>): void {
    const task = this.#told(tracker, after).finally(() => {
      if (this.#underWay.get(tracker.url) === task) this.#underWay.delete(tracker.url)
    })
    this.#underWay.set(tracker.url, task)
  }

  async #told(tracker: Tracker, after: Promise<void> | undefined): Promise<void> {
    await after
    if (!tracker.greeted || this.#enough.signal.aborted) return
    // Who does not hear it forgets us after a while, and a tracker that is gone for us is nobody's trouble.
    await this.#say(tracker, this.#enough.signal).catch(() => {})
  }

  /** Whoever is greeted again must not hear the goodbye after that: resolves when none is on its way, or at the signal. */
  async over(url: string, signal: AbortSignal): Promise<void> {
    const task = this.#underWay.get(url)
    if (task === undefined || signal.aborted) return
    const stopped = Promise.withResolvers<void>()
    const stop = (): void => stopped.resolve()
    signal.addEventListener('abort', stop, { once: true })
    await Promise.race([task, stopped.promise])
    signal.removeEventListener('abort', stop)
  }

  /** Waits for those on their way, but not for long. */
  async end(): Promise<void> {
    if (this.#underWay.size > 0) {
      const patience = sleep(this.#clock, patienceMs, this.#enough.signal).catch(() => {})
      await Promise.race([Promise.all(this.#underWay.values()), patience])
    }
    this.#enough.abort(fail('gone', 'bittorrent/closing', 'The torrent is being closed'))
  }
}
