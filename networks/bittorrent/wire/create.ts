import { fail } from '@kith/core/fault/fault.ts'
import type { Layout } from '@kith/core/transfer/layout.ts'
import type { BencodeDict, Encodable } from '@kith/wire/bencode.ts'
import { decodeDict, encode } from '@kith/wire/bencode.ts'
import { safeName } from '@kith/wire/safe-path.ts'

const kibibyte = 1024
/** Shorter pieces make a long description, longer ones make it late before a peer has something to give. */
const shortestPiece = 16 * kibibyte
const longestPieceMade = 16 * kibibyte * kibibyte
/** What good torrents have: between half of this and this. */
const usualPieces = 2_000

/** A piece length in bytes for so many bytes: a power of two that makes 1,000 to 2,000 pieces where it can. */
export function choosePieceLength(size: number): number {
  let length = shortestPiece
  while (length < longestPieceMade && size / length > usualPieces) length *= 2
  return length
}

/**
 * The info dictionary of version 1 (BEP 3) for files in the order of the layout, with padding and executable files marked
 * (BEP 47). `pieces` are the SHA-1 of the pieces, one after another.
 * @throws FaultError `input` `bittorrent/create-pieces`, `bittorrent/create-empty`
 */
export function encodeInfo(of: {
  readonly layout: Layout
  readonly pieceLength: number
  readonly pieces: Uint8Array
  readonly private: boolean
}): Uint8Array<ArrayBuffer> {
  const { layout, pieceLength, pieces } = of
  if (layout.size === 0) throw fail('input', 'bittorrent/create-empty', 'There is not one byte to make a torrent of')
  if (pieces.length !== Math.ceil(layout.size / pieceLength) * 20) {
    throw fail('input', 'bittorrent/create-pieces', 'The digests do not match the piece length')
  }
  const only = layout.single ? layout.files[0] : undefined
  return encode({
    name: layout.name,
    'piece length': pieceLength,
    pieces,
    private: of.private ? 1 : undefined,
    ...(only === undefined
      ? {
          files: layout.files.map((file): Encodable => ({
            attr: attributes(file),
            length: file.size,
            path: file.path,
          })),
        }
      : { attr: attributes(only), length: layout.size }),
  })
}

function attributes(file: { readonly padding?: boolean; readonly executable?: boolean }): string | undefined {
  if (file.padding === true) return 'p'
  return file.executable === true ? 'x' : undefined
}

/** What stands around the info dictionary in a `.torrent`. */
export interface TorrentFrame {
  readonly trackers: readonly (readonly string[])[]
  readonly webSeeds: readonly string[]
  readonly httpSeeds: readonly string[]
  readonly comment?: string | undefined
  readonly createdBy?: string | undefined
  /** Milliseconds since the epoch. */
  readonly createdAt?: number | undefined
}

/** A `.torrent` around the exact bytes of an info dictionary. @throws FaultError `bencode/…` when those are none */
export function encodeTorrent(info: Uint8Array, frame: TorrentFrame): Uint8Array<ArrayBuffer> {
  const { trackers, webSeeds, httpSeeds } = frame
  return encode({
    announce: trackers[0]?.[0],
    'announce-list': trackers.flat().length > 1 ? trackers : undefined,
    comment: frame.comment,
    'created by': frame.createdBy,
    'creation date': frame.createdAt === undefined ? undefined : Math.floor(frame.createdAt / 1000),
    httpseeds: httpSeeds.length > 0 ? httpSeeds : undefined,
    info: infoDictionary(info),
    'url-list': webSeeds.length > 0 ? webSeeds : undefined,
  })
}

function infoDictionary(info: Uint8Array): BencodeDict {
  return decodeDict(info, { unsortedKeys: true })
}

/** What to call the `.torrent` of something. */
export function torrentFileName(name: string): string {
  return safeName(`${name}.torrent`)
}
