import { fail } from '@kith/core/fault/fault.ts'
import type { Endpoint } from '@kith/core/network/net.ts'
import { concat, utf8 } from '@kith/wire/bytes.ts'
import type { Announce, Announced, AnnounceEvent, Counts } from './announce.ts'
import { garbage, interval, mostPeers, refused } from './announce.ts'
import { decodeCompact, encodeCompact } from './compact.ts'

/** The connection id of a connect request (BEP 15). */
const protocolId = 0x41727101980n

export const udpAction = { connect: 0, announce: 1, scrape: 2, error: 3 } as const

const events: readonly (AnnounceEvent | undefined)[] = [undefined, 'completed', 'started', 'stopped']
/** Torrents in one scrape: what fits in a packet. */
export const mostScraped: number = 74

/** What a client sends to a UDP tracker. */
export type UdpRequest =
  | { readonly kind: 'connect'; readonly transaction: number }
  | ({ readonly kind: 'announce'; readonly transaction: number; readonly connection: bigint } & Announce & {
        /** Path and query of the tracker's address (BEP 41). */
        readonly path: string
      })
  | {
      readonly kind: 'scrape'
      readonly transaction: number
      readonly connection: bigint
      readonly infoHashes: readonly Uint8Array[]
    }

/** What a UDP tracker answers. */
export type UdpResponse =
  | { readonly kind: 'connect'; readonly transaction: number; readonly connection: bigint }
  | { readonly kind: 'announce'; readonly transaction: number; readonly announced: Announced }
  | { readonly kind: 'scrape'; readonly transaction: number; readonly scraped: readonly Counts[] }
  | { readonly kind: 'error'; readonly transaction: number; readonly message: Uint8Array }

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

export function encodeUdpRequest(request: UdpRequest): Uint8Array<ArrayBuffer> {
  switch (request.kind) {
    case 'connect': {
      const out = new Uint8Array(16)
      view(out).setBigUint64(0, protocolId)
      view(out).setUint32(12, request.transaction)
      return out
    }
    case 'announce': {
      const out = new Uint8Array(98)
      const to = view(out)
      to.setBigUint64(0, request.connection)
      to.setUint32(8, udpAction.announce)
      to.setUint32(12, request.transaction)
      out.set(request.infoHash, 16)
      out.set(request.peerId, 36)
      to.setBigUint64(56, BigInt(request.downloaded))
      to.setBigUint64(64, BigInt(request.left))
      to.setBigUint64(72, BigInt(request.uploaded))
      to.setUint32(80, Math.max(0, events.indexOf(request.event)))
      to.setUint32(88, request.key)
      to.setInt32(92, request.wanted)
      to.setUint16(96, request.port)
      return concat([out, urlData(request.path)])
    }
    case 'scrape': {
      const head = new Uint8Array(16)
      const to = view(head)
      to.setBigUint64(0, request.connection)
      to.setUint32(8, udpAction.scrape)
      to.setUint32(12, request.transaction)
      return concat([head, ...request.infoHashes.slice(0, mostScraped)])
    }
  }
}

/** The option URL data, 255 bytes at a time (BEP 41); nothing for the usual path. */
function urlData(path: string): Uint8Array {
  if (path === '/' || path === '' || path === '/announce') return new Uint8Array()
  const parts: Uint8Array[] = []
  const bytes = utf8(path)
  for (let at = 0; at < bytes.length; at += 255) {
    const part = bytes.subarray(at, at + 255)
    parts.push(Uint8Array.of(2, part.length), part)
  }
  return concat(parts)
}

/** @throws FaultError `peer` `bittorrent/udp-request` */
export function decodeUdpRequest(bytes: Uint8Array): UdpRequest {
  if (bytes.length < 16) throw fail('peer', 'bittorrent/udp-request', 'A request has at least 16 bytes')
  const from = view(bytes)
  const connection = from.getBigUint64(0)
  const action = from.getUint32(8)
  const transaction = from.getUint32(12)
  if (action === udpAction.connect && connection === protocolId) return { kind: 'connect', transaction }
  if (action === udpAction.announce && bytes.length >= 98) {
    const event = events[from.getUint32(80)]
    const wanted = from.getInt32(92)
    return {
      kind: 'announce',
      transaction,
      connection,
      infoHash: bytes.slice(16, 36),
      peerId: bytes.slice(36, 56),
      downloaded: safe(from.getBigUint64(56)),
      left: safe(from.getBigUint64(64)),
      uploaded: safe(from.getBigUint64(72)),
      key: from.getUint32(88),
      wanted: wanted < 0 ? 50 : wanted,
      port: from.getUint16(96),
      path: '',
      ...(event === undefined ? {} : { event }),
    }
  }
  if (action === udpAction.scrape) {
    const infoHashes: Uint8Array[] = []
    for (let at = 16; at + 20 <= bytes.length && infoHashes.length < mostScraped; at += 20)
      infoHashes.push(bytes.slice(at, at + 20))
    return { kind: 'scrape', transaction, connection, infoHashes }
  }
  throw fail('peer', 'bittorrent/udp-request', 'It is neither connect, announce nor scrape')
}

function safe(value: bigint): number {
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value)
}

/** `family` is that of the address the answer goes to: it decides how long a peer is. */
export function encodeUdpResponse(response: UdpResponse, family: 4 | 6): Uint8Array<ArrayBuffer> {
  const head = new Uint8Array(8)
  view(head).setUint32(0, udpAction[response.kind])
  view(head).setUint32(4, response.transaction)
  switch (response.kind) {
    case 'connect': {
      const id = new Uint8Array(8)
      view(id).setBigUint64(0, response.connection)
      return concat([head, id])
    }
    case 'announce': {
      const { announced } = response
      const counts = new Uint8Array(12)
      view(counts).setUint32(0, announced.interval)
      view(counts).setUint32(4, announced.others ?? 0)
      view(counts).setUint32(8, announced.seeds ?? 0)
      return concat([head, counts, encodeCompact(announced.peers, family)])
    }
    case 'scrape': {
      const out = new Uint8Array(response.scraped.length * 12)
      for (const [index, { seeds, completed, others }] of response.scraped.entries()) {
        view(out).setUint32(index * 12, seeds)
        view(out).setUint32(index * 12 + 4, completed)
        view(out).setUint32(index * 12 + 8, others)
      }
      return concat([head, out])
    }
    case 'error':
      return concat([head, response.message])
  }
}

/** @throws FaultError `peer` `bittorrent/tracker-garbage` */
export function decodeUdpResponse(bytes: Uint8Array, family: 4 | 6): UdpResponse {
  if (bytes.length < 8) throw garbage('it is too short')
  const from = view(bytes)
  const action = from.getUint32(0)
  const transaction = from.getUint32(4)
  if (action === udpAction.connect && bytes.length >= 16)
    return { kind: 'connect', transaction, connection: from.getBigUint64(8) }
  if (action === udpAction.announce && bytes.length >= 20) {
    const announced: Announced = {
      interval: interval(from.getUint32(8)),
      others: from.getUint32(12),
      seeds: from.getUint32(16),
      peers: decodeCompact(bytes.subarray(20), family, mostPeers),
    }
    return { kind: 'announce', transaction, announced }
  }
  if (action === udpAction.scrape) {
    const scraped: Counts[] = []
    for (let at = 8; at + 12 <= bytes.length && scraped.length < mostScraped; at += 12) {
      scraped.push({ seeds: from.getUint32(at), completed: from.getUint32(at + 4), others: from.getUint32(at + 8) })
    }
    return { kind: 'scrape', transaction, scraped }
  }
  if (action === udpAction.error) return { kind: 'error', transaction, message: bytes.slice(8, 408) }
  throw garbage('it is no answer of a tracker')
}

/** The fault in an error response. */
export function udpRefusal(message: Uint8Array): Error {
  return refused(message)
}

/** Family of a numeric address. */
export function familyOf({ host }: Pick<Endpoint, 'host'>): 4 | 6 {
  return host.includes(':') ? 6 : 4
}
