import { assertNever, fail } from '@kith/core/fault/fault.ts'
import {
  decodeDontHave,
  decodeExchange,
  decodeMetadata,
  decodeUploadOnly,
  metadataPieceSize,
} from '../wire/extended.ts'
import { longestInfo } from '../wire/limits.ts'
import type { Extensions } from './extensions.ts'
import type { PeerEvent } from './peer-event.ts'
import type { Supply } from './supply.ts'

/** Metadata requests that are answered of what comes in one read, so that answers do not pile up. */
const metadataAtOnce = 64
/** How often a peer may ask for the whole of the metadata. */
const metadataTimes = 3

export interface ExtendedInboxWorld {
  readonly extensions: Extensions
  readonly supply: Supply
  rejectMetadata(piece: number): void
  push(event: PeerEvent): void
}

/** What comes from the peer by the extension protocol (BEP 10), as events. */
export class ExtendedInbox {
  readonly #world: ExtendedInboxWorld
  #metadataNow = 0
  #metadataAsked = 0

  constructor(world: ExtendedInboxWorld) {
    this.#world = world
  }

  /** Something was read, and is given piece by piece. */
  begin(): void {
    this.#metadataNow = 0
  }

  /** A message; `id` is ours, or 0 for the extended handshake. @throws FaultError `peer` */
  receive(id: number, payload: Uint8Array): void {
    const { extensions, supply, push } = this.#world
    if (id === 0) return this.#handshake(payload)
    const name = extensions.named(id)
    switch (name) {
      case 'ut_metadata':
        return this.#metadata(payload)
      case 'ut_pex': {
        const { added, dropped } = decodeExchange(payload)
        const seeds = added.filter(({ seed }) => seed).map(({ endpoint }) => endpoint)
        return push({ kind: 'exchange', added: added.map(({ endpoint }) => endpoint), seeds, dropped })
      }
      case 'lt_donthave': {
        const piece = decodeDontHave(payload)
        if (supply.remove(piece)) push({ kind: 'dontHave', piece })
        return undefined
      }
      case 'upload_only': {
        const uploadOnly = decodeUploadOnly(payload)
        if (extensions.uploadOnly === uploadOnly) return undefined
        extensions.uploadOnly = uploadOnly
        return push({ kind: 'uploadOnly' })
      }
      case undefined:
        return undefined
      default:
        return assertNever(name)
    }
  }

  #handshake(payload: Uint8Array): void {
    const { extensions, push } = this.#world
    const before = extensions.uploadOnly
    extensions.learn(payload)
    push({ kind: 'extended' })
    if (extensions.uploadOnly !== before) push({ kind: 'uploadOnly' })
  }

  #metadata(payload: Uint8Array): void {
    const message = decodeMetadata(payload)
    if (message === undefined) return
    if (message.piece >= Math.ceil(longestInfo / metadataPieceSize)) {
      throw fail('peer', 'bittorrent/metadata-range', `It spoke of piece ${message.piece} of the metadata`)
    }
    if (message.kind === 'metadataRequest') return this.#metadataRequest(message.piece)
    if (message.kind === 'metadataReject') return this.#world.push(message)
    this.#world.push({ kind: 'metadataData', piece: message.piece, bytes: message.bytes.slice() })
  }

  #metadataRequest(piece: number): void {
    const { extensions, rejectMetadata, push } = this.#world
    const pieces = Math.ceil((extensions.ownMetadataSize ?? 0) / metadataPieceSize)
    this.#metadataNow++
    this.#metadataAsked++
    const tooMany = this.#metadataNow > metadataAtOnce || this.#metadataAsked > metadataTimes * pieces + metadataAtOnce
    if (tooMany) rejectMetadata(piece)
    else push({ kind: 'metadataRequest', piece })
  }
}
