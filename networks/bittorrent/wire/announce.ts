import { fail } from '@kith/core/fault/fault.ts'
import type { Endpoint } from '@kith/core/network/net.ts'
import type { BencodeDict } from '@kith/wire/bencode.ts'
import { BencodeDict as Dict, BencodeList, decodeDict, encode } from '@kith/wire/bencode.ts'
import { lossyText, strictText, utf8 } from '@kith/wire/bytes.ts'
import { attempt } from '@kith/wire/fault.ts'
import { addressBytes, addressText } from '@kith/wire/ip-address.ts'
import { decodeCompact, encodeCompact } from './compact.ts'

export type AnnounceEvent = 'started' | 'completed' | 'stopped'

/** What a tracker is told of a torrent (BEP 3). */
export interface Announce {
  readonly infoHash: Uint8Array
  readonly peerId: Uint8Array
  readonly port: number
  /** Payload bytes since `started`. */
  readonly uploaded: number
  readonly downloaded: number
  readonly left: number
  readonly event?: AnnounceEvent
  /** Peers wanted. */
  readonly wanted: number
  /** Tells the tracker that it is us although our address changed. */
  readonly key: number
  /** What the tracker gave us to send back. */
  readonly trackerId?: string
}

/** What a tracker answers. */
export interface Announced {
  /** Seconds until it wants to hear of us again. */
  readonly interval: number
  /** Seconds before it must not. */
  readonly minimumInterval?: number
  readonly seeds?: number
  readonly others?: number
  readonly peers: readonly Endpoint[]
  readonly trackerId?: string
  readonly warning?: string
}

/** Peers taken from one answer. */
export const mostPeers: number = 1_000
/** An answer that is longer than this is none: a thousand peers as dictionaries are some 100 kB. */
export const longestAnswer: number = 512 * 1024
/** Seconds, when a tracker says nothing or nonsense, and what we make of its wishes. */
const usualInterval = 1_800
const shortestInterval = 10
const longestInterval = 6 * 3_600

/** The query of an HTTP announce. */
export function announceQuery(of: Announce): string {
  const fields: [string, string][] = [
    ['info_hash', percent(of.infoHash)],
    ['peer_id', percent(of.peerId)],
    ['port', String(of.port)],
    ['uploaded', String(of.uploaded)],
    ['downloaded', String(of.downloaded)],
    ['left', String(of.left)],
    ['compact', '1'],
    ['no_peer_id', '1'],
    ['numwant', String(of.wanted)],
    ['key', of.key.toString(16).padStart(8, '0')],
    ['supportcrypto', '0'],
  ]
  if (of.event !== undefined) fields.push(['event', of.event])
  if (of.trackerId !== undefined) fields.push(['trackerid', percent(utf8(of.trackerId))])
  return fields.map(([name, value]) => `${name}=${value}`).join('&')
}

/** The address with a query, whatever query it has already. */
export function withQuery(url: string, query: string): string {
  const [address = ''] = url.split('#')
  const joint = !address.includes('?') ? '?' : /[?&]$/.test(address) ? '' : '&'
  return `${address}${joint}${query}`
}

/** Bytes as they stand in a query: all that is not unreserved (RFC 3986 2.3) in percent form. */
function percent(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) {
    const character = String.fromCharCode(byte)
    text += /[A-Za-z0-9\-_.~]/.test(character) ? character : `%${byte.toString(16).padStart(2, '0').toUpperCase()}`
  }
  return text
}

/**
 * `now` in milliseconds since the epoch.
 * @throws FaultError `unavailable` `bittorrent/tracker-refused` with the tracker's reason, and with `retryAt` where it says when
 * to come back (BEP 31), which is never for `Infinity`; `peer` `bittorrent/tracker-garbage`
 */
export function decodeAnnounced(bytes: Uint8Array, now: number): Announced {
  const dict = answer(bytes)
  const reason = dict.bytes('failure reason')
  if (reason !== undefined) throw refused(reason, retryAt(dict, now))
  const minimum = dict.integer('min interval')
  const seeds = count(dict, 'complete')
  const others = count(dict, 'incomplete')
  const trackerId = dict.text('tracker id')
  const warning = dict.bytes('warning message')
  return {
    interval: interval(dict.integer('interval')),
    peers: [...peersOf(dict), ...decodeCompact(dict.bytes('peers6') ?? new Uint8Array(), 6, mostPeers)].slice(
      0,
      mostPeers,
    ),
    ...(minimum === undefined ? {} : { minimumInterval: interval(minimum) }),
    ...(seeds === undefined ? {} : { seeds }),
    ...(others === undefined ? {} : { others }),
    ...(trackerId === undefined ? {} : { trackerId: trackerId.slice(0, 256) }),
    ...(warning === undefined ? {} : { warning: words(warning) }),
  }
}

function answer(bytes: Uint8Array): BencodeDict {
  const decoded = attempt(() => decodeDict(bytes, { maxDepth: 4, maxItems: 20_000, maxBytes: longestAnswer }))
  if (!decoded.ok) throw garbage(decoded.fault.message)
  return decoded.value
}

/** BEP 31: minutes, as a number or as text, or `never`. */
function retryAt(dict: BencodeDict, now: number): number | undefined {
  const text = dict.text('retry in')
  if (text === 'never') return Infinity
  const minutes = dict.integer('retry in') ?? (text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined)
  return minutes === undefined || minutes <= 0 ? undefined : now + Math.min(minutes * 60, longestInterval) * 1000
}

/** The query of a scrape (BEP 48). */
export function scrapeQuery(infoHash: Uint8Array): string {
  return `info_hash=${percent(infoHash)}`
}

/** What a tracker counts of one torrent, or undefined when it does not know it. @throws FaultError `unavailable`, `peer` */
export function decodeScrape(bytes: Uint8Array, infoHash: Uint8Array): Counts | undefined {
  const dict = answer(bytes)
  const reason = dict.bytes('failure reason')
  if (reason !== undefined) throw refused(reason)
  const file = dict.dict('files')?.get(infoHash)
  if (!(file instanceof Dict)) return undefined
  return {
    seeds: count(file, 'complete') ?? 0,
    others: count(file, 'incomplete') ?? 0,
    completed: count(file, 'downloaded') ?? 0,
  }
}

/** A tracker's wish, within reason. */
export function interval(seconds: number | undefined): number {
  if (seconds === undefined || seconds <= 0) return usualInterval
  return Math.min(longestInterval, Math.max(shortestInterval, seconds))
}

function count(dict: BencodeDict, key: string): number | undefined {
  const value = dict.integer(key)
  return value === undefined || value < 0 ? undefined : value
}

function peersOf(dict: BencodeDict): Endpoint[] {
  const peers = dict.get('peers')
  if (peers instanceof Uint8Array) return decodeCompact(peers, 4, mostPeers)
  if (!(peers instanceof BencodeList)) return []
  const out: Endpoint[] = []
  for (const peer of peers) {
    if (out.length >= mostPeers) break
    if (!(peer instanceof Dict)) continue
    const host = peer.text('ip')
    const port = peer.integer('port')
    const address = host === undefined ? undefined : addressBytes(host)
    if (address === undefined || port === undefined || port < 1 || port > 65_535) continue
    out.push({ host: addressText(address), port })
  }
  return out
}

/** A stranger's text for people: no control characters, not endless. */
export function words(bytes: Uint8Array): string {
  return lossyText(bytes.subarray(0, 400))
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
}

export function refused(reason: Uint8Array, retryAt?: number): Error {
  const details = retryAt === undefined ? {} : { retryAt }
  return fail('unavailable', 'bittorrent/tracker-refused', `The tracker says: ${words(reason) || 'no'}`, details)
}

export function garbage(why: string): Error {
  return fail('peer', 'bittorrent/tracker-garbage', `The tracker's answer makes no sense: ${why}`)
}

// The tracker's side

/** @throws FaultError `peer` `bittorrent/announce` for a query that is no announce */
export function parseAnnounceQuery(
  query: string,
): Announce & { readonly compact: boolean; readonly noPeerId: boolean } {
  const fields = queryFields(query)
  const infoHash = fields.get('info_hash')?.[0]
  const peerId = fields.get('peer_id')?.[0]
  if (infoHash?.length !== 20) throw notAnnounce('info_hash has to be 20 bytes long')
  if (peerId?.length !== 20) throw notAnnounce('peer_id has to be 20 bytes long')
  const number = (name: string, fallback: number): number => {
    const text = strictText(fields.get(name)?.[0] ?? new Uint8Array())
    return text !== undefined && /^\d{1,20}$/.test(text) ? Math.min(Number(text), Number.MAX_SAFE_INTEGER) : fallback
  }
  const port = number('port', 0)
  if (port < 1 || port > 65_535) throw notAnnounce('port has to be between 1 and 65535')
  const event = strictText(fields.get('event')?.[0] ?? new Uint8Array())
  return {
    infoHash,
    peerId,
    port,
    uploaded: number('uploaded', 0),
    downloaded: number('downloaded', 0),
    left: number('left', Number.MAX_SAFE_INTEGER),
    wanted: number('numwant', 50),
    key: 0,
    compact: number('compact', 1) !== 0,
    noPeerId: number('no_peer_id', 0) === 1,
    ...(event === 'started' || event === 'completed' || event === 'stopped' ? { event } : {}),
  }
}

/** The info-hashes of a scrape (BEP 48). */
export function parseScrapeQuery(query: string): Uint8Array[] {
  return (queryFields(query).get('info_hash') ?? []).filter(({ length }) => length === 20)
}

/** Names and raw values, which are bytes and no text. */
function queryFields(query: string): Map<string, Uint8Array[]> {
  const fields = new Map<string, Uint8Array[]>()
  for (const part of query.split('&').slice(0, 200)) {
    const equals = part.indexOf('=')
    if (equals < 0) continue
    const name = part.slice(0, equals)
    const values = fields.get(name)
    const value = unpercent(part.slice(equals + 1))
    if (values === undefined) fields.set(name, [value])
    else values.push(value)
  }
  return fields
}

function unpercent(text: string): Uint8Array {
  const out = new Uint8Array(text.length)
  let length = 0
  for (let at = 0; at < text.length; at++) {
    const hex = text[at] === '%' ? /^[0-9a-f]{2}/i.exec(text.slice(at + 1, at + 3)) : null
    out[length++] = hex === null ? text.charCodeAt(at) : Number.parseInt(hex[0], 16)
    if (hex !== null) at += 2
  }
  return out.subarray(0, length)
}

function notAnnounce(why: string): Error {
  return fail('peer', 'bittorrent/announce', why)
}

/** A peer as the tracker knows it. */
export interface KnownPeer extends Endpoint {
  readonly id: Uint8Array
}

export function encodeAnnounced(of: {
  readonly interval: number
  readonly minimumInterval: number
  readonly seeds: number
  readonly others: number
  readonly peers: readonly KnownPeer[]
  readonly compact: boolean
  readonly noPeerId: boolean
}): Uint8Array<ArrayBuffer> {
  const counts = {
    interval: of.interval,
    'min interval': of.minimumInterval,
    complete: of.seeds,
    incomplete: of.others,
  }
  if (!of.compact) {
    return encode({
      ...counts,
      peers: of.peers.map(({ host, port, id }) => ({ ip: host, port, ...(of.noPeerId ? {} : { 'peer id': id }) })),
    })
  }
  const six = encodeCompact(of.peers, 6)
  return encode({ ...counts, peers: encodeCompact(of.peers, 4), ...(six.length === 0 ? {} : { peers6: six }) })
}

export function encodeFailure(reason: string): Uint8Array<ArrayBuffer> {
  return encode({ 'failure reason': reason })
}

/** What a tracker counts of one torrent (BEP 48). */
export interface Counts {
  readonly seeds: number
  readonly others: number
  /** Times it was completed. */
  readonly completed: number
}

export interface Scraped extends Counts {
  readonly infoHash: Uint8Array
}

export function encodeScrape(all: readonly Scraped[]): Uint8Array<ArrayBuffer> {
  const files = new Map(
    all.map((one) => [one.infoHash, { complete: one.seeds, downloaded: one.completed, incomplete: one.others }]),
  )
  return encode({ files })
}
