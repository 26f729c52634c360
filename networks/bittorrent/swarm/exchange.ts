import type { Clock } from '@kith/core/network/clock.ts'
import type { Endpoint } from '@kith/core/network/net.ts'
import { endpointText } from '@kith/core/network/net.ts'
import { meansTheSame } from './hearsay.ts'
import type { Session } from './session.ts'

/** Not more often than this to the same peer (BEP 11), in milliseconds. */
const intervalMs = 60_000
/** Added or dropped peers in one message (BEP 11). */
const mostAtOnce = 50
/** Peers that one peer may tell of at once, and again in each interval: four times what BEP 11 asks for. */
const mostHeard = 200

/** Tells peers of each other (BEP 11): to each what has changed since it was told last. */
export class Exchange {
  readonly #clock: Clock
  readonly #told = new Map<Session, Map<string, Endpoint>>()
  /** How many more peers we hear of from each, and since when. */
  readonly #patience = new Map<Session, { left: number; at: number }>()
  #lastAt: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#lastAt = clock.now()
  }

  /** A peer that speaks this came: it will be told at the next round. */
  greet(session: Session): void {
    if (session.talk.supportsExchange && !this.#told.has(session)) this.#told.set(session, new Map())
  }

  left(session: Session): void {
    this.#told.delete(session)
    this.#patience.delete(session)
  }

  /** Those that may be believed of the peers that it tells of: not more than others tell, and nothing about places that it cannot know. */
  believed(session: Session, peers: readonly Endpoint[]): readonly Endpoint[] {
    const now = this.#clock.now()
    const { left, at } = this.#patience.get(session) ?? { left: mostHeard, at: now }
    const most = Math.min(mostHeard, left + Math.floor(((now - at) * mostHeard) / intervalMs))
    const known = peers.slice(0, most).filter((peer) => meansTheSame(peer, session.connection.remote))
    this.#patience.set(session, { left: most - Math.min(most, peers.length), at: now })
    return known
  }

  due(now: number): boolean {
    return now - this.#lastAt >= intervalMs
  }

  tell(sessions: ReadonlySet<Session>): void {
    this.#lastAt = this.#clock.now()
    const present = new Map<string, { endpoint: Endpoint; seed: boolean }>()
    for (const { endpoint, talk } of sessions) {
      if (endpoint !== undefined && talk.stage === 'open') {
        present.set(endpointText(endpoint), { endpoint, seed: talk.haveAll || talk.uploadOnly })
      }
    }
    for (const [session, told] of this.#told) {
      const own = session.endpoint === undefined ? undefined : endpointText(session.endpoint)
      const added = [...present]
        .filter(
          ([key, { endpoint }]) => key !== own && !told.has(key) && meansTheSame(endpoint, session.connection.remote),
        )
        .slice(0, mostAtOnce)
      const dropped = [...told].filter(([key]) => !present.has(key)).slice(0, mostAtOnce)
      if (added.length === 0 && dropped.length === 0) continue
      for (const [key, { endpoint }] of added) told.set(key, endpoint)
      for (const [key] of dropped) told.delete(key)
      session.talk.tellExchange(
        added.map(([, one]) => one),
        dropped.map(([, endpoint]) => endpoint),
      )
      session.flush()
    }
  }
}
