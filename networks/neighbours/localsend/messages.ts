import { strictText, utf8 } from '@kith/wire/bytes.ts'
import { broken } from '@kith/wire/fault.ts'
import { shownName } from '../wire/messages.ts'

/** What is said of a device fits into one datagram of any network. */
export const MOST_INFO_BYTES: number = 8 * 1024
/** Two thousand files with long names; previews, which nobody looks at here, come on top. */
export const MOST_PREPARE_BYTES: number = 4 * 1024 * 1024
/** Files of one session: each is a row for a person and a file to make. */
export const MOST_FILES = 2_000
/** Of ids, tokens, fingerprints and names of files; the app's are shorter. */
const LONGEST_TEXT = 1_024
const VERSION = '2.1'

/** What a device says of itself (sections 3.1, 3.2, 6.1 of the protocol). */
export interface Info {
  readonly alias: string
  readonly model?: string
  /** SHA-256 of the certificate in hex where `https` is spoken, otherwise any text. */
  readonly fingerprint: string
  readonly port: number
  readonly protocol: 'http' | 'https'
  /** Offers something to be fetched (section 5). */
  readonly download?: boolean
}

/** `announce` asks those who hear it to answer. */
export interface Announcement extends Info {
  readonly announce: boolean
}

/** A file that somebody wants to send (section 4.1). */
export interface AskedFile {
  readonly id: string
  /** As the other side wrote it: not a name for a disk. */
  readonly name: string
  readonly size: number
  readonly sha256?: string
}

export interface PrepareRequest {
  readonly info: Info
  readonly files: readonly AskedFile[]
}

/** A token for each file that is wanted, by the id of the file. */
export interface PrepareAnswer {
  readonly session: string
  readonly tokens: ReadonlyMap<string, string>
}

export function encodeInfo(info: Info): Uint8Array {
  return json(infoOf(info))
}

export function encodeAnnouncement({ announce, ...info }: Announcement): Uint8Array {
  return json({ ...infoOf(info), announce })
}

/** `at` fills in what is left out in answers: where the device was asked. @throws FaultError `neighbours/localsend` */
export function decodeInfo(bytes: Uint8Array, at: Pick<Info, 'port' | 'protocol'>): Info {
  return infoIn(objectOf(bytes, MOST_INFO_BYTES), at)
}

/** @throws FaultError `neighbours/localsend` */
export function decodeAnnouncement(bytes: Uint8Array): Announcement {
  const said = objectOf(bytes, MOST_INFO_BYTES)
  return { ...infoIn(said, undefined), announce: said['announce'] === true || said['announcement'] === true }
}

export function encodePrepare({ info, files }: PrepareRequest): Uint8Array {
  return json({ info: infoOf(info), files: filesOf(files) })
}

/** The answer to who wants to fetch (section 5.2). */
export function encodePrepareDownload(
  info: Info,
  { session, files }: { readonly session: string; readonly files: readonly AskedFile[] },
): Uint8Array {
  return json({ info: infoOf(info), sessionId: session, files: filesOf(files) })
}

function filesOf(files: readonly AskedFile[]): object {
  const all = files.map(({ id, name, size, sha256 }) => [
    id,
    { id, fileName: name, size, fileType: 'application/octet-stream', ...(sha256 === undefined ? {} : { sha256 }) },
  ])
  return Object.fromEntries(all) as object
}

/** @throws FaultError `neighbours/localsend` */
export function decodePrepare(bytes: Uint8Array): PrepareRequest {
  const said = objectOf(bytes, MOST_PREPARE_BYTES)
  const entries = Object.entries(objectIn(said, 'files'))
  if (entries.length === 0 || entries.length > MOST_FILES) throw wrong('files')
  const files = entries.map(([id, file]): AskedFile => {
    if (!isObject(file) || id.length > LONGEST_TEXT) throw wrong('files')
    const size = file['size']
    if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) throw wrong('size')
    const sha256 = file['sha256']
    const isDigest = typeof sha256 === 'string' && /^[0-9a-f]{64}$/i.test(sha256)
    return { id, name: textIn(file, 'fileName'), size, ...(isDigest ? { sha256: sha256.toLowerCase() } : {}) }
  })
  if (!Number.isSafeInteger(files.reduce((sum, { size }) => sum + size, 0))) throw wrong('size')
  return { info: infoIn(objectIn(said, 'info'), { port: 0, protocol: 'https' }), files }
}

export function encodePrepareAnswer({ session, tokens }: PrepareAnswer): Uint8Array {
  return json({ sessionId: session, files: Object.fromEntries(tokens) })
}

/** @throws FaultError `neighbours/localsend` */
export function decodePrepareAnswer(bytes: Uint8Array): PrepareAnswer {
  const said = objectOf(bytes, MOST_PREPARE_BYTES)
  const files = objectIn(said, 'files')
  const ids = Object.keys(files)
  if (ids.length > MOST_FILES) throw wrong('files')
  return { session: textIn(said, 'sessionId'), tokens: new Map(ids.map((id) => [id, textIn(files, id)])) }
}

function infoOf({ alias, model, fingerprint, port, protocol, download = false }: Info): object {
  return {
    alias,
    version: VERSION,
    deviceModel: model ?? null,
    deviceType: 'headless',
    fingerprint,
    port,
    protocol,
    download,
  }
}

function infoIn(said: Said, at: Pick<Info, 'port' | 'protocol'> | undefined): Info {
  const { port = at?.port, protocol = at?.protocol, deviceModel: model } = said
  if (typeof port !== 'number' || !Number.isInteger(port) || port < (at === undefined ? 1 : 0) || port > 65_535) {
    throw wrong('port')
  }
  if (protocol !== 'http' && protocol !== 'https') throw wrong('protocol')
  return {
    alias: shownName(textIn(said, 'alias')),
    fingerprint: textIn(said, 'fingerprint'),
    port,
    protocol,
    ...(typeof model === 'string' ? { model: shownName(model) } : {}),
  }
}

type Said = Readonly<Record<string, unknown>>

function objectOf(bytes: Uint8Array, most: number): Said {
  const text = bytes.length > most ? undefined : strictText(bytes)
  if (text === undefined) throw broken('neighbours/localsend', 'It is too long, or no text')
  let said: unknown
  try {
    said = JSON.parse(text)
  } catch {
    throw broken('neighbours/localsend', 'It is not JSON')
  }
  if (!isObject(said)) throw broken('neighbours/localsend', 'It is not an object')
  return said
}

function isObject(said: unknown): said is Said {
  return typeof said === 'object' && said !== null && !Array.isArray(said)
}

function objectIn(said: Said, key: string): Said {
  const found = said[key]
  if (!isObject(found)) throw wrong(key)
  return found
}

function textIn(said: Said, key: string): string {
  const found = said[key]
  if (typeof found !== 'string' || found.length === 0 || found.length > LONGEST_TEXT) throw wrong(key)
  return found.toWellFormed()
}

function wrong(key: string): Error {
  return broken('neighbours/localsend', `“${key.slice(0, 80)}” is not as it should be`)
}

function json(said: object): Uint8Array {
  return utf8(JSON.stringify(said))
}
