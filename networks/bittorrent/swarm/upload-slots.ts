import type { Random } from '@kith/core/network/clock.ts'
import { Choker } from './choker.ts'
import type { Session } from './session.ts'

/** The slots of a torrent: who may take from us. */
export class UploadSlots {
  readonly #choker: Choker<Session>
  readonly #count: number

  constructor(random: Random, count: number) {
    this.#choker = new Choker(random)
    this.#count = count
  }

  /** Deals all of them out anew. */
  deal(sessions: Iterable<Session>, giving: boolean, now: number): void {
    const open = takers(sessions)
    const chosen = this.#choker.choose(open, this.#count, giving, now)
    for (const session of open) session.setChoked(!chosen.has(session), now)
  }

  /** Between two deals: somebody began to be interested, and free slots wait for nobody. */
  fill(sessions: Iterable<Session>, now: number): void {
    const open = takers(sessions)
    let taken = open.filter((session) => !session.choked).length
    for (const session of open) {
      if (taken >= this.#count) return
      if (!session.choked || !session.interested) continue
      session.setChoked(false, now)
      taken++
    }
  }
}

function takers(sessions: Iterable<Session>): Session[] {
  return [...sessions].filter((session) => session.talk.stage === 'open' && session.uploads !== undefined)
}
