import { hash } from '@kith/wire/hash/sha.ts'
import { metadataPieceSize } from '../wire/extended.ts'

/** Pieces asked of a peer at once. */
const ahead = 8

/** Collects the info dictionary from one peer (BEP 9): from one alone, so that a wrong one has a single author. */
export class MetadataFetch {
  readonly #bytes: Uint8Array
  readonly #have: Uint8Array
  #asked = 0
  #missing: number

  constructor(size: number) {
    this.#bytes = new Uint8Array(size)
    this.#missing = Math.ceil(size / metadataPieceSize)
    this.#have = new Uint8Array(this.#missing)
  }

  /** Indices to ask for now. */
  next(): number[] {
    const out: number[] = []
    while (this.#asked < this.#have.length && this.#asked - this.received < ahead) out.push(this.#asked++)
    return out
  }

  /** False when the piece is not one that was asked for, or has the wrong length. */
  add(piece: number, bytes: Uint8Array): boolean {
    const at = piece * metadataPieceSize
    if (piece >= this.#asked || bytes.length !== Math.min(metadataPieceSize, this.#bytes.length - at)) return false
    if (this.#have[piece] === 0) this.#missing--
    this.#have[piece] = 1
    this.#bytes.set(bytes, at)
    return true
  }

  /** Pieces that came. */
  get received(): number {
    return this.#have.length - this.#missing
  }

  get complete(): boolean {
    return this.#missing === 0
  }

  /** The info dictionary, or undefined when it is not the one with this hash. */
  verified(infoHash: Uint8Array): Uint8Array | undefined {
    return hash('sha1', this.#bytes).every((byte, index) => byte === infoHash[index]) ? this.#bytes : undefined
  }
}
