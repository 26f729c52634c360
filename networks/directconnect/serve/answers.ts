import { Restraint } from '../peers/restraint.ts'
import type { Reply } from '../talk/hub-event.ts'

/** Questions from one address, or of one user, that are looked up: people ask seldom, and many may share an address. */
const fromOneAtOnce = 30
const fromOneEveryMs = 500
/** And those of everybody together: a hub may pass on, or make up, any number of them. */
const atOnce = 500
const everyMs = 5

/** How often questions of others are looked up and answered. */
export class Answers {
  readonly #each = new Restraint(fromOneAtOnce, fromOneEveryMs)
  readonly #all = new Restraint(atOnce, everyMs)

  /** Counts a question on a hub. Whoever asks names an address, which may be that of somebody who did not ask. */
  allows(hub: string, reply: Reply, now: number): boolean {
    const who = reply.kind === 'datagram' ? reply.host : `${reply.id} ${hub}`
    return this.#each.take(who, now) && this.#all.take('all', now)
  }
}
