import { fail } from '@kith/core/fault/fault.ts'
import type { Endpoint } from '@kith/core/network/net.ts'
import type { BencodeDict } from '@kith/wire/bencode.ts'
import { BencodeDict as Dict, decodePrefix, encode } from '@kith/wire/bencode.ts'
import { concat, lossyText } from '@kith/wire/bytes.ts'
import { addressText } from '@kith/wire/ip-address.ts'
import { decodeCompact, encodeCompact } from './compact.ts'
import { setU32, u32 } from './peer.ts'

/** The extensions that we speak: metadata (BEP 9), peer exchange (BEP 11), upload-only (BEP 21), don't-have (BEP 54). */
export type ExtensionName = 'ut_metadata' | 'ut_pex' | 'upload_only' | 'lt_donthave'

export const extensionNames: readonly ExtensionName[] = ['ut_metadata', 'ut_pex', 'upload_only', 'lt_donthave']

/** Peers of one exchange message that are looked at: twice what any client sends at once. */
const mostExchanged = 200
/** These messages have a dictionary or two inside each other and a few keys; clients add keys of their own. */
const bencodeLimits = { unsortedKeys: true, maxDepth: 8, maxItems: 4_096 } as const

/** What a peer says of itself once both know that they speak the extension protocol (BEP 10). */
export interface ExtendedHandshake {
  /** The identifiers under which it wants each extension; 0 switches one off. */
  readonly extensions: Readonly<Partial<Record<ExtensionName, number>>>
  /** Program and version. */
  readonly client?: string | undefined
  /** Where it accepts connections. */
  readonly listenPort?: number | undefined
  /** Requests that it accepts at once. */
  readonly reqq?: number | undefined
  /** Our address as it sees it. */
  readonly yourIp?: string | undefined
  /** Bytes of the info dictionary (BEP 9). */
  readonly metadataSize?: number | undefined
  /** It downloads nothing (BEP 21). */
  readonly uploadOnly?: boolean | undefined
  /** Seconds since it completed the torrent (BEP 21 drafts; libtorrent). */
  readonly completeAgoSeconds?: number | undefined
}

export function encodeExtendedHandshake(of: ExtendedHandshake): Uint8Array<ArrayBuffer> {
  return encode({
    m: of.extensions,
    v: of.client,
    p: of.listenPort,
    reqq: of.reqq,
    metadata_size: of.metadataSize,
    upload_only: of.uploadOnly === true ? 1 : undefined,
    complete_ago: of.completeAgoSeconds,
  })
}

/** Values that make no sense are left out. @throws FaultError `peer` `bencode/…` */
export function decodeExtendedHandshake(payload: Uint8Array): ExtendedHandshake {
  const dict = dictionary(payload).dict
  const ids = dict.dict('m')
  const extensions: Partial<Record<ExtensionName, number>> = {}
  for (const name of extensionNames) {
    const id = ids?.integer(name)
    if (id !== undefined && id >= 0 && id <= 255) extensions[name] = id
  }
  const client = dict.bytes('v')
  const yourIp = dict.bytes('yourip')
  return {
    extensions,
    client: client === undefined ? undefined : lossyText(client.subarray(0, 256)),
    listenPort: within(dict.integer('p'), 1, 65_535),
    reqq: within(dict.integer('reqq'), 1, Number.MAX_SAFE_INTEGER),
    yourIp: yourIp?.length === 4 || yourIp?.length === 16 ? addressText(yourIp) : undefined,
    metadataSize: within(dict.integer('metadata_size'), 1, Number.MAX_SAFE_INTEGER),
    uploadOnly: dict.integer('upload_only') === undefined ? undefined : dict.integer('upload_only') !== 0,
    completeAgoSeconds: within(dict.integer('complete_ago'), 0, Number.MAX_SAFE_INTEGER),
  }
}

function within(value: number | undefined, least: number, most: number): number | undefined {
  return value !== undefined && value >= least && value <= most ? value : undefined
}

function dictionary(payload: Uint8Array): { dict: BencodeDict; length: number } {
  const { value, length } = decodePrefix(payload, bencodeLimits)
  if (!(value instanceof Dict)) throw broken('It sent an extension message that is no dictionary')
  return { dict: value, length }
}

function broken(message: string): Error {
  return fail('peer', 'bittorrent/extension', message)
}

/** A message of the metadata extension (BEP 9); `piece` counts blocks of 16 KiB of the info dictionary. */
export type MetadataMessage =
  | { readonly kind: 'metadataRequest'; readonly piece: number }
  | { readonly kind: 'metadataReject'; readonly piece: number }
  | { readonly kind: 'metadataData'; readonly piece: number; readonly size: number; readonly bytes: Uint8Array }

const metadataTypes = { metadataRequest: 0, metadataData: 1, metadataReject: 2 } as const
/** Bytes of a piece of metadata, but the last. */
export const metadataPieceSize: number = 16 * 1024

export function encodeMetadata(message: MetadataMessage): Uint8Array<ArrayBuffer> {
  const head = { msg_type: metadataTypes[message.kind], piece: message.piece }
  if (message.kind !== 'metadataData') return encode(head)
  return concat([encode({ ...head, total_size: message.size }), message.bytes])
}

/** Undefined for a type that BEP 9 does not know. @throws FaultError `peer` */
export function decodeMetadata(payload: Uint8Array): MetadataMessage | undefined {
  const { dict, length } = dictionary(payload)
  const piece = dict.integer('piece') ?? -1
  if (piece < 0) throw broken('It sent a metadata message without a piece')
  switch (dict.integer('msg_type')) {
    case metadataTypes.metadataRequest:
      return { kind: 'metadataRequest', piece }
    case metadataTypes.metadataReject:
      return { kind: 'metadataReject', piece }
    case metadataTypes.metadataData: {
      const bytes = payload.subarray(length)
      if (bytes.length > metadataPieceSize) throw broken('It sent a piece of metadata that is too long')
      return { kind: 'metadataData', piece, size: dict.integer('total_size') ?? 0, bytes }
    }
    case undefined:
    default:
      return undefined
  }
}

/** A peer that another peer tells of (BEP 11). */
export interface ExchangedPeer {
  readonly endpoint: Endpoint
  readonly seed: boolean
}

export interface Exchange {
  readonly added: readonly ExchangedPeer[]
  readonly dropped: readonly Endpoint[]
}

/** Flags of an exchanged peer (BEP 11). */
const exchangeFlags = { encryption: 0x01, seed: 0x02, utp: 0x04, holepunch: 0x08, outgoing: 0x10 } as const

export function encodeExchange(of: Exchange): Uint8Array<ArrayBuffer> {
  const added = (family: 4 | 6): { peers: Uint8Array; flags: Uint8Array } => {
    const ours = of.added.filter(({ endpoint }) => encodeCompact([endpoint], family).length > 0)
    return {
      peers: encodeCompact(
        ours.map(({ endpoint }) => endpoint),
        family,
      ),
      flags: Uint8Array.from(ours, ({ seed }) => (seed ? exchangeFlags.seed : 0)),
    }
  }
  const v4 = added(4)
  const v6 = added(6)
  return encode({
    added: v4.peers,
    'added.f': v4.flags,
    added6: v6.peers,
    'added6.f': v6.flags,
    dropped: encodeCompact(of.dropped, 4),
    dropped6: encodeCompact(of.dropped, 6),
  })
}

/** @throws FaultError `peer` `bencode/…` */
export function decodeExchange(payload: Uint8Array): Exchange {
  const { dict } = dictionary(payload)
  const nothing = new Uint8Array(0)
  const added = (family: 4 | 6, key: string): ExchangedPeer[] => {
    const bytes = dict.bytes(key) ?? nothing
    const flags = dict.bytes(`${key}.f`) ?? nothing
    const size = family === 4 ? 6 : 18
    const out: ExchangedPeer[] = []
    for (let index = 0; (index + 1) * size <= bytes.length && index < mostExchanged; index++) {
      const [endpoint] = decodeCompact(bytes.subarray(index * size, (index + 1) * size), family, 1)
      if (endpoint !== undefined) out.push({ endpoint, seed: ((flags[index] ?? 0) & exchangeFlags.seed) !== 0 })
    }
    return out
  }
  return {
    added: [...added(4, 'added'), ...added(6, 'added6')],
    dropped: [
      ...decodeCompact(dict.bytes('dropped') ?? nothing, 4, mostExchanged),
      ...decodeCompact(dict.bytes('dropped6') ?? nothing, 6, mostExchanged),
    ],
  }
}

export function encodeDontHave(piece: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(4)
  setU32(out, 0, piece)
  return out
}

/** @throws FaultError `peer` */
export function decodeDontHave(payload: Uint8Array): number {
  if (payload.length !== 4) throw broken('It sent a don’t-have message of a wrong length')
  return u32(payload, 0)
}

export function encodeUploadOnly(uploadOnly: boolean): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(uploadOnly ? 1 : 0)
}

/** @throws FaultError `peer` */
export function decodeUploadOnly(payload: Uint8Array): boolean {
  if (payload.length !== 1) throw broken('It sent an upload-only message of a wrong length')
  return payload[0] !== 0
}
