import type { Fault } from '@kith/core/fault/fault.ts'
import { metadataPieceSize } from '../wire/extended.ts'
import { longestInfo } from '../wire/limits.ts'
import { MetadataFetch } from './metadata.ts'
import type { Session } from './session.ts'

const tooLong = (size: number): Fault => ({
  kind: 'peer',
  code: 'bittorrent/metadata-too-long',
  message: `It claims that the torrent's description has ${size} bytes`,
})

export interface MetadataWorld {
  readonly infoHash: Uint8Array
  /** The info dictionary, once it is known. */
  info(): Uint8Array | undefined
  /** A peer gave it: it is the one of our torrent. */
  found(info: Uint8Array): void
  /** A peer gave one of another torrent. */
  deceived(by: Session): void
}

/** The info dictionary, between the peers of a torrent (BEP 9): asked of each who has it until it is known, then given. */
export class MetadataExchange {
  readonly #world: MetadataWorld
  readonly #fetches = new Map<Session, MetadataFetch>()
  readonly #told = new WeakSet<Session>()

  constructor(world: MetadataWorld) {
    this.#world = world
  }

  /** Asks somebody who may have it. */
  ask(session: Session): void {
    const size = session.talk.metadataSize
    if (this.#world.info() !== undefined || size === undefined || this.#fetches.has(session)) return
    if (size > longestInfo) return session.close(tooLong(size))
    const fetch = new MetadataFetch(size)
    this.#fetches.set(session, fetch)
    for (const piece of fetch.next()) session.talk.requestMetadata(piece)
  }

  arrived(session: Session, piece: number, bytes: Uint8Array): void {
    const fetch = this.#fetches.get(session)
    if (fetch === undefined || !fetch.add(piece, bytes)) return
    if (!fetch.complete) {
      for (const next of fetch.next()) session.talk.requestMetadata(next)
      return
    }
    this.#fetches.delete(session)
    if (this.#world.info() !== undefined) return
    const info = fetch.verified(this.#world.infoHash)
    if (info === undefined) return this.#world.deceived(session)
    this.#fetches.clear()
    this.#world.found(info)
  }

  /** Nothing more will come from them: they refused, or left. */
  forget(session: Session): void {
    this.#fetches.delete(session)
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
