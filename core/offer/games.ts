import type { Endpoint } from '../network/net.ts'
import type { Value } from '../value/value.ts'

/** A game that runs on its owner's machine, reached by its ports. */
export interface GamePorts {
  readonly tcp: readonly number[]
  readonly udp: readonly number[]
  /** Groups or ports where the game tells the local network of itself: repeated on the machine of who plays. */
  readonly announces: readonly Endpoint[]
}

/** Something to play that a device lets others join. */
export interface Game {
  readonly id: string
  readonly title: string
  readonly way: GamePorts
}

/** A game of ours. */
export interface OfferedGame extends Game {
  /** Ids of the devices that may join; nobody else sees it. */
  readonly to: readonly string[]
  /** Ids of those that have joined. */
  readonly players: readonly string[]
}

/** A port of the game, and the port of this machine that leads to it. */
export interface GamePort {
  readonly protocol: 'tcp' | 'udp'
  readonly port: number
  readonly local: number
}

/** A game of somebody else that this machine has joined. */
export interface JoinedGame {
  readonly id: string
  /** Id of its owner's device. */
  readonly device: string
  readonly game: Game
  /**
   * How datagrams travel: by themselves, inside the channel where the line lets no datagrams through, or not at all
   * while the device is away.
   */
  readonly path: 'direct' | 'channel' | 'away'
  readonly ports: readonly GamePort[]
}

/** Games between devices: offered by grant, joined at will. */
export interface Games {
  readonly offered: Value<readonly OfferedGame[]>
  readonly joined: Value<readonly JoinedGame[]>
  /** @throws FaultError `input` */
  offer(title: string, way: GamePorts, to: readonly string[]): Promise<OfferedGame>
  /** Says anew who may join; who may not any more is put out. @throws FaultError `input` */
  grant(id: string, to: readonly string[]): OfferedGame
  /** @throws FaultError `input` */
  withdraw(id: string): Promise<void>
  /** What a device lets us join. @throws FaultError `gone`, `unavailable` */
  at(device: string, signal?: AbortSignal): Promise<readonly Game[]>
  /** @throws FaultError `gone`, `unavailable`, `local` */
  join(device: string, game: string): Promise<JoinedGame>
  /** @throws FaultError `input` */
  leave(id: string): Promise<void>
}
