import type { SharedListing } from '@kith/core/network/devices.ts'
import type { Query } from '@kith/core/search/query.ts'
import { decodeDict, encode } from '@kith/wire/bencode.ts'
import { strictText } from '@kith/wire/bytes.ts'
import { broken } from '@kith/wire/fault.ts'
import { MOST_LIST_BYTES, MOST_MESSAGE_BYTES } from './messages.ts'

/** A folder with more is no folder that anybody looks through. */
export const MOST_IN_FOLDER = 50_000
export const MOST_FOUND = 300
const DEEPEST = 64
const LONGEST_PATH = 4_096
const MOST_WORDS = 32

/** Names from the top, in a target: `Music/A%20b`; '' for the top. */
export function formatPath(path: readonly string[]): string {
  return path.map((name) => encodeURIComponent(name.toWellFormed())).join('/')
}

/** @throws FaultError `peer` `neighbours/message` */
export function parsePath(text: string): readonly string[] {
  const parts = text === '' ? [] : text.split('/')
  if (text.length > LONGEST_PATH * 3 || parts.length > DEEPEST) throw broken('neighbours/message', 'A path is too long')
  try {
    return parts.map(decodeURIComponent)
  } catch {
    throw broken('neighbours/message', 'A path cannot be read')
  }
}

export function encodeListing({ folders, files }: SharedListing): Uint8Array<ArrayBuffer> {
  return encode({ folders: [...folders], files: files.map(({ name, size }) => ({ name, size })) })
}

/** @throws FaultError `bencode/…`, `neighbours/message` */
export function decodeListing(bytes: Uint8Array): SharedListing {
  const dict = decodeDict(bytes, { maxBytes: MOST_LIST_BYTES, maxDepth: 4, maxItems: MOST_IN_FOLDER * 6 })
  return {
    folders: [...(dict.list('folders')?.needBytes() ?? [])].map(named),
    files: [...(dict.list('files')?.needDicts() ?? [])].map((one) => {
      const size = one.needInteger('size')
      if (size < 0) throw broken('neighbours/message', 'A size makes no sense')
      return { name: named(one.needBytes('name')), size }
    }),
  }
}

/** What others find by looks in no order: paths with sizes. */
export interface FoundFile {
  readonly path: readonly string[]
  readonly size: number
  /** Root of its Tiger tree. */
  readonly tth: Uint8Array
  /** Digest of its manifest. */
  readonly id: Uint8Array
}

export function encodeFound(found: readonly FoundFile[]): Uint8Array<ArrayBuffer> {
  return encode({ found: found.map(({ path, size, tth, id }) => ({ path: [...path], size, tth, id })) })
}

/** @throws FaultError `bencode/…`, `neighbours/message` */
export function decodeFound(bytes: Uint8Array): readonly FoundFile[] {
  const dict = decodeDict(bytes, { maxBytes: MOST_LIST_BYTES, maxDepth: 5, maxItems: MOST_FOUND * (DEEPEST + 6) })
  return [...(dict.list('found')?.needDicts() ?? [])].slice(0, MOST_FOUND).map((one) => {
    const path = [...(one.list('path')?.needBytes() ?? [])].map(named)
    const size = one.needInteger('size')
    const tth = one.needBytes('tth').slice()
    const id = one.needBytes('id').slice()
    if (size < 0 || path.length === 0 || path.length > DEEPEST || tth.length !== 24 || id.length !== 32) {
      throw broken('neighbours/message', 'What was found makes no sense')
    }
    return { path, size, tth, id }
  })
}

/** Words that all have to be there; the rest of a query is looked at by whoever asks. */
export function encodeWords({ words, phrases = [] }: Query): Uint8Array<ArrayBuffer> {
  return encode({ words: [...words, ...phrases].slice(0, MOST_WORDS) })
}

/** @throws FaultError `bencode/…`, `neighbours/message` */
export function decodeWords(bytes: Uint8Array): readonly string[] {
  const dict = decodeDict(bytes, { maxBytes: MOST_MESSAGE_BYTES, maxDepth: 2, maxItems: MOST_WORDS + 8 })
  return [...(dict.list('words')?.needBytes() ?? [])].map((one) => strictText(one) ?? '').filter((one) => one !== '')
}

function named(bytes: Uint8Array): string {
  const name = strictText(bytes)
  const leadsElsewhere = name === undefined || name === '' || name === '.' || name === '..' || /[/\\\p{Cc}]/u.test(name)
  if (leadsElsewhere || bytes.length > 255) throw broken('neighbours/message', 'A name makes no sense')
  return name
}
