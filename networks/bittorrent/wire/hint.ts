import { fail } from '@kith/core/fault/fault.ts'
import type { Endpoint } from '@kith/core/network/net.ts'
import { endpointText } from '@kith/core/network/net.ts'
import type { BencodeDict } from '@kith/wire/bencode.ts'
import { BencodeList, decodeDict, encode } from '@kith/wire/bencode.ts'
import { lossyText, strictText } from '@kith/wire/bytes.ts'
import { attempt } from '@kith/wire/fault.ts'
import { parseEndpoint } from './compact.ts'
import { longestMetainfo } from './limits.ts'
import { mostUrls, urlsOf, urlText } from './torrent-links.ts'

/** What BitTorrent keeps with a transfer: what a link or `.torrent` said, and what was learned since. */
export interface Hint {
  /** Trackers in tiers (BEP 12). */
  readonly trackers: readonly (readonly string[])[]
  readonly peers: readonly Endpoint[]
  /** Web seeds that have files (BEP 19). */
  readonly webSeeds: readonly string[]
  /** Web seeds that are asked for pieces (BEP 17). */
  readonly httpSeeds: readonly string[]
  /** The exact bytes of the info dictionary, once known. */
  readonly info?: Uint8Array
  readonly name?: string
  readonly comment?: string
  readonly createdBy?: string
  /** Milliseconds since the epoch. */
  readonly createdAt?: number
}

export const emptyHint: Hint = { trackers: [], peers: [], webSeeds: [], httpSeeds: [] }

/** Peers that are kept. */
const mostPeers = 200

export function encodeHint(hint: Hint): Uint8Array<ArrayBuffer> {
  return encode({
    trackers: hint.trackers,
    peers: hint.peers.map(endpointText),
    'url-list': hint.webSeeds,
    httpseeds: hint.httpSeeds,
    info: hint.info,
    name: hint.name,
    comment: hint.comment,
    'created by': hint.createdBy,
    'creation date': hint.createdAt === undefined ? undefined : Math.floor(hint.createdAt / 1000),
  })
}

/** @throws FaultError `input` `bittorrent/hint` */
export function decodeHint(bytes: Uint8Array): Hint {
  const decoded = attempt(() => decodeDict(bytes, { maxDepth: 3, maxBytes: longestMetainfo, maxItems: 4_096 }))
  if (!decoded.ok) {
    throw fail('input', 'bittorrent/hint', 'What was kept with this transfer cannot be read', { cause: decoded.fault })
  }
  const dict = decoded.value
  const info = dict.bytes('info')
  const name = dict.text('name')
  const comment = dict.bytes('comment')
  const createdBy = dict.bytes('created by')
  const created = dict.integer('creation date')
  return {
    trackers: tiers(dict),
    peers: peers(dict),
    webSeeds: urlsOf(dict, 'url-list'),
    httpSeeds: urlsOf(dict, 'httpseeds'),
    ...(info === undefined ? {} : { info }),
    ...(name === undefined ? {} : { name }),
    ...(comment === undefined ? {} : { comment: lossyText(comment) }),
    ...(createdBy === undefined ? {} : { createdBy: lossyText(createdBy) }),
    ...(created === undefined ? {} : { createdAt: created * 1000 }),
  }
}

function tiers(dict: BencodeDict): string[][] {
  const out: string[][] = []
  for (const tier of dict.list('trackers') ?? []) {
    if (!(tier instanceof BencodeList)) continue
    out.push([...tier].flatMap((url) => urlText(url) ?? []))
  }
  return tidyTiers(out)
}

/** No tracker twice, no empty tier, not too many. */
export function tidyTiers(tiers: readonly (readonly string[])[]): string[][] {
  const seen = new Set<string>()
  const out: string[][] = []
  for (const tier of tiers) {
    const news = tier.filter((url) => !seen.has(url) && seen.size < mostUrls && seen.add(url))
    if (news.length > 0) out.push(news)
  }
  return out
}

function peers(dict: BencodeDict): Endpoint[] {
  const out: Endpoint[] = []
  for (const peer of dict.list('peers') ?? []) {
    const text = peer instanceof Uint8Array ? strictText(peer) : undefined
    const endpoint = text === undefined ? undefined : parseEndpoint(text)
    if (endpoint !== undefined && out.length < mostPeers) out.push(endpoint)
  }
  return out
}

/** Two hints about the same torrent as one: what both have comes from `known`, trackers of `news` are tried after its own. */
export function mergeHints(known: Hint, news: Hint): Hint {
  const union = (a: readonly string[], b: readonly string[]): string[] => [...new Set([...a, ...b])].slice(0, mostUrls)
  const peers = new Map([...known.peers, ...news.peers].map((peer) => [endpointText(peer), peer]))
  return {
    ...news,
    ...known,
    trackers: tidyTiers([...known.trackers, ...news.trackers]),
    peers: [...peers.values()].slice(0, mostPeers),
    webSeeds: union(known.webSeeds, news.webSeeds),
    httpSeeds: union(known.httpSeeds, news.httpSeeds),
  }
}
