import { z } from 'zod'
import { namedDevice, type NamedDevice } from './near.ts'
import type { Id, None, Route } from './route.ts'

const port: z.ZodType<number> = z.int().min(1).max(65_535)

/** What there is to play. */
export interface GameView {
  readonly id: string
  readonly title: string
  readonly tcp: readonly number[]
  readonly udp: readonly number[]
}
const gameFields = {
  id: z.string(),
  title: z.string(),
  tcp: z.array(port),
  udp: z.array(port),
}

/** A game of ours: who may join it, and who plays. */
export interface OfferedGameView extends GameView {
  readonly to: readonly NamedDevice[]
  readonly players: readonly NamedDevice[]
}
export const offeredGameView: z.ZodType<OfferedGameView> = z.object({
  ...gameFields,
  to: z.array(namedDevice),
  players: z.array(namedDevice),
})

/** A game that a device lets us join. */
export interface NearbyGameView extends GameView {
  readonly device: NamedDevice
}
export const nearbyGameView: z.ZodType<NearbyGameView> = z.object({ ...gameFields, device: namedDevice })

export interface JoinedGameView {
  readonly id: string
  /** Its id at the device that has it. */
  readonly game: string
  readonly device: NamedDevice
  readonly title: string
  /** Datagrams travel by themselves, inside the channel of the devices, or not at all: the device is away. */
  readonly path: 'direct' | 'channel' | 'away'
  readonly ports: readonly { readonly protocol: 'tcp' | 'udp'; readonly port: number; readonly local: number }[]
}
export const joinedGameView: z.ZodType<JoinedGameView> = z.object({
  id: z.string(),
  game: z.string(),
  device: namedDevice,
  title: z.string(),
  path: z.enum(['direct', 'channel', 'away']),
  ports: z.array(z.object({ protocol: z.enum(['tcp', 'udp']), port, local: port })),
})

/** A game whose ports are known: its name is enough to offer it. */
export interface KnownGameView {
  readonly name: string
  readonly title: string
  readonly tcp: readonly number[]
  readonly udp: readonly number[]
}
export const knownGameView: z.ZodType<KnownGameView> = z.object({
  name: z.string(),
  title: z.string(),
  tcp: z.array(port),
  udp: z.array(port),
})

/** A known game by name, or ports. */
export interface OfferGameRequest {
  readonly game?: string | undefined
  readonly title?: string | undefined
  readonly tcp?: readonly number[] | undefined
  readonly udp?: readonly number[] | undefined
  /** Where the game tells the local network of itself: `224.0.2.60:4445`. */
  readonly announces?: readonly string[] | undefined
  /** Ids or names of devices. */
  readonly to: readonly string[]
}
const devices: z.ZodType<readonly string[]> = z.array(z.string().min(1).max(200)).max(100)
const ports: z.ZodType<readonly number[]> = z.array(port).max(16)
export const offerGameRequest: z.ZodType<OfferGameRequest> = z.strictObject({
  game: z.string().min(1).max(80).optional(),
  title: z.string().min(1).max(80).optional(),
  tcp: ports.optional(),
  udp: ports.optional(),
  announces: z.array(z.string().min(3).max(60)).max(8).optional(),
  to: devices,
})

export interface GrantGameRequest {
  /** Ids or names of devices: these and no others. */
  readonly to: readonly string[]
}
export const grantGameRequest: z.ZodType<GrantGameRequest> = z.strictObject({ to: devices })

export interface JoinGameRequest {
  /** Its id or name. */
  readonly device: string
  /** Its id or title; may be left out where the device offers one game only. */
  readonly game?: string | undefined
}
export const joinGameRequest: z.ZodType<JoinGameRequest> = z.strictObject({
  device: z.string().min(1).max(200),
  game: z.string().min(1).max(200).optional(),
})

/** Games that devices let each other join. */
export interface GameRoutes {
  readonly knownGames: Route<None, None, None, readonly KnownGameView[]>
  readonly offeredGames: Route<None, None, None, readonly OfferedGameView[]>
  readonly offerGame: Route<None, None, OfferGameRequest, OfferedGameView>
  readonly grantGame: Route<Id, None, GrantGameRequest, OfferedGameView>
  readonly withdrawGame: Route<Id, None, None, void>
  readonly nearbyGames: Route<None, None, None, readonly NearbyGameView[]>
  readonly joinedGames: Route<None, None, None, readonly JoinedGameView[]>
  readonly joinGame: Route<None, None, JoinGameRequest, JoinedGameView>
  readonly leaveGame: Route<Id, None, None, void>
}

const tag = 'play'

export const gameRoutes: GameRoutes = {
  knownGames: {
    method: 'get',
    path: '/games/known',
    scope: 'view',
    tag,
    summary: 'Games whose ports are known',
    params: [],
    response: z.array(knownGameView),
  },
  offeredGames: {
    method: 'get',
    path: '/games',
    scope: 'view',
    tag,
    summary: 'Our games, and who may join them',
    params: [],
    response: z.array(offeredGameView),
  },
  offerGame: {
    method: 'post',
    path: '/games',
    scope: 'share',
    tag,
    summary: 'Let devices join a game of this machine',
    params: [],
    body: offerGameRequest,
    response: offeredGameView,
  },
  grantGame: {
    method: 'put',
    path: '/games/{id}/to',
    scope: 'share',
    tag,
    summary: 'Say anew which devices may join',
    params: ['id'],
    body: grantGameRequest,
    response: offeredGameView,
  },
  withdrawGame: {
    method: 'delete',
    path: '/games/{id}',
    scope: 'share',
    tag,
    summary: 'Offer a game no more',
    params: ['id'],
  },
  nearbyGames: {
    method: 'get',
    path: '/games/nearby',
    scope: 'view',
    tag,
    summary: 'What the devices nearby let us join',
    params: [],
    response: z.array(nearbyGameView),
  },
  joinedGames: {
    method: 'get',
    path: '/games/joined',
    scope: 'view',
    tag,
    summary: 'Games of others that this machine has joined',
    params: [],
    response: z.array(joinedGameView),
  },
  joinGame: {
    method: 'post',
    path: '/games/joined',
    scope: 'share',
    tag,
    summary: 'Join a game of a device',
    params: [],
    body: joinGameRequest,
    response: joinedGameView,
  },
  leaveGame: {
    method: 'delete',
    path: '/games/joined/{id}',
    scope: 'share',
    tag,
    summary: 'Leave a game',
    params: ['id'],
  },
}
