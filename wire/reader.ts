import { broken } from './fault.ts'
import { strictText } from './bytes.ts'

/**
 * A cursor over bytes; what it gives are views, never copies.
 *
 * Every method throws FaultError `wire/short` when the bytes end before the value does, and leaves the cursor
 * where it was.
 */
export class Reader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** Bytes read so far. */
  get offset(): number {
    return this.#at
  }

  /** Bytes left. */
  get remaining(): number {
    return this.#bytes.length - this.#at
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1))
  }

  u16be(): number {
    return this.#view.getUint16(this.#take(2))
  }

  u16le(): number {
    return this.#view.getUint16(this.#take(2), true)
  }

  u32be(): number {
    return this.#view.getUint32(this.#take(4))
  }

  u32le(): number {
    return this.#view.getUint32(this.#take(4), true)
  }

  /** @throws FaultError `wire/too-large` from 2^53 on */
  u64be(): number {
    this.#need(8)
    return this.#join(this.#view.getUint32(this.#at), this.#view.getUint32(this.#at + 4))
  }

  /** @throws FaultError `wire/too-large` from 2^53 on */
  u64le(): number {
    this.#need(8)
    return this.#join(this.#view.getUint32(this.#at + 4, true), this.#view.getUint32(this.#at, true))
  }

  big64be(): bigint {
    return this.#view.getBigUint64(this.#take(8))
  }

  big64le(): bigint {
    return this.#view.getBigUint64(this.#take(8), true)
  }

  bytes(length: number): Uint8Array {
    const at = this.#take(length)
    return this.#bytes.subarray(at, at + length)
  }

  /** @throws FaultError `wire/utf8` */
  utf8(length: number): string {
    const text = strictText(this.bytes(length))
    if (text === undefined) throw broken('wire/utf8', 'A text is not UTF-8')
    return text
  }

  rest(): Uint8Array {
    return this.bytes(this.remaining)
  }

  skip(length: number): void {
    this.#take(length)
  }

  /** @throws FaultError `wire/trailing` when bytes are left */
  end(): void {
    if (this.remaining > 0) throw broken('wire/trailing', `${this.remaining} bytes too many`)
  }

  #need(length: number): void {
    if (!(length >= 0 && length <= this.remaining)) {
      throw broken('wire/short', `${length} bytes are due at ${this.#at}, and ${this.remaining} are left`)
    }
  }

  #take(length: number): number {
    this.#need(length)
    const at = this.#at
    this.#at += length
    return at
  }

  #join(high: number, low: number): number {
    const value = high * 2 ** 32 + low
    if (!Number.isSafeInteger(value)) throw broken('wire/too-large', 'A number is larger than 2^53')
    this.#at += 8
    return value
  }
}
