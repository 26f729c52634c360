import { broken } from './fault.ts'
import { contentAt, scan } from './bencode-scan.ts'
import type { BencodeLimits, Scan } from './bencode-scan.ts'
import { compare, latin1, strictText, utf8 } from './bytes.ts'
import { Writer } from './writer.ts'

/**
 * Bencode (BEP 3). Decoding checks the whole document and then gives views: a byte string is a view of the input,
 * a list or dictionary finds its entries when it is asked, and `raw` is its exact bytes (an info dictionary is
 * known by the hash of those).
 *
 *     const torrent = decodeDict(bytes, { unsortedKeys: true })
 *     const info = torrent.needDict('info')
 *     sha1(info.raw)
 *     info.needInteger('piece length')
 */
export type Bencoded = number | bigint | Uint8Array | BencodeList | BencodeDict

/** The letter that ends a list or dictionary. */
const endByte = 0x65
/** A key of other characters is compared by its bytes. */
const unusual = /[^ -~]/

/** @throws FaultError `bencode/…`, also when bytes follow the value */
export function decode(bytes: Uint8Array, limits: BencodeLimits = {}): Bencoded {
  const { value, length } = decodePrefix(bytes, limits)
  if (length < bytes.length) throw broken('bencode/trailing', `${bytes.length - length} bytes follow the value`)
  return value
}

/** The first value and how many bytes it takes: BEP 9 lets a block of data follow. @throws FaultError `bencode/…` */
export function decodePrefix(bytes: Uint8Array, limits: BencodeLimits = {}): { value: Bencoded; length: number } {
  const tokens = scan(bytes, limits)
  return { value: valueAt(tokens, 0, ''), length: tokens.starts[tokens.count]! }
}

/** @throws FaultError `bencode/…`, `bencode/type` when the document is not a dictionary */
export function decodeDict(bytes: Uint8Array, limits: BencodeLimits = {}): BencodeDict {
  const value = decode(bytes, limits)
  if (!(value instanceof BencodeDict)) throw wrong('the document', 'a dictionary')
  return value
}

function valueAt(tokens: Scan, at: number, path: string): Bencoded {
  const { bytes, starts, nexts } = tokens
  switch (bytes[starts[at]!]!) {
    case 0x69:
      return integer(bytes, starts[at]! + 1, starts[nexts[at]!]! - 1)
    case 0x6c:
      return new BencodeList(tokens, at, path)
    case 0x64:
      return new BencodeDict(tokens, at, path)
    default:
      return stringAt(tokens, at)
  }
}

function stringAt(tokens: Scan, at: number): Uint8Array {
  return tokens.bytes.subarray(contentAt(tokens, at), tokens.starts[tokens.nexts[at]!])
}

/** Fifteen digits cannot leave the safe integers on the way. */
function integer(bytes: Uint8Array, start: number, end: number): number | bigint {
  if (end - start > 15) {
    const text = latin1(bytes.subarray(start, end))
    return Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text)
  }
  const negative = bytes[start] === 0x2d
  let value = 0
  for (let at = negative ? start + 1 : start; at < end; at++) value = value * 10 + bytes[at]! - 0x30
  return negative ? -value : value
}

/** A list; iterate it, or ask for its entries of one type. */
export class BencodeList {
  readonly #tokens: Scan
  readonly #at: number
  /** Where it stands in the document, such as `info.files`; empty for the document itself. */
  readonly path: string

  constructor(tokens: Scan, at: number, path: string) {
    this.#tokens = tokens
    this.#at = at
    this.path = path
  }

  get raw(): Uint8Array {
    return rawAt(this.#tokens, this.#at)
  }

  /** Counts the entries. */
  get length(): number {
    let count = 0
    for (const _ of children(this.#tokens, this.#at)) count++
    return count
  }

  *[Symbol.iterator](): Generator<Bencoded> {
    let index = 0
    for (const child of children(this.#tokens, this.#at)) yield valueAt(this.#tokens, child, `${this.path}[${index++}]`)
  }

  /** @throws FaultError `bencode/type` at an entry that is no dictionary */
  *needDicts(): Generator<BencodeDict> {
    let index = 0
    for (const value of this) {
      if (!(value instanceof BencodeDict)) throw wrong(`${this.path}[${index}]`, 'a dictionary')
      index++
      yield value
    }
  }

  /** @throws FaultError `bencode/type` at an entry that is no byte string */
  *needBytes(): Generator<Uint8Array> {
    let index = 0
    for (const value of this) {
      if (!(value instanceof Uint8Array)) throw wrong(`${this.path}[${index}]`, 'a byte string')
      index++
      yield value
    }
  }
}

/**
 * A dictionary. `integer`, `bytes` … give undefined when the key is absent or its value is of another type;
 * `needInteger` … throw FaultError `bencode/missing` or `bencode/type`, naming the path. Each looks through the
 * keys from the first on: iterate a large dictionary instead of asking it for every key.
 */
export class BencodeDict {
  readonly #tokens: Scan
  readonly #at: number
  /** Where it stands in the document, such as `info.files[3]`; empty for the document itself. */
  readonly path: string

  constructor(tokens: Scan, at: number, path: string) {
    this.#tokens = tokens
    this.#at = at
    this.path = path
  }

  get raw(): Uint8Array {
    return rawAt(this.#tokens, this.#at)
  }

  *[Symbol.iterator](): Generator<readonly [key: Uint8Array, value: Bencoded]> {
    for (const child of children(this.#tokens, this.#at, 2)) {
      const key = stringAt(this.#tokens, child)
      yield [key, valueAt(this.#tokens, this.#tokens.nexts[child]!, this.#pathTo(strictText(key) ?? latin1(key)))]
    }
  }

  /** A text stands for its UTF-8. */
  get(key: string | Uint8Array): Bencoded | undefined {
    const tokens = this.#tokens
    const { bytes, starts, nexts } = tokens
    const wanted = typeof key === 'string' && unusual.test(key) ? utf8(key) : key
    for (let at = this.#at + 1; bytes[starts[at]!] !== endByte; at = nexts[nexts[at]!]!) {
      if (!isString(tokens, at, wanted)) continue
      return valueAt(tokens, nexts[at]!, this.#pathTo(typeof key === 'string' ? key : latin1(key)))
    }
    return undefined
  }

  /** Undefined also beyond ±2^53; `get` gives those as bigint. */
  integer(key: string): number | undefined {
    const value = this.get(key)
    return typeof value === 'number' ? value : undefined
  }

  bytes(key: string): Uint8Array | undefined {
    const value = this.get(key)
    return value instanceof Uint8Array ? value : undefined
  }

  /** Undefined also for what is not UTF-8. */
  text(key: string): string | undefined {
    const value = this.bytes(key)
    return value === undefined ? undefined : strictText(value)
  }

  list(key: string): BencodeList | undefined {
    const value = this.get(key)
    return value instanceof BencodeList ? value : undefined
  }

  dict(key: string): BencodeDict | undefined {
    const value = this.get(key)
    return value instanceof BencodeDict ? value : undefined
  }

  needInteger(key: string): number {
    return this.integer(key) ?? this.#fail(key, 'an integer below 2^53')
  }

  needBytes(key: string): Uint8Array {
    return this.bytes(key) ?? this.#fail(key, 'a byte string')
  }

  needText(key: string): string {
    return this.text(key) ?? this.#fail(key, 'a text in UTF-8')
  }

  needList(key: string): BencodeList {
    return this.list(key) ?? this.#fail(key, 'a list')
  }

  needDict(key: string): BencodeDict {
    return this.dict(key) ?? this.#fail(key, 'a dictionary')
  }

  #pathTo(key: string): string {
    return this.path === '' ? key : `${this.path}.${key}`
  }

  #fail(key: string, type: string): never {
    if (this.get(key) === undefined) throw broken('bencode/missing', `${this.#pathTo(key)} is missing`)
    throw wrong(this.#pathTo(key), type)
  }
}

function wrong(path: string, type: string): Error {
  return broken('bencode/type', `${path.slice(0, 200)} is not ${type}`)
}

function rawAt({ bytes, starts, nexts }: Scan, at: number): Uint8Array {
  return bytes.subarray(starts[at], starts[nexts[at]!])
}

/** Whether the byte string of a token is `wanted` (a text in ASCII); no view is made for it. */
function isString(tokens: Scan, at: number, wanted: string | Uint8Array): boolean {
  const start = contentAt(tokens, at)
  if (tokens.starts[tokens.nexts[at]!]! - start !== wanted.length) return false
  for (let i = 0; i < wanted.length; i++) {
    if (tokens.bytes[start + i] !== (typeof wanted === 'string' ? wanted.charCodeAt(i) : wanted[i])) return false
  }
  return true
}

/** Every entry of a list, or with `step` 2 the keys of a dictionary. */
function* children({ bytes, starts, nexts }: Scan, at: number, step = 1): Generator<number> {
  for (let child = at + 1; bytes[starts[child]!] !== endByte; child = nexts[child]!) {
    yield child
    if (step === 2) child = nexts[child]!
  }
}

/**
 * What can be encoded: a text as UTF-8, a record or map as a dictionary (undefined values are left out), and what
 * was decoded as the very bytes it came from.
 */
export type Encodable =
  | number
  | bigint
  | string
  | Uint8Array
  | BencodeList
  | BencodeDict
  | readonly Encodable[]
  | ReadonlyMap<string | Uint8Array, Encodable>
  | { readonly [key: string]: Encodable | undefined }

/** Canonical: keys are sorted by their bytes. @throws RangeError for a number that is no safe integer */
export function encode(value: Encodable): Uint8Array<ArrayBuffer> {
  const writer = new Writer()
  put(value, writer)
  return writer.finish()
}

function put(value: Encodable, writer: Writer): void {
  if (typeof value === 'number' || typeof value === 'bigint') {
    if (typeof value === 'number' && !Number.isSafeInteger(value)) throw new RangeError(`bencode has no ${value}`)
    writer.utf8(`i${value}e`)
  } else if (typeof value === 'string') {
    putBytes(utf8(value), writer)
  } else if (value instanceof Uint8Array) {
    putBytes(value, writer)
  } else if (value instanceof BencodeList || value instanceof BencodeDict) {
    writer.bytes(value.raw)
  } else if (isArray(value)) {
    writer.utf8('l')
    for (const item of value) put(item, writer)
    writer.utf8('e')
  } else {
    putDict(value instanceof Map ? [...value] : Object.entries(value), writer)
  }
}

function putDict(entries: readonly (readonly [string | Uint8Array, Encodable | undefined])[], writer: Writer): void {
  const sorted = entries
    .map(([key, value]) => [typeof key === 'string' ? utf8(key) : key, value] as const)
    .sort(([one], [other]) => compare(one, other))
  writer.utf8('d')
  for (const [key, value] of sorted) {
    if (value === undefined) continue
    putBytes(key, writer)
    put(value, writer)
  }
  writer.utf8('e')
}

function putBytes(bytes: Uint8Array, writer: Writer): void {
  writer.utf8(`${bytes.length}:`).bytes(bytes)
}

function isArray(value: Encodable): value is readonly Encodable[] {
  return Array.isArray(value)
}
