import { fail } from '@kith/core/fault/fault.ts'
import { Bitfield } from '@kith/wire/bitfield.ts'
import { mostPieces } from '../wire/limits.ts'

/**
 * The pieces that the peer has. It may tell us before we know how many there are, when only the info-hash is known:
 * then its words are kept as they came, bounded, and looked at again by `describe`.
 */
export class Supply {
  #have: Bitfield | undefined
  /** While the number of pieces is unknown: the bits told so far, grown as indices come. */
  #raw: Uint8Array<ArrayBuffer> = new Uint8Array(0)
  /** The length of a bitfield that came while the number of pieces was unknown. */
  #rawLength: number | undefined
  #rawAll = false

  constructor(pieceCount: number | undefined) {
    if (pieceCount !== undefined) this.#have = new Bitfield(pieceCount)
  }

  get have(): Bitfield | undefined {
    return this.#have
  }

  get all(): boolean {
    return this.#have === undefined ? this.#rawAll : this.#have.isFull
  }

  get known(): boolean {
    return this.#have !== undefined
  }

  /** @throws FaultError `peer` when what it told before does not fit this number of pieces */
  describe(pieceCount: number): void {
    if (this.#have !== undefined) return
    if (this.#rawAll) this.#have = all(pieceCount)
    else {
      const size = Math.ceil(pieceCount / 8)
      if (this.#rawLength !== undefined && this.#rawLength !== size) throw wrongBitfield(this.#rawLength, pieceCount)
      const bits = new Uint8Array(size)
      if (this.#raw.subarray(size).some((byte) => byte !== 0)) throw outOfRange()
      bits.set(this.#raw.subarray(0, size))
      this.#have = Bitfield.from(bits, pieceCount)
      if (this.#have === undefined) throw outOfRange()
    }
    this.#raw = new Uint8Array(0)
  }

  /** False for a piece that it had said before. @throws FaultError `peer` beyond the last piece */
  add(piece: number): boolean {
    if (this.#have !== undefined) {
      if (piece >= this.#have.size) throw outOfRange()
      return this.#have.set(piece)
    }
    if (piece >= mostPieces) throw outOfRange()
    const byte = piece >> 3
    const mask = 0x80 >> (piece & 7)
    if (this.#rawAll || ((this.#raw[byte] ?? 0) & mask) !== 0) return false
    if (byte >= this.#raw.length) {
      const larger = new Uint8Array(Math.max(byte + 1, this.#raw.length * 2))
      larger.set(this.#raw)
      this.#raw = larger
    }
    this.#raw[byte]! |= mask
    return true
  }

  /** False for a piece that it never had. @throws FaultError `peer` beyond the last piece */
  remove(piece: number): boolean {
    if (this.#have !== undefined) {
      if (piece >= this.#have.size) throw outOfRange()
      return this.#have.clear(piece)
    }
    // Without the number of pieces, “all but one” cannot be written down; the one will be missed when it is asked for.
    if (piece >> 3 < this.#raw.length) this.#raw[piece >> 3]! &= ~(0x80 >> (piece & 7))
    return false
  }

  /** @throws FaultError `peer` for a wrong length or spare bits */
  bitfield(bits: Uint8Array): void {
    // It belongs before everything else (BEP 3), but aria2 and clients that start from a magnet link tell of single
    // pieces first: what is told last counts.
    if (this.#have === undefined) {
      this.#rawAll = false
      this.#raw = bits.slice()
      this.#rawLength = bits.length
      return
    }
    const have = Bitfield.from(bits, this.#have.size)
    if (have === undefined) throw wrongBitfield(bits.length, this.#have.size)
    this.#have = have
  }

  everything(): void {
    if (this.#have === undefined) this.#rawAll = true
    else this.#have.setAll()
  }

  nothing(): void {
    if (this.#have !== undefined) this.#have.clearAll()
    this.#raw = new Uint8Array(0)
    this.#rawAll = false
  }
}

function all(size: number): Bitfield {
  const field = new Bitfield(size)
  field.setAll()
  return field
}

function outOfRange(): Error {
  return fail('peer', 'bittorrent/piece-range', 'It spoke of a piece that the torrent does not have')
}

function wrongBitfield(bytes: number, pieceCount: number): Error {
  return fail(
    'peer',
    'bittorrent/bitfield',
    `It sent a bitfield of ${bytes} bytes that is wrong for ${pieceCount} pieces`,
  )
}
