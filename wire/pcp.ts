import { broken } from './fault.ts'
import { addressBytes, addressText } from './ip-address.ts'
import { parseNatPmp } from './nat-pmp.ts'

/**
 * Port Control Protocol (RFC 6887), the side that asks: a router passes on what comes to a port of it, or lets it through
 * where nothing is translated. Requests and answers are single datagrams, to and from the port of NAT-PMP.
 */
export const PCP_PORT = 5351
/** Where routers tell everybody that they have begun anew (RFC 6887 14.1). */
export const PCP_NEWS_PORT = 5350
/** RFC 6887 7.1: no message is longer. */
const MOST_BYTES = 1_100
const VERSION = 2
const HEADER_BYTES = 24
const MAP_BYTES = 36
export const NONCE_BYTES = 12
const ANSWER = 128
const UNSUPPORTED_VERSION = 1
const opcodes = { announce: 0, map: 1 } as const

/** Numbers of IANA for what runs on IP. */
const protocols = { tcp: 6, udp: 17 } as const
export type PcpProtocol = keyof typeof protocols

/** RFC 6887 7.4. */
const results: Readonly<Record<number, string>> = {
  1: 'it speaks another version',
  2: 'it does not allow that',
  3: 'it could not read the question',
  4: 'it does not know what that is',
  5: 'it does not know what goes with the question',
  6: 'it could not read what goes with the question',
  7: 'it has no connection itself',
  8: 'it has no room left',
  9: 'it does not do that for TCP or UDP',
  10: 'this machine has as many ports there as it may',
  11: 'the port is taken there',
  12: 'another router is in between',
  13: 'too many others are named',
}

export interface PcpMapping {
  readonly nonce: Uint8Array
  readonly protocol: PcpProtocol
  /** The port here. */
  readonly internal: number
  /** The port there: asked for, or given. */
  readonly external: number
  /** Numeric; where the router is reached, or what one would like. */
  readonly host: string
  /** Seconds. */
  readonly lifetime: number
}

export type PcpAnswer =
  | (PcpMapping & { readonly kind: 'map'; readonly epoch: number })
  /** Which question was refused is known by its nonce and its protocol, where it was understood at all. */
  | {
      readonly kind: 'refused'
      readonly reason: string
      readonly code: number
      /** Seconds for which the router will say the same. */
      readonly lifetime: number
      readonly epoch: number
      readonly of: { readonly nonce: Uint8Array; readonly protocol: PcpProtocol; readonly internal: number } | undefined
    }
  /** The router speaks NAT-PMP, or a version that is none of ours. */
  | { readonly kind: 'version'; readonly highest: number }
  /** It tells everybody how long it has kept its mappings. */
  | { readonly kind: 'announce'; readonly epoch: number }

/** Sixteen bytes, IPv4 inside IPv6 (RFC 6887 5). @throws FaultError `peer` `wire/pcp` for what is no address */
function wideAddress(host: string): Uint8Array {
  const bytes = addressBytes(host)
  if (bytes === undefined) throw broken('wire/pcp', 'A router is asked for an address that is none')
  if (bytes.length === 16) return bytes
  return Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...bytes)
}

/**
 * Asks for a mapping, renews it, or ends it with a lifetime of 0.
 * @param client our own address, as the router sees it
 */
export function askMap(client: string, mapping: PcpMapping): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER_BYTES + MAP_BYTES)
  const view = new DataView(bytes.buffer)
  view.setUint8(0, VERSION)
  view.setUint8(1, opcodes.map)
  view.setUint32(4, mapping.lifetime)
  bytes.set(wideAddress(client), 8)
  bytes.set(mapping.nonce.subarray(0, NONCE_BYTES), HEADER_BYTES)
  view.setUint8(36, protocols[mapping.protocol])
  view.setUint16(40, mapping.internal)
  view.setUint16(42, mapping.external)
  bytes.set(wideAddress(mapping.host), 44)
  return bytes
}

/** @throws FaultError `peer` `wire/pcp` */
export function parsePcp(bytes: Uint8Array): PcpAnswer {
  if (bytes.length > MOST_BYTES || bytes.length < 4 || (bytes[1]! & ANSWER) === 0) throw nonsense()
  const code = bytes[3]!
  if (bytes[0] !== VERSION) {
    // Answers of other versions have their code at the same place (RFC 6887 9); NAT-PMP counts as version 0.
    if (code !== UNSUPPORTED_VERSION) throw nonsense()
    return { kind: 'version', highest: bytes[0]! }
  }
  if (bytes.length < HEADER_BYTES || bytes.length % 4 !== 0) throw nonsense()
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const lifetime = view.getUint32(4)
  const epoch = view.getUint32(8)
  if (code === UNSUPPORTED_VERSION) return { kind: 'version', highest: VERSION }
  const opcode = bytes[1]! - ANSWER
  if (opcode === opcodes.announce && code === 0) return { kind: 'announce', epoch }
  const protocol: PcpProtocol | undefined =
    bytes[36] === protocols.tcp ? 'tcp' : bytes[36] === protocols.udp ? 'udp' : undefined
  const whole = opcode === opcodes.map && bytes.length >= HEADER_BYTES + MAP_BYTES && protocol !== undefined
  const of = whole
    ? { nonce: bytes.slice(HEADER_BYTES, HEADER_BYTES + NONCE_BYTES), protocol, internal: view.getUint16(40) }
    : undefined
  if (code !== 0) {
    return { kind: 'refused', reason: results[code] ?? `it gives the code ${code}`, code, lifetime, epoch, of }
  }
  if (of === undefined) throw nonsense()
  return {
    kind: 'map',
    ...of,
    external: view.getUint16(42),
    host: addressText(bytes.subarray(44, 60)),
    lifetime,
    epoch,
  }
}

/**
 * What a router tells everybody at the port for news: its epoch, or undefined when it speaks NAT-PMP, which tells its
 * address instead (RFC 6886 3.2.1).
 * @throws FaultError `peer` `wire/pcp`, `wire/nat-pmp`
 */
export function parseNews(bytes: Uint8Array): { readonly epoch: number | undefined } {
  if (bytes[0] === 0) {
    if (parseNatPmp(bytes).kind !== 'address') throw nonsense()
    return { epoch: undefined }
  }
  const news = parsePcp(bytes)
  if (news.kind !== 'announce') throw nonsense()
  return { epoch: news.epoch }
}

/** A router's count of seconds, and when it came, in milliseconds. */
export interface PcpEpoch {
  readonly epoch: number
  readonly at: number
}

/**
 * Whether a router can have kept its mappings between two answers: its seconds and ours went on alike, but for a
 * sixteenth and two seconds (RFC 6887 8.5).
 */
export function hasKept(before: PcpEpoch, now: PcpEpoch): boolean {
  if (now.epoch + 1 < before.epoch) return false
  const there = now.epoch - before.epoch
  const here = (now.at - before.at) / 1000
  return here + 2 >= there - there / 16 && there + 2 >= here - here / 16
}

function nonsense(): Error {
  return broken('wire/pcp', 'A router answers with nonsense')
}
