import { fail } from '@kith/core/fault/fault.ts'
import { equal } from '@kith/wire/bytes.ts'
import type { Handshake } from '../wire/handshake.ts'
import {
  decodeHandshake,
  handshakeHead,
  handshakeHeadLength,
  handshakeLength,
  infoHashIn,
  notBitTorrent,
} from '../wire/handshake.ts'

/** Reads the other side's handshake, however it is cut, and refuses it as early as it can. */
export class Greeting {
  readonly #bytes = new Uint8Array(handshakeLength)
  readonly #infoHash: Uint8Array
  #held = 0

  constructor(infoHash: Uint8Array) {
    this.#infoHash = infoHash
  }

  /** It named the torrent, and it is the right one. */
  get named(): boolean {
    return this.#held >= handshakeHeadLength
  }

  /** The whole of it, once it is there. */
  get handshake(): Handshake | undefined {
    return this.#held === handshakeLength ? decodeHandshake(this.#bytes) : undefined
  }

  /**
   * Gives how many of the bytes belong to the handshake.
   * @throws FaultError `peer` `bittorrent/not-bittorrent`, `bittorrent/wrong-torrent`
   */
  read(bytes: Uint8Array): number {
    const taken = Math.min(handshakeLength - this.#held, bytes.length)
    this.#bytes.set(bytes.subarray(0, taken), this.#held)
    this.#held += taken
    if (handshakeHead(this.#bytes.subarray(0, this.#held)) === false) throw notBitTorrent()
    if (this.named && !equal(infoHashIn(this.#bytes), this.#infoHash)) {
      throw fail('peer', 'bittorrent/wrong-torrent', 'It speaks of another torrent')
    }
    return taken
  }
}
