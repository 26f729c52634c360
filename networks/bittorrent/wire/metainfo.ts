import type { Digest } from '@kith/core/content/digest.ts'
import { digestOf } from '@kith/core/content/digest.ts'
import { fail } from '@kith/core/fault/fault.ts'
import type { Layout } from '@kith/core/transfer/layout.ts'
import type { Proof } from '@kith/core/transfer/proof.ts'
import { BencodeDict, decodePrefix } from '@kith/wire/bencode.ts'
import { attempt } from '@kith/wire/fault.ts'
import { hash } from '@kith/wire/hash/sha.ts'
import { layoutOf } from './info-files.ts'
import { longestInfo, longestMetainfo, longestPiece } from './limits.ts'
import { endpointsOf, tiersOf, urlsOf } from './torrent-links.ts'
import type { HostPort } from './torrent-links.ts'
import { textOf } from './torrent-text.ts'

/** An info dictionary of version 1, read and checked (BEP 3, 27, 47). */
export interface Metainfo {
  readonly infoHash: Digest
  /** The exact bytes of the info dictionary: what the info-hash is the SHA-1 of. */
  readonly info: Uint8Array
  /** Safe for a file system. */
  readonly name: string
  /** Peers come from the torrent's own trackers only (BEP 27). */
  readonly private: boolean
  /** Bytes of every piece but the last. */
  readonly pieceLength: number
  readonly pieceCount: number
  /** The SHA-1 of each piece, one after another. */
  readonly pieces: Uint8Array
  readonly layout: Layout
  readonly proof: Proof
  /** The torrent's own name and paths (without the name), where they are not the ones in the layout: by file index. */
  readonly originalName: string
  readonly originalPaths: ReadonlyMap<number, readonly string[]>
  /** Whoever made it said where it came from, so that trackers can tell their torrents from others. */
  readonly source: string | undefined
}

/** A whole `.torrent`. */
export interface TorrentFile extends Metainfo {
  /** Trackers in tiers (BEP 12). */
  readonly trackers: readonly (readonly string[])[]
  /** Web seeds that have files (BEP 19). */
  readonly webSeeds: readonly string[]
  /** Web seeds that are asked for pieces (BEP 17). */
  readonly httpSeeds: readonly string[]
  /** Nodes of the distributed hash table (BEP 5). */
  readonly nodes: readonly HostPort[]
  readonly comment: string | undefined
  readonly createdBy: string | undefined
  /** Milliseconds since the epoch. */
  readonly createdAt: number | undefined
}

/** Files and lists inside each other: five levels, and the file tree of version 2 has one for each folder. */
const bencodeLimits = { unsortedKeys: true, maxDepth: 128, maxBytes: longestMetainfo } as const

/** Reads a `.torrent`. Hybrid torrents are read as version 1. @throws FaultError `input` `bittorrent/metainfo…` */
export function parseTorrent(bytes: Uint8Array): TorrentFile {
  const dict = read(bytes, longestMetainfo)
  const info = dict.dict('info')
  if (info === undefined) throw bad('bittorrent/metainfo', 'This is no torrent: it has no info dictionary')
  const created = dict.integer('creation date')
  return {
    ...readInfo(info),
    trackers: tiersOf(dict),
    webSeeds: urlsOf(dict, 'url-list'),
    httpSeeds: urlsOf(dict, 'httpseeds'),
    nodes: endpointsOf(dict.list('nodes')),
    comment: textOf(dict, 'comment'),
    createdBy: textOf(dict, 'created by'),
    createdAt: created === undefined || created < 0 || created > 8.64e12 ? undefined : created * 1000,
  }
}

/** Reads a bare info dictionary, as peers give it (BEP 9). @throws FaultError `input` `bittorrent/metainfo…` */
export function parseInfo(info: Uint8Array): Metainfo {
  return readInfo(read(info, longestInfo))
}

function read(bytes: Uint8Array, limit: number): BencodeDict {
  if (bytes.length > limit) {
    throw bad('bittorrent/metainfo-too-long', `The torrent has ${bytes.length} bytes, and ${limit} are allowed`)
  }
  // Some programs leave a line end or more behind the document.
  const decoded = attempt(() => decodePrefix(bytes, bencodeLimits))
  if (decoded.ok && decoded.value.value instanceof BencodeDict) return decoded.value.value
  const cause = decoded.ok ? {} : { cause: decoded.fault }
  throw fail('input', 'bittorrent/metainfo', 'This is no torrent, or a damaged one', cause)
}

function bad(code: string, message: string): Error {
  return fail('input', code, message)
}

function readInfo(dict: BencodeDict): Metainfo {
  const info = dict.raw
  if (info.length > longestInfo) {
    throw bad(
      'bittorrent/metainfo-too-long',
      `Its info dictionary has ${info.length} bytes, and ${longestInfo} are allowed`,
    )
  }
  const pieces = dict.bytes('pieces')
  if (pieces === undefined && (dict.integer('meta version') ?? 1) >= 2) {
    throw bad('bittorrent/version-2', 'This torrent is of version 2 only, which Kith cannot fetch yet')
  }
  const pieceLength = dict.integer('piece length')
  if (pieceLength === undefined || pieceLength < 1 || pieceLength > longestPiece) {
    throw bad('bittorrent/metainfo-piece-length', `Its piece length is not between 1 and ${longestPiece} bytes`)
  }
  const { layout, originalName, originalPaths } = layoutOf(dict)
  const pieceCount = Math.ceil(layout.size / pieceLength)
  if (pieces === undefined || pieces.length !== pieceCount * 20) {
    throw bad('bittorrent/metainfo-pieces', `It should have the digests of ${pieceCount} pieces, and has others`)
  }
  return {
    infoHash: digestOf('btih', hash('sha1', info)),
    info,
    name: layout.name,
    private: dict.integer('private') === 1,
    pieceLength,
    pieceCount,
    pieces,
    layout,
    proof: { start: 0, end: layout.size, leaf: pieceLength, algorithm: 'sha1', expected: pieces, digestSize: 20 },
    originalName,
    originalPaths,
    source: textOf(dict, 'source'),
  }
}
