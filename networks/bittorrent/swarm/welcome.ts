import type { Fault } from '@kith/core/fault/fault.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Endpoint } from '@kith/core/network/net.ts'
import type { Bans } from './bans.ts'
import type { PeerBook } from './peer-book.ts'
import { isLoopback, peerKey } from './peer-key.ts'
import type { Session } from './session.ts'

/** A peer of no use to us, nor we to it, is let go after this long when room is short, in milliseconds. */
const uselessMs = 60_000
/** Peers behind one router, or one that takes all the room. */
const mostFromOneAddress = 8

export interface WelcomeWorld {
  readonly clock: Clock
  readonly book: PeerBook
  readonly bans: Bans
  readonly sessions: ReadonlySet<Session>
  /** Connections that a torrent may have. */
  readonly most: number
}

/** Who of those that dial us is let in to the peers of a torrent. */
export class Welcome {
  readonly #world: WelcomeWorld

  constructor(world: WelcomeWorld) {
    this.#world = world
  }

  /** Why one is not welcome, or undefined. */
  refuses(remote: Endpoint): Fault | undefined {
    const { book, bans, sessions, most } = this.#world
    if (book.banned(remote) || bans.has(peerKey(remote, undefined))) return banned
    if (this.#crowd(remote) >= mostFromOneAddress) return full('There are enough peers of this address')
    if (sessions.size >= most && !this.#makeRoom()) return full('There are enough peers for this torrent')
    return undefined
  }

  /** How many are here from an address; behind a loopback address there may be any number of programs. */
  #crowd({ host }: Endpoint): number {
    if (isLoopback(host)) return 0
    const { sessions } = this.#world
    return sessions.values().reduce((sum, { connection }) => sum + Number(connection.remote.host === host), 0)
  }

  /** Lets a peer go that is of no use at all. */
  #makeRoom(): boolean {
    const { sessions, clock } = this.#world
    const now = clock.now()
    for (const session of sessions) {
      const useful = session.talk.interested || session.talk.amInterested || now - session.openedAt < uselessMs
      if (useful) continue
      session.close({ kind: 'gone', code: 'bittorrent/made-room', message: 'Another peer took its place' })
      return true
    }
    return false
  }
}

export const banned: Fault = { kind: 'peer', code: 'bittorrent/banned', message: 'This peer sent bad bytes before' }

function full(message: string): Fault {
  return { kind: 'unavailable', code: 'bittorrent/full', message }
}
