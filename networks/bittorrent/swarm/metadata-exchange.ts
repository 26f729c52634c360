import type { Fault } from '@kith/core/fault/fault.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import { metadataPieceSize } from '../wire/extended.ts'
import { longestInfo } from '../wire/limits.ts'
import { MetadataFetch } from './metadata.ts'
import type { Session } from './session.ts'

const tooLong = (size: number): Fault => ({
  kind: 'peer',
  code: 'bittorrent/metadata-too-long',
  message: `It claims that the torrent's description has ${size} bytes`,
})

/** Peers that are asked at once: the first that gives it all is enough. */
const mostAtOnce = 8
/** Bytes of an info dictionary that are no matter, however many of such length are on their way at once. */
const usualBytes = 8 * 1024 * 1024
/** Who gives less than a piece a second after so long has to let others try, in milliseconds. */
const slowMs = 30_000
/** Who refused, or was too slow, is asked again after this long, in milliseconds. */
const againMs = 60_000

export interface MetadataWorld {
  readonly infoHash: Uint8Array
  readonly clock: Clock
  /** The info dictionary, once it is known. */
  info(): Uint8Array | undefined
  /** A peer gave it: it is the one of our torrent. */
  found(info: Uint8Array): void
  /** A peer gave one of another torrent. */
  deceived(by: Session): void
}

interface Fetching {
  readonly fetch: MetadataFetch
  readonly size: number
  readonly since: number
}

/** The info dictionary, between the peers of a torrent (BEP 9): asked of some who have it until it is known, then given. */
export class MetadataExchange {
  readonly #world: MetadataWorld
  readonly #fetches = new Map<Session, Fetching>()
  /** Others who have it, and from when on they may be asked, in milliseconds since the epoch. */
  readonly #waiting = new Map<Session, number>()
  readonly #told = new WeakSet<Session>()

  constructor(world: MetadataWorld) {
    this.#world = world
  }

  /** Somebody who may have it, and is asked when it is its turn. */
  ask(session: Session): void {
    const size = session.talk.metadataSize
    if (this.#world.info() !== undefined || size === undefined) return
    if (this.#fetches.has(session) || this.#waiting.has(session)) return
    if (size > longestInfo) return session.close(tooLong(size))
    this.#waiting.set(session, this.#world.clock.now())
    this.#next()
  }

  /** Once a second: those that are too slow make way for others. */
  tick(): void {
    const now = this.#world.clock.now()
    if (!this.#waiting.values().some((at) => at <= now)) return
    for (const [session, { fetch, since }] of this.#fetches)
      if (now - since >= slowMs && fetch.received * 1000 < now - since) this.#putBack(session)
    this.#next()
  }

  #next(): void {
    const now = this.#world.clock.now()
    for (const [session, at] of this.#waiting) {
      if (this.#fetches.size >= mostAtOnce) return
      const size = session.talk.metadataSize ?? 0
      if (at > now || size === 0 || !this.#fits(size)) continue
      this.#waiting.delete(session)
      const fetch = new MetadataFetch(size)
      this.#fetches.set(session, { fetch, size, since: now })
      for (const piece of fetch.next()) session.talk.requestMetadata(piece)
      session.flush()
    }
  }

  /** Long ones come one at a time, for nobody knows yet who exaggerates. */
  #fits(size: number): boolean {
    return size <= usualBytes || !this.#fetches.values().some((one) => one.size > usualBytes)
  }

  #putBack(session: Session): void {
    this.#fetches.delete(session)
    this.#waiting.delete(session)
    this.#waiting.set(session, this.#world.clock.now() + againMs)
  }

  arrived(session: Session, piece: number, bytes: Uint8Array): void {
    const fetch = this.#fetches.get(session)?.fetch
    if (fetch === undefined || !fetch.add(piece, bytes)) return
    if (!fetch.complete) {
      for (const next of fetch.next()) session.talk.requestMetadata(next)
      return
    }
    this.#fetches.delete(session)
    if (this.#world.info() !== undefined) return
    const info = fetch.verified(this.#world.infoHash)
    if (info === undefined) {
      this.#world.deceived(session)
      return this.#next()
    }
    this.#fetches.clear()
    this.#waiting.clear()
    this.#world.found(info)
  }

  /** It will not give it now. */
  refused(session: Session): void {
    if (!this.#fetches.has(session)) return
    this.#putBack(session)
    this.#next()
  }

  /** Nothing more will come from it. */
  left(session: Session): void {
    this.#waiting.delete(session)
    if (this.#fetches.delete(session)) this.#next()
  }

  /** Whether it had any of the info dictionary from us. */
  told(session: Session): boolean {
    return this.#told.has(session)
  }

  give(session: Session, piece: number): void {
    const { talk } = session
    const info = this.#world.info()
    const from = piece * metadataPieceSize
    if (info === undefined || from >= info.length) return talk.rejectMetadata(piece)
    this.#told.add(session)
    talk.sendMetadata(piece, info.length, info.subarray(from, from + metadataPieceSize))
  }
}
