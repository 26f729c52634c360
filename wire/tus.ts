import { base64, fromBase64, strictText, utf8 } from './bytes.ts'
import { broken } from './fault.ts'

/** The version of the protocol for uploads that go on after a break (tus.io/protocols/resumable-upload). */
export const TUS_VERSION = '1.0.0'
const BODY_TYPE = 'application/offset+octet-stream'
/** A name, a type, and some more that programs say of themselves. */
const MOST_METADATA = 32
const MOST_METADATA_BYTES = 8 * 1024

export type TusQuestion =
  | { readonly kind: 'options' }
  /** How much is there. */
  | { readonly kind: 'offset' }
  /** Bytes that begin at `offset`. */
  | { readonly kind: 'write'; readonly offset: number }
  /** A new file of `size` bytes. `metadata` has what was said of it, as text. */
  | { readonly kind: 'create'; readonly size: number; readonly metadata: ReadonlyMap<string, string> }
  | { readonly kind: 'end' }

/**
 * Reads method and headers, whose names are in lower case. Undefined for what is no question of tus.
 * @throws FaultError `peer` `tus/version`, `tus/type`, `tus/header`
 */
export function readTus(
  method: string,
  headers: Readonly<Record<string, string | undefined>>,
): TusQuestion | undefined {
  const said = headers['x-http-method-override']
  const verb = (method === 'POST' && said !== undefined ? said : method).toUpperCase()
  if (verb === 'OPTIONS') return { kind: 'options' }
  if (!['HEAD', 'PATCH', 'POST', 'DELETE'].includes(verb)) return undefined
  const version = headers['tus-resumable']
  if (version === undefined && verb !== 'PATCH') return undefined
  if (version?.trim() !== TUS_VERSION) throw broken('tus/version', `Only tus ${TUS_VERSION} is spoken here`)
  if (verb === 'HEAD') return { kind: 'offset' }
  if (verb === 'DELETE') return { kind: 'end' }
  if (verb === 'POST') {
    return {
      kind: 'create',
      size: countIn(headers['upload-length'], 'Upload-Length'),
      metadata: readMetadata(headers['upload-metadata'] ?? ''),
    }
  }
  const type = headers['content-type']?.split(';', 1)[0]!.trim().toLowerCase()
  if (type !== BODY_TYPE) throw broken('tus/type', `The bytes have to come as ${BODY_TYPE}`)
  return { kind: 'write', offset: countIn(headers['upload-offset'], 'Upload-Offset') }
}

/** `filename d29ybGQ=,isConfidential`: keys, each with its text in base64. @throws FaultError `peer` `tus/header` */
export function readMetadata(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  if (text.length > MOST_METADATA_BYTES) throw wrong('Upload-Metadata')
  if (text.trim() === '') return found
  const pairs = text.split(',', MOST_METADATA + 1)
  if (pairs.length > MOST_METADATA) throw wrong('Upload-Metadata')
  for (const pair of pairs) {
    const match = /^([\x21-\x2b\x2d-\x7e]+)(?: ([A-Za-z0-9+/]*={0,2}))?$/.exec(pair.trim())
    if (match === null || found.has(match[1]!)) throw wrong('Upload-Metadata')
    found.set(match[1]!, textIn(match[2] ?? ''))
  }
  return found
}

export function formatMetadata(metadata: ReadonlyMap<string, string>): string {
  return [...metadata].map(([key, text]) => (text === '' ? key : `${key} ${base64(utf8(text))}`)).join(',')
}

/** What an answer says of the file. `expires` is in milliseconds since the epoch. */
export function tusHeaders(
  of: { readonly offset?: number; readonly size?: number; readonly expires?: number } = {},
): Readonly<Record<string, string>> {
  return {
    'tus-resumable': TUS_VERSION,
    'cache-control': 'no-store',
    ...(of.offset === undefined ? {} : { 'upload-offset': String(of.offset) }),
    ...(of.size === undefined ? {} : { 'upload-length': String(of.size) }),
    ...(of.expires === undefined ? {} : { 'upload-expires': new Date(of.expires).toUTCString() }),
  }
}

function textIn(encoded: string): string {
  const bytes = fromBase64(encoded)
  const text = bytes === undefined ? undefined : strictText(bytes)
  if (text === undefined) throw wrong('Upload-Metadata')
  return text
}

function countIn(text: string | undefined, name: string): number {
  const count = /^\d{1,16}$/.test(text ?? '') ? Number(text) : -1
  if (!Number.isSafeInteger(count) || count < 0) throw wrong(name)
  return count
}

function wrong(name: string): Error {
  return broken('tus/header', `${name} cannot be read`)
}
