import { digest, hexOf, isAlgorithm, type Digest } from '@kith/core/content/digest.ts'
import { type BencodeDict, decodeDict, encode } from '@kith/wire/bencode.ts'
import { lossyText } from '@kith/wire/bytes.ts'
import { broken } from '@kith/wire/fault.ts'

/** Every message but manifests and lists is a handful of short fields; a talk message is the longest. */
export const MOST_MESSAGE_BYTES: number = 64 * 1024
/** A list of 10,000 contents with long names. */
export const MOST_LIST_BYTES: number = 8 * 1024 * 1024
export const MOST_LISTED = 10_000
const LONGEST_NAME = 80
const LONGEST_FILE_NAME = 255

// oxlint-disable-next-line no-control-regex
const unseen = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

/** A name that is shown to people: one line, nothing invisible, not too long. */
export function shownName(name: string, longest: number = LONGEST_NAME): string {
  return name.toWellFormed().replace(unseen, ' ').trim().slice(0, longest).toWellFormed() || 'unnamed'
}

function dictOf(bytes: Uint8Array): BencodeDict {
  return decodeDict(bytes, { maxBytes: MOST_MESSAGE_BYTES, maxDepth: 4, maxItems: 1_024 })
}

function fixed(dict: BencodeDict, key: string, length: number): Uint8Array {
  const bytes = dict.needBytes(key)
  if (bytes.length !== length) throw broken('neighbours/message', `“${key}” has a wrong length`)
  return bytes.slice()
}

/** Who a device is: all that a stranger learns. */
export interface Introduction {
  readonly name: string
  /** Where it listens. */
  readonly port: number
}

export function encodeIntroduction({ name, port }: Introduction): Uint8Array {
  return encode({ name, port })
}

/** @throws FaultError `bencode/…` */
export function decodeIntroduction(bytes: Uint8Array): Introduction {
  return introductionIn(dictOf(bytes))
}

function introductionIn(dict: BencodeDict): Introduction {
  const port = dict.needInteger('port')
  if (port < 1 || port > 65_535) throw broken('neighbours/message', '“port” is none')
  return { name: shownName(lossyText(dict.needBytes('name'))), port }
}

/** Begins to pair: who asks, and the commitment to his number. */
export interface PairRequest extends Introduction {
  readonly commitment: Uint8Array
}

export function encodePairRequest({ name, port, commitment }: PairRequest): Uint8Array {
  return encode({ name, port, commitment })
}

/** @throws FaultError `bencode/…`, `neighbours/message` */
export function decodePairRequest(bytes: Uint8Array): PairRequest {
  const dict = dictOf(bytes)
  return { ...introductionIn(dict), commitment: fixed(dict, 'commitment', 32) }
}

export function encodeNumber(number: Uint8Array): Uint8Array {
  return encode({ number })
}

/** @throws FaultError `bencode/…`, `neighbours/message` */
export function decodeNumber(bytes: Uint8Array): Uint8Array {
  return fixed(dictOf(bytes), 'number', 32)
}

/** A guest at the door: who it is, and the proof that it was invited. */
export interface Knock extends Introduction {
  readonly proof: Uint8Array
}

export function encodeKnock({ name, port, proof }: Knock): Uint8Array {
  return encode({ name, port, proof })
}

/** @throws FaultError `bencode/…`, `neighbours/message` */
export function decodeKnock(bytes: Uint8Array): Knock {
  const dict = dictOf(bytes)
  return { ...introductionIn(dict), proof: fixed(dict, 'proof', 32) }
}

/** Something that a device gives: a gift that it offers, or a line of what it shares. */
export interface Given {
  readonly digests: readonly Digest[]
  readonly name: string
  readonly size: number
  readonly files: number
}

function givenFields({ digests, name, size, files }: Given): { [key: string]: string | number | string[] } {
  return { digests: [...digests], name, size, files }
}

function givenIn(dict: BencodeDict): Given {
  const size = dict.needInteger('size')
  const files = dict.needInteger('files')
  if (size < 0 || files < 1) throw broken('neighbours/message', 'A size makes no sense')
  const digests: Digest[] = []
  for (const bytes of dict.list('digests')?.needBytes() ?? []) {
    const text = lossyText(bytes)
    // Those of a later version are not ours to judge.
    if (isAlgorithm(text.slice(0, text.indexOf(':')))) digests.push(digest(text))
  }
  if (!digests.some((one) => one.startsWith('kith:'))) throw broken('neighbours/message', 'What is given has no name')
  return { digests, name: shownName(lossyText(dict.needBytes('name')), LONGEST_FILE_NAME), size, files }
}

export function encodeGiven(given: Given): Uint8Array {
  return encode(givenFields(given))
}

/** @throws FaultError `bencode/…`, `neighbours/message`, `content/digest` */
export function decodeGiven(bytes: Uint8Array): Given {
  return givenIn(dictOf(bytes))
}

export function encodeList(all: readonly Given[]): Uint8Array {
  return encode({ given: all.slice(0, MOST_LISTED).map(givenFields) })
}

/** @throws FaultError `bencode/…`, `neighbours/message`, `content/digest` */
export function decodeList(bytes: Uint8Array): readonly Given[] {
  const dict = decodeDict(bytes, { maxBytes: MOST_LIST_BYTES, maxDepth: 4, maxItems: MOST_LISTED * 16 })
  return [...(dict.list('given')?.needDicts() ?? [])].slice(0, MOST_LISTED).map(givenIn)
}

/** Path of a content below `/manifest/`, `/have/` and `/data/`. */
export function contentPath(of: Digest): string {
  return hexOf(of)
}
