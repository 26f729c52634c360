import type { OurAnswer, PeerQuestion } from '@kith/core/network/channel.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Games } from '@kith/core/offer/games.ts'
import type { Lines } from '../lines.ts'
import { Joins } from '../play/joins.ts'
import { Offered } from '../play/offered.ts'

/** Games, and the door where those of others knock. */
export interface OwnGames extends Games, AsyncDisposable {
  /** Undefined for a question about something else. */
  answer(device: string, question: PeerQuestion): Promise<OurAnswer | undefined>
  /** Puts out devices that are not known any more, and leaves their games. */
  keepOnly(known: (device: string) => boolean): void
}

/** Games that devices let each other join. */
export function games(host: Host, lines: Lines): OwnGames {
  const repeaters = new Set<number>()
  const offered = new Offered(host, repeaters)
  const joins = new Joins(host, lines, repeaters)
  return {
    offered: offered.all,
    joined: joins.all,
    offer: (title, way, to) => offered.offer(title, way, to),
    grant: (id, to) => offered.grant(id, to),
    withdraw: (id) => offered.withdraw(id),
    at: (device, signal) => joins.at(device, signal),
    join: (device, game) => joins.join(device, game),
    leave: (id) => joins.leave(id),
    answer: (device, question) => offered.answer(device, question),
    keepOnly(known) {
      offered.keepOnly(known)
      joins.keepOnly(known)
    },
    async [Symbol.asyncDispose]() {
      await joins[Symbol.asyncDispose]()
      await offered[Symbol.asyncDispose]()
    },
  }
}
