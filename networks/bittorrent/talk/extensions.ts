import { fail } from '@kith/core/fault/fault.ts'
import { cleanClient } from '../wire/client-name.ts'
import type { ExtendedHandshake, ExtensionName } from '../wire/extended.ts'
import { decodeExtendedHandshake, encodeExtendedHandshake } from '../wire/extended.ts'
import { longestInfo } from '../wire/limits.ts'
import { encodeMessage } from '../wire/peer.ts'
import type { TalkSetup } from './peer-event.ts'

/** Requests that we accept at once. More makes libtorrent slower, which takes the number for its own limit. */
export const requestsAccepted: number = 2_000
/** What a peer accepts that does not say. */
const usualRequests = 250
/** More than this are never under way, whatever the peer says. */
const mostRequests = 65_535

/** Identifiers under which we want the extensions. */
const ourIds: Readonly<Record<ExtensionName, number>> = { ut_pex: 1, ut_metadata: 2, lt_donthave: 3, upload_only: 4 }

/** The extension protocol (BEP 10) with one peer: what we said, and what it said. */
export class Extensions {
  readonly #setup: TalkSetup
  #theirs: ExtendedHandshake | undefined
  #ids: Partial<Record<ExtensionName, number>> = {}
  #metadataSize: number | undefined
  uploadOnly = false

  constructor(setup: TalkSetup) {
    this.#setup = setup
    this.#metadataSize = setup.metadataSize
  }

  /** Whether its extended handshake came. */
  get known(): boolean {
    return this.#theirs !== undefined
  }

  get client(): string | undefined {
    const client = this.#theirs?.client
    return client === undefined ? undefined : cleanClient(client)
  }

  get listenPort(): number | undefined {
    return this.#theirs?.listenPort
  }

  get reqq(): number {
    return Math.min(this.#theirs?.reqq ?? usualRequests, mostRequests)
  }

  /** Bytes of the info dictionary that it has to give. */
  get metadataSize(): number | undefined {
    return this.supports('ut_metadata') ? this.#theirs?.metadataSize : undefined
  }

  /** Bytes of the info dictionary that we said that we have. */
  get ownMetadataSize(): number | undefined {
    return this.#metadataSize
  }

  supports(name: ExtensionName): boolean {
    return this.#ids[name] !== undefined
  }

  /** Our extended handshake as a message; it may be sent again when something changed. */
  handshake(uploadOnly: boolean, metadataSize: number | undefined = this.#metadataSize): Uint8Array {
    this.#metadataSize = metadataSize
    const { client, listenPort, exchange } = this.#setup
    const { ut_pex, ...others } = ourIds
    const payload = encodeExtendedHandshake({
      extensions: exchange ? { ut_pex, ...others } : others,
      client,
      listenPort: listenPort === 0 ? undefined : listenPort,
      reqq: requestsAccepted,
      metadataSize,
      uploadOnly,
    })
    return encodeMessage({ kind: 'extended', id: 0, payload })
  }

  /** A message of an extension; undefined when the peer does not speak it. */
  message(name: ExtensionName, payload: Uint8Array): Uint8Array | undefined {
    const id = this.#ids[name]
    return id === undefined ? undefined : encodeMessage({ kind: 'extended', id, payload })
  }

  /** Which extension the peer means by an identifier of ours. */
  named(id: number): ExtensionName | undefined {
    if (id === ourIds.ut_pex) return this.#setup.exchange ? 'ut_pex' : undefined
    if (id === ourIds.ut_metadata) return 'ut_metadata'
    if (id === ourIds.lt_donthave) return 'lt_donthave'
    return id === ourIds.upload_only ? 'upload_only' : undefined
  }

  /** Takes in its extended handshake. @throws FaultError `peer` */
  learn(payload: Uint8Array): void {
    const news = decodeExtendedHandshake(payload)
    if ((news.metadataSize ?? 0) > longestInfo) {
      throw fail(
        'peer',
        'bittorrent/metadata-too-long',
        `It claims that the torrent’s description has ${news.metadataSize} bytes`,
      )
    }
    const before = this.#theirs
    // A later handshake tells what changed, and keeps quiet about the rest.
    this.#theirs = {
      ...before,
      ...Object.fromEntries(Object.entries(news).filter(([, value]) => value !== undefined)),
    } as ExtendedHandshake
    for (const [name, id] of Object.entries(news.extensions) as [ExtensionName, number][]) {
      if (id === 0) delete this.#ids[name]
      else this.#ids[name] = id
    }
    if (news.uploadOnly !== undefined) this.uploadOnly = news.uploadOnly
  }
}
