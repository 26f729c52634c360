import { ETHERNET_BYTES } from '@kith/wire/ethernet/offload.ts'
import { addressText } from '@kith/wire/ip-address.ts'
import { linkLocalIn, macIn, PREFIX_V6_BYTES, type SegmentPlan } from '../wire/segments.ts'

/** Who a member is: its number, and what all addresses of its virtual network begin with. */
export interface Place {
  readonly network: SegmentPlan['network']
  readonly host: number
  /** Without it there are addresses of the link alone. */
  readonly prefix: SegmentPlan['prefix']
}

const HEAD_BYTES = 40
const START: number = ETHERNET_BYTES + HEAD_BYTES
const SOURCE: number = ETHERNET_BYTES + 8
const TARGET: number = ETHERNET_BYTES + 24
const ADDRESS_BYTES = 16
/** Headers in front of what is carried (RFC 8200 4.1); who has more hides something (RFC 7113 3). */
const MOST_HEADERS = 8
const headers = { hops: 0, routing: 43, fragment: 44, destination: 60, icmp: 58, tcp: 6, udp: 17 } as const
/** RFC 4861 4, RFC 2710 3, RFC 3810 5.2. */
const icmp = { listening: [131, 132, 143], ask: 135, tell: 136, router: [133, 134, 137] } as const
const ROUTER_ASKED = 133
const options = { source: 1, target: 2 } as const

/** What is behind the header and those that follow it; undefined where it does not end. */
interface Carried {
  readonly protocol: number
  readonly at: number
  readonly inPieces: boolean
  /** A later piece: nothing of what is carried begins in it. */
  readonly later: boolean
  /** It says by way of whom it goes (RFC 8200 4.4): its address is not where it ends. */
  readonly routed: boolean
}

function carried(bytes: Uint8Array): Carried | undefined {
  let protocol = bytes[ETHERNET_BYTES + 6]!
  let at = START
  let inPieces = false
  let routed = false
  for (let count = 0; count < MOST_HEADERS; count++) {
    if (protocol === headers.fragment) {
      if (bytes.length < at + 8) return undefined
      const where = (bytes[at + 2]! << 8) | bytes[at + 3]!
      protocol = bytes[at]!
      at += 8
      inPieces ||= (where & 0xfff9) !== 0
      if (where >> 3 !== 0) return { protocol, at, inPieces, later: true, routed }
    } else if (protocol === headers.hops || protocol === headers.routing || protocol === headers.destination) {
      if (bytes.length < at + 8) return undefined
      routed ||= protocol === headers.routing
      protocol = bytes[at]!
      at += (bytes[at + 1]! + 1) * 8
    } else return { protocol, at, inPieces, later: false, routed }
  }
  return undefined
}

function same(bytes: Uint8Array, at: number, other: Uint8Array): boolean {
  return other.every((byte, index) => bytes[at + index] === byte)
}

function isNowhere(bytes: Uint8Array, at: number): boolean {
  for (let index = at; index < at + ADDRESS_BYTES; index++) if (bytes[index] !== 0) return false
  return true
}

function hasAddress(bytes: Uint8Array, at: number, { network, host, prefix }: Place): boolean {
  if (bytes[at] === 0xfe) return same(bytes, at, linkLocalIn(network, host))
  if (!isInside(bytes, at, prefix) || bytes[at + ADDRESS_BYTES - 1] !== host) return false
  for (let index = at + PREFIX_V6_BYTES; index < at + ADDRESS_BYTES - 1; index++) if (bytes[index] !== 0) return false
  return true
}

function isOnLink(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0xfe && (bytes[at + 1]! & 0xc0) === 0x80
}

function isInside(bytes: Uint8Array, at: number, prefix: SegmentPlan['prefix']): boolean {
  return prefix !== undefined && same(bytes, at, prefix)
}

/** Whether the source of a packet is somebody in the virtual network, or has no address yet. */
export function isWithinV6(bytes: Uint8Array, prefix: SegmentPlan['prefix']): boolean {
  if (bytes.length < START) return false
  return isOnLink(bytes, SOURCE) || isInside(bytes, SOURCE, prefix) || isNowhere(bytes, SOURCE)
}

/**
 * Whether a member may have sent a packet of IPv6: from its own addresses, and telling of no other. Nobody speaks as a router
 * (RFC 6105), whatever headers are in front of it.
 */
export function isFromV6(bytes: Uint8Array, place: Place): boolean {
  if (bytes.length < START) return false
  const inside = carried(bytes)
  if (inside === undefined || isRouterWord(bytes, inside)) return false
  const nowhere = isNowhere(bytes, SOURCE)
  if (!nowhere && !hasAddress(bytes, SOURCE, place)) return false
  if (inside.protocol !== headers.icmp) return !nowhere
  if (inside.later) return !nowhere
  return isDiscoveryOf(bytes, inside, place, nowhere)
}

/** Neighbour discovery in one's own name; who has no address yet asks only whether one is free, or listens to groups. */
function isDiscoveryOf(bytes: Uint8Array, { at, inPieces }: Carried, place: Place, nowhere: boolean): boolean {
  const type = bytes[at]
  if (type === ROUTER_ASKED) return !inPieces && tells(bytes, at + 8, options.source, place)
  if (type === icmp.ask) {
    if (inPieces || bytes.length < at + 24) return false
    // Who is nowhere asks about an address that is to be its own (RFC 4862 5.4.2).
    return nowhere ? hasAddress(bytes, at + 8, place) : tells(bytes, at + 24, options.source, place)
  }
  if (type === icmp.tell) {
    if (inPieces || nowhere || bytes.length < at + 24) return false
    return hasAddress(bytes, at + 8, place) && tells(bytes, at + 24, options.target, place)
  }
  return !nowhere || icmp.listening.some((one) => one === type)
}

/** Whether the hardware address that is told, if one is, is the member's own. */
function tells(bytes: Uint8Array, from: number, kind: number, { network, host }: Place): boolean {
  // A short frame may be longer than what it carries.
  const payload = (bytes[ETHERNET_BYTES + 4]! << 8) | bytes[ETHERNET_BYTES + 5]!
  const end = Math.min(bytes.length, START + payload)
  for (let at = from; at < end;) {
    const length = (bytes[at + 1] ?? 0) * 8
    if (length === 0 || at + length > end) return false
    if ((bytes[at] === options.source || bytes[at] === options.target) && bytes[at] !== kind) return false
    if (bytes[at] === kind && !(length === 8 && same(bytes, at + 2, macIn(network, host)))) return false
    at += length
  }
  return true
}

/**
 * Router advertisements and redirects (RFC 4861 4.2, 4.5) make a machine send its traffic elsewhere. In pieces no part of
 * discovery is believed (RFC 6980), and a first piece that does not show what it carries is none.
 */
function isRouterWord(bytes: Uint8Array, { protocol, at, inPieces, later }: Carried): boolean {
  if (protocol !== headers.icmp || later) return false
  const type = bytes[at]
  if (type === undefined) return true
  if (inPieces && type >= ROUTER_ASKED && type <= 137) return true
  return type !== ROUTER_ASKED && icmp.router.some((one) => one === type)
}

/**
 * Where a packet goes that leaves the virtual network: an address, and a port where it shows one. Undefined for what stays in it, or
 * on the link, and for what hides where it ends or which port it is for.
 */
export function leavesV6(
  bytes: Uint8Array,
  prefix: SegmentPlan['prefix'],
): { readonly host: string; readonly port: number } | undefined {
  if (prefix === undefined || bytes.length < START || bytes[TARGET] === 0xff) return undefined
  if (isOnLink(bytes, TARGET) || isInside(bytes, TARGET, prefix)) return undefined
  const inside = carried(bytes)
  if (inside === undefined || inside.routed) return undefined
  const host = addressText(bytes.subarray(TARGET, TARGET + ADDRESS_BYTES))
  // Version 4 inside version 6 is for use within a machine, and on no line.
  if (!host.includes(':')) return undefined
  const { protocol, at, later } = inside
  if (later || (protocol !== headers.tcp && protocol !== headers.udp)) return { host, port: 0 }
  return bytes.length < at + 4 ? undefined : { host, port: (bytes[at + 2]! << 8) | bytes[at + 3]! }
}

/** Whether a packet is of ICMP: discovery, answers to what was sent, and its like. */
export function isIcmpV6(bytes: Uint8Array): boolean {
  return bytes.length >= START && carried(bytes)?.protocol === headers.icmp
}

/** Whether a packet may enter a machine: it is for the machine itself or for a group, and no router's word. */
export function mayEnterV6(bytes: Uint8Array, place: Place): boolean {
  if (bytes.length < START) return false
  const inside = carried(bytes)
  if (inside === undefined || isRouterWord(bytes, inside)) return false
  return bytes[TARGET] === 0xff || hasAddress(bytes, TARGET, place)
}
