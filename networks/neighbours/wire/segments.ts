import type { Segment } from '@kith/core/offer/segments.ts'
import { decodeDict, encode } from '@kith/wire/bencode.ts'
import { lossyText } from '@kith/wire/bytes.ts'
import { broken } from '@kith/wire/fault.ts'
import { addressText } from '@kith/wire/ip-address.ts'
import { deviceId, idBytes } from './device-id.ts'
import { MOST_MESSAGE_BYTES, shownName } from './messages.ts'

export const SEGMENT_ID_BYTES = 8
/** More than anybody keeps. */
export const MOST_SEGMENTS = 16
/** Hosts in the 24 bits of a network. */
export const MOST_MEMBERS = 253
export const PREFIX = 24
/** Of IPv6, which has no smaller networks (RFC 4291 2.5.1). */
export const PREFIX_V6 = 64
export const PREFIX_V6_BYTES = 8
/** RFC 4193 3.1: unique local, and drawn by who uses it. */
const UNIQUE_LOCAL = 0xfd
/** Fits in one datagram with all that is around it, over IPv4 and IPv6 with 1500 bytes. */
export const MTU = 1_400

export function encodeSegments(segments: readonly Segment[]): Uint8Array {
  return encode({ segments: segments.map(({ id, title }) => ({ id: Uint8Array.fromHex(id), title })) })
}

/** @throws FaultError `bencode/…`, `neighbours/message` */
export function decodeSegments(bytes: Uint8Array): readonly Segment[] {
  const dict = decodeDict(bytes, { maxBytes: MOST_MESSAGE_BYTES, maxDepth: 4, maxItems: 1_024 })
  return [...(dict.list('segments')?.needDicts() ?? [])].slice(0, MOST_SEGMENTS).map((one) => {
    const id = one.needBytes('id')
    if (id.length !== SEGMENT_ID_BYTES) throw broken('neighbours/message', 'A virtual network has a wrong name')
    return { id: id.toHex(), title: shownName(lossyText(one.needBytes('title'))) }
  })
}

/** What the owner of a virtual network tells each member: its place, and who else is there. */
export interface SegmentPlan {
  /** The first three numbers of all addresses. */
  readonly network: readonly [number, number, number]
  /** What all addresses of IPv6 begin with: eight bytes, unique local. Absent where the owner gives none. */
  readonly prefix?: Uint8Array
  /** The last number of the member's own address; the owner has 1. */
  readonly host: number
  readonly members: readonly { readonly device: string; readonly host: number; readonly here: boolean }[]
}

export function encodePlan({ network, prefix, host, members }: SegmentPlan): Uint8Array {
  const all = members.map((one) => ({ device: idBytes(one.device), host: one.host, here: Number(one.here) }))
  return encode({ network: [...network], prefix, host, members: all })
}

/** @throws FaultError `bencode/…`, `neighbours/message` */
export function decodePlan(bytes: Uint8Array): SegmentPlan {
  const dict = decodeDict(bytes, { maxBytes: MOST_MESSAGE_BYTES, maxDepth: 4, maxItems: 4_096 })
  const [one, two, three, ...more] = [...(dict.list('network') ?? [])]
  const isByte = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value <= 255
  const isHost = (value: number): boolean => value >= 1 && value <= 254
  const host = dict.needInteger('host')
  // Always a private network (RFC 1918): nobody's plan takes the internet's addresses.
  if (one !== 10 || !isByte(two) || !isByte(three) || more.length > 0 || !isHost(host) || host === 1) {
    throw broken('neighbours/message', 'A virtual network has addresses that are none')
  }
  const prefix = dict.bytes('prefix')?.slice()
  if (prefix !== undefined && (prefix.length !== PREFIX_V6_BYTES || prefix[0] !== UNIQUE_LOCAL)) {
    throw broken('neighbours/message', 'A virtual network has addresses of IPv6 that are none')
  }
  const members = [...(dict.list('members')?.needDicts() ?? [])].slice(0, MOST_MEMBERS + 1).map((each) => {
    const at = each.needInteger('host')
    if (!isHost(at)) throw broken('neighbours/message', 'A member has an address that is none')
    return { device: deviceId(each.needBytes('device')), host: at, here: each.needInteger('here') === 1 }
  })
  return { network: [10, two, three], ...(prefix === undefined ? {} : { prefix }), host, members }
}

export function addressIn(network: SegmentPlan['network'], host: number): string {
  return [...network, host].join('.')
}

/**
 * The network of IPv6 that belongs to a virtual network: its id is random, and so are the 40 bits that tell it from all others
 * and the 16 of a part of it (RFC 4193 3.2).
 */
export function prefixOf(id: string): Uint8Array {
  return Uint8Array.of(UNIQUE_LOCAL, ...Uint8Array.fromHex(id).subarray(0, PREFIX_V6_BYTES - 1))
}

/** `fd12:3456:789a:bcde::2`: it ends as the address of IPv4 does. */
export function addressV6In(prefix: Uint8Array, host: number): string {
  return addressText(Uint8Array.of(...prefix, 0, 0, 0, 0, 0, 0, 0, host))
}

/** How addresses are shown. */
interface Addresses {
  readonly address: string
  readonly addressV6?: string
}

export function addressesIn(network: SegmentPlan['network'], prefix: SegmentPlan['prefix'], host: number): Addresses {
  return {
    address: addressIn(network, host),
    ...(prefix === undefined ? {} : { addressV6: addressV6In(prefix, host) }),
  }
}

/** The same with the bits of the networks around them. @param v6 whether the machine has that of IPv6 */
export function withPrefixes({ address, addressV6 }: Addresses, v6: boolean): Addresses {
  return {
    address: `${address}/${PREFIX}`,
    ...(addressV6 === undefined || !v6 ? {} : { addressV6: `${addressV6}/${PREFIX_V6}` }),
  }
}

export function samePrefix(one: SegmentPlan['prefix'], other: SegmentPlan['prefix']): boolean {
  return one?.toHex() === other?.toHex()
}

/** What every machine has on its cable: made of the hardware address (RFC 4291 2.5.6, appendix A). */
export function linkLocalIn(network: SegmentPlan['network'], host: number): Uint8Array {
  const [one, two, three, four, five, six] = macIn(network, host)
  return Uint8Array.of(0xfe, 0x80, 0, 0, 0, 0, 0, 0, one! ^ 2, two!, three!, 0xff, 0xfe, four!, five!, six!)
}

/** The hardware address that belongs to an address there: locally administered, and never chosen by a member. */
export function macIn(network: SegmentPlan['network'], host: number): Uint8Array {
  return Uint8Array.of(0x02, 0x6b, ...network, host)
}
