import { broken } from './fault.ts'
import { compare, latin1 } from './bytes.ts'

export interface BencodeLimits {
  /** Takes dictionaries whose keys are out of order, as some real torrents and clients have them. */
  readonly unsortedKeys?: boolean
  readonly maxBytes?: number
  readonly maxDepth?: number
  /** Values, keys and ends of lists and dictionaries together. */
  readonly maxItems?: number
}

/** The largest torrents seen (a million files) have some 100 MB; messages of peers are bounded by their frames. */
const defaultMaxBytes = 128 * 1024 * 1024
/** Only the file tree of a version 2 torrent is deep: one level for each folder. */
const defaultMaxDepth = 128
/** A file of a torrent takes about ten: a million files. At eight bytes each that is 80 MB. */
const defaultMaxItems = 10_000_000

/**
 * A checked document as two columns: token `i` begins at byte `starts[i]`, and `nexts[i]` is the token after its
 * whole value, so a value ends where token `nexts[i]` starts. The end of a list or dictionary is a token too, and
 * token `count` stands for the end of the document.
 */
export interface Scan {
  readonly bytes: Uint8Array
  readonly starts: Uint32Array
  readonly nexts: Uint32Array
  readonly count: number
}

interface Level {
  token: number
  isDict: boolean
  /** In a dictionary: whether a key comes next. */
  keyNext: boolean
  /** The key before, to see that they ascend; with `keyEnd` 0 there was none. */
  keyStart: number
  keyEnd: number
  /** Keys were out of order, so one that comes twice need not follow the other. */
  unsorted: boolean
}

/** Reads the first value of `bytes`. @throws FaultError `bencode/…` */
export function scan(bytes: Uint8Array, limits: BencodeLimits): Scan {
  const { maxBytes = defaultMaxBytes, maxDepth = defaultMaxDepth, maxItems = defaultMaxItems } = limits
  if (bytes.length > maxBytes) throw broken('bencode/too-long', `${bytes.length} bytes, and ${maxBytes} are allowed`)
  let starts = new Uint32Array(Math.min(32, bytes.length) + 1)
  let nexts = new Uint32Array(starts.length)
  let count = 0
  let at = 0
  let depth = 0
  const levels: Level[] = []

  do {
    if (at >= bytes.length) throw broken('bencode/short', 'The document ends too early')
    if (count >= maxItems) throw broken('bencode/too-many', `More than ${maxItems} values`)
    if (count + 1 >= starts.length) {
      starts = grown(starts)
      nexts = grown(nexts)
    }
    const level = depth > 0 ? levels[depth - 1]! : undefined
    const byte = bytes[at]!
    const token = count++
    starts[token] = at
    nexts[token] = count

    if (byte === 0x65) {
      if (level === undefined || (level.isDict && !level.keyNext)) throw stray(bytes, at)
      if (level.unsorted) checkUnique({ bytes, starts, nexts, count: token }, level.token)
      nexts[level.token] = count
      depth--
      at++
    } else if (isDigit(byte)) {
      const start = stringStart(bytes, at)
      const end = start.at + start.length
      if (level?.isDict === true && level.keyNext) checkKey(bytes, level, start.at, end, limits.unsortedKeys === true)
      at = end
    } else if (level?.isDict === true && level.keyNext) {
      throw broken('bencode/key', `The key of a dictionary at ${at} is not a byte string`)
    } else if (byte === 0x69) {
      at = integerEnd(bytes, at)
    } else if (byte === 0x6c || byte === 0x64) {
      if (depth >= maxDepth) throw broken('bencode/too-deep', `Deeper than ${maxDepth} levels`)
      const isDict = byte === 0x64
      levels[depth] = { token, isDict, keyNext: isDict, keyStart: 0, keyEnd: 0, unsorted: false }
      depth++
      at++
      continue
    } else {
      throw stray(bytes, at)
    }
    // One value is complete: the container around it, if it is a dictionary, goes from key to value or back.
    const around = depth > 0 ? levels[depth - 1]! : undefined
    if (around !== undefined) around.keyNext = around.isDict && !around.keyNext
  } while (depth > 0)

  starts[count] = at
  return { bytes, starts, nexts, count }
}

/** Where the bytes of the string at token `at` begin, behind its length. */
export function contentAt({ bytes, starts }: Scan, at: number): number {
  let start = starts[at]!
  while (bytes[start] !== 0x3a) start++
  return start + 1
}

function grown(column: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(column.length * 2)
  larger.set(column)
  return larger
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39
}

/** `4:spam` → where `spam` starts and its length; refused at once when that is more than there is. */
function stringStart(bytes: Uint8Array, from: number): { at: number; length: number } {
  let at = from
  let length = 0
  while (isDigit(bytes[at])) {
    length = length * 10 + bytes[at]! - 0x30
    at++
    if (length > bytes.length) throw broken('bencode/short', `The string at ${from} is longer than the document`)
  }
  if (bytes[from] === 0x30 && at > from + 1) throw broken('bencode/zeros', `The length at ${from} starts with 0`)
  if (at < bytes.length && bytes[at] !== 0x3a) throw stray(bytes, at)
  at++
  if (length > bytes.length - at) throw broken('bencode/short', `The string at ${from} is longer than the document`)
  return { at, length }
}

/** `i42e` → where it ends; -2^63 to 2^63-1. */
function integerEnd(bytes: Uint8Array, from: number): number {
  let at = from + 1
  const negative = bytes[at] === 0x2d
  if (negative) at++
  const first = at
  while (isDigit(bytes[at])) at++
  const digits = at - first
  if (at >= bytes.length) throw broken('bencode/short', 'The document ends within an integer')
  if (digits === 0 || bytes[at] !== 0x65) throw stray(bytes, at)
  if (bytes[first] === 0x30 && (digits > 1 || negative)) {
    throw broken('bencode/zeros', `The integer at ${from} is written with a needless 0 or is -0`)
  }
  const beyond =
    digits > 19 ||
    (digits === 19 && BigInt(latin1(bytes.subarray(first, at))) > (negative ? 2n ** 63n : 2n ** 63n - 1n))
  if (beyond) throw broken('bencode/too-large', `The integer at ${from} does not fit in 64 bits`)
  return at + 1
}

function checkKey(bytes: Uint8Array, level: Level, start: number, end: number, unsorted: boolean): void {
  const key = bytes.subarray(start, end)
  const order = level.keyEnd === 0 ? 1 : compare(key, bytes.subarray(level.keyStart, level.keyEnd))
  if (order === 0) throw twice(key)
  if (order < 0) {
    if (!unsorted) {
      throw broken('bencode/unsorted', `The key “${latin1(key.subarray(0, 80))}” is out of order`)
    }
    level.unsorted = true
  }
  level.keyStart = start
  level.keyEnd = end
}

/** @throws FaultError `bencode/twice` */
function checkUnique(scan: Scan, dict: number): void {
  const { bytes, starts, nexts, count } = scan
  const seen = new Set<string>()
  for (let token = dict + 1; token < count; token = nexts[nexts[token]!]!) {
    const key = bytes.subarray(contentAt(scan, token), starts[nexts[token]!])
    const text = latin1(key)
    if (seen.has(text)) throw twice(key)
    seen.add(text)
  }
}

function twice(key: Uint8Array): Error {
  return broken('bencode/twice', `The key “${latin1(key.subarray(0, 80))}” comes twice`)
}

function stray(bytes: Uint8Array, at: number): Error {
  return at >= bytes.length
    ? broken('bencode/short', 'The document ends too early')
    : broken('bencode/stray', `Byte ${bytes[at]} at ${at} has no place in bencode`)
}
