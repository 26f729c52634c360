import type { GameView, JoinedGameView, NearbyGameView, OfferedGameView, OfferGameRequest } from '@kith/api/games.ts'
import type { NamedDevice } from '@kith/api/near.ts'
import { fail } from '@kith/core/fault/fault.ts'
import type { Game, GamePorts, Games, JoinedGame, OfferedGame } from '@kith/core/offer/games.ts'
import { knownGames } from '@kith/core/offer/known-games.ts'
import { parseHostPort } from '@kith/wire/host-port.ts'
import type { Handlers } from '../api/handlers.ts'
import { type Lent, lentBy, type LentWorld } from './lent.ts'
import { named } from './named.ts'

/** A device that answers later is not listed this time. */
const LIST_MS = 5_000

type Operations = Pick<
  Handlers,
  | 'knownGames'
  | 'offeredGames'
  | 'offerGame'
  | 'grantGame'
  | 'withdrawGame'
  | 'nearbyGames'
  | 'joinedGames'
  | 'joinGame'
  | 'leaveGame'
>

export function gameOperations({ networks }: LentWorld): Operations {
  const near = (): Lent<Games> => lentBy(networks, 'games')
  const device = (id: string): NamedDevice => near().named(id)
  const paired = (text: string): string => near().paired(text)
  const offeredView = (game: OfferedGame): OfferedGameView => ({
    ...gameView(game),
    to: game.to.map(device),
    players: game.players.map(device),
  })
  const joinedView = ({ id, device: owner, game, path, ports }: JoinedGame): JoinedGameView => ({
    id,
    game: game.id,
    device: device(owner),
    title: game.title,
    path,
    ports,
  })
  const ours = (text: string): OfferedGame =>
    named(near().facet.offered.current, text, ({ id, title }) => [id, title], 'play/unknown', 'game')
  return {
    knownGames: () => knownGames.map(({ name: short, title, way: { tcp, udp } }) => ({ name: short, title, tcp, udp })),
    offeredGames: () => near().facet.offered.current.map(offeredView),
    async offerGame({ body }) {
      const { title, way } = wanted(body)
      const made = await near().facet.offer(title, way, body.to.map(paired))
      return offeredView(made)
    },
    grantGame({ params, body }) {
      const changed = near().facet.grant(ours(params.id).id, body.to.map(paired))
      return offeredView(changed)
    },
    async withdrawGame({ params }) {
      await near().facet.withdraw(ours(params.id).id)
    },
    async nearbyGames() {
      const { facet: games, friends } = near()
      const lists = await Promise.all(
        friends.map(async (one): Promise<readonly NearbyGameView[]> => {
          const some = await games.at(one.id, AbortSignal.timeout(LIST_MS)).catch(() => [])
          return some.map((game) => ({ ...gameView(game), device: device(one.id) }))
        }),
      )
      return lists.flat()
    },
    joinedGames: () => near().facet.joined.current.map(joinedView),
    async joinGame({ body }) {
      const { facet: games } = near()
      const owner = paired(body.device)
      const all = await games.at(owner)
      const only = body.game === undefined && all.length === 1 ? all[0] : undefined
      const game = only ?? named(all, body.game ?? '', ({ id, title }) => [id, title], 'play/unknown', 'game')
      return joinedView(await games.join(owner, game.id))
    },
    async leaveGame({ params }) {
      const all = near().facet.joined.current
      const joined = named(all, params.id, ({ id, game }) => [id, game.title], 'play/unknown', 'game')
      await near().facet.leave(joined.id)
    },
  }
}

/** @throws FaultError `input` */
function wanted(body: OfferGameRequest): { readonly title: string; readonly way: GamePorts } {
  const announces = body.announces?.map((text) => {
    const at = parseHostPort(text)
    if (at !== undefined) return at
    throw fail('input', 'play/announces', `${text} is not an address and a port`, {
      hint: 'For example 224.0.2.60:4445',
    })
  })
  const known = knownGames.find((one) => one.name === body.game?.toLowerCase())
  if (body.game !== undefined && known === undefined) {
    throw fail('input', 'play/unknown-game', `The ports of “${body.game}” are not known`, {
      hint: 'Name them: kith play offer --tcp 3979 --udp 3979',
    })
  }
  return {
    title: body.title ?? known?.title ?? 'Game',
    way: {
      tcp: body.tcp ?? known?.way.tcp ?? [],
      udp: body.udp ?? known?.way.udp ?? [],
      announces: announces ?? known?.way.announces ?? [],
    },
  }
}

function gameView({ id, title, way }: Game): GameView {
  const { tcp, udp } = way
  return { id, title, tcp, udp }
}
