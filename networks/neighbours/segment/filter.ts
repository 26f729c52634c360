import { ethernet, ETHERNET_BYTES, etherType } from '@kith/wire/ethernet/offload.ts'
import { macIn, type SegmentPlan } from '../wire/segments.ts'
import { isFromV6, isIcmpV6, isWithinV6, leavesV6, mayEnterV6 } from './filter-v6.ts'

type Network = SegmentPlan['network']
type Prefix = SegmentPlan['prefix']

const ARP_BYTES = 28
const ICMP = 1
/** IEEE 802.3: addresses that a bridge keeps to itself, such as those of spanning trees. */
const reserved = [0x01, 0x80, 0xc2, 0, 0]

const tags = [0x8100, 0x88a8, 0x9100] as const
/** Below it stands a length (IEEE 802.3 3.2.6). */
const FIRST_TYPE = 0x600
const snap = [0xaa, 0xaa, 3, 0, 0, 0] as const

/** Whether a frame goes to everybody, or to a group. */
export function isForMany(bytes: Uint8Array): boolean {
  return (bytes[0]! & 1) === 1
}

function hasMac(bytes: Uint8Array, at: number, network: Network, host: number): boolean {
  const mac = macIn(network, host)
  return mac.every((byte, index) => bytes[at + index] === byte)
}

function hasAddress(bytes: Uint8Array, at: number, network: Network, host: number): boolean {
  return bytes[at + 3] === host && isInside(bytes, at, network)
}

function isInside(bytes: Uint8Array, at: number, network: Network): boolean {
  return bytes[at] === network[0] && bytes[at + 1] === network[1] && bytes[at + 2] === network[2]
}

function isNowhere(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0 && bytes[at + 1] === 0 && bytes[at + 2] === 0 && bytes[at + 3] === 0
}

/** The last number of whom a frame for one is meant for; undefined when it is for nobody there. */
export function hostOf(bytes: Uint8Array, network: Network): number | undefined {
  const host = bytes[5]!
  return hasMac(bytes, 0, network, host) ? host : undefined
}

/**
 * Whether a member may have sent a frame: from its own hardware address, and from its own address where the frame shows
 * one. Nobody speaks in the name of another, or tells others where somebody else is.
 */
export function isFrom(bytes: Uint8Array, network: Network, host: number, prefix?: Prefix): boolean {
  if (bytes.length < ETHERNET_BYTES || !hasMac(bytes, 6, network, host)) return false
  if (reserved.every((byte, index) => bytes[index] === byte)) return false
  switch (etherType(bytes)) {
    case ethernet.arp:
      return isArpFrom(bytes, network, host)
    case ethernet.ipv4:
      if (bytes.length < ETHERNET_BYTES + 20) return false
      return hasAddress(bytes, 26, network, host)
    case ethernet.ipv6:
      return isFromV6(bytes, { network, host, prefix })
    default:
      return !isWrapped(bytes)
  }
}

/** What systems take for a packet of IP although its frame does not say so: with a tag in front (IEEE 802.1Q), or in SNAP (RFC 1042). */
function isWrapped(bytes: Uint8Array): boolean {
  const type = etherType(bytes)
  if (tags.some((tag) => tag === type)) return true
  if (type >= FIRST_TYPE || !snap.every((byte, index) => bytes[ETHERNET_BYTES + index] === byte)) return false
  const inside = (bytes[ETHERNET_BYTES + snap.length]! << 8) | bytes[ETHERNET_BYTES + snap.length + 1]!
  return inside === ethernet.ipv4 || inside === ethernet.arp || inside === ethernet.ipv6
}

/** RFC 826; a probe has no address yet (RFC 5227). */
function isArpFrom(bytes: Uint8Array, network: Network, host: number): boolean {
  if (bytes.length < ETHERNET_BYTES + ARP_BYTES || bytes[18] !== 6 || bytes[19] !== 4) return false
  return hasMac(bytes, 22, network, host) && (hasAddress(bytes, 28, network, host) || isNowhere(bytes, 28))
}

/**
 * Whether a frame may enter a machine: what IP carries has to be meant for the machine itself or for all, so that no
 * member can use another as its way to somewhere.
 */
export function mayEnter(bytes: Uint8Array, network: Network, host: number, prefix?: Prefix): boolean {
  if (bytes.length < ETHERNET_BYTES) return false
  if (etherType(bytes) === ethernet.ipv6) return mayEnterV6(bytes, { network, host, prefix })
  if (etherType(bytes) !== ethernet.ipv4) return !isWrapped(bytes)
  if (bytes.length < ETHERNET_BYTES + 20) return false
  const first = bytes[30]!
  const everybody = first === 255 || (first >= 224 && first <= 239) || hasAddress(bytes, 30, network, 255)
  return everybody || hasAddress(bytes, 30, network, host)
}

/**
 * Whether a frame is what keeps a way open: who is where, and the messages of ICMP. Who is lent a way out has no more than that to say
 * to the machine that it leads by.
 */
export function isUpkeep(bytes: Uint8Array): boolean {
  if (bytes.length < ETHERNET_BYTES + 20) return false
  switch (etherType(bytes)) {
    case ethernet.arp:
      return true
    case ethernet.ipv4:
      return bytes[23] === ICMP
    case ethernet.ipv6:
      return isIcmpV6(bytes)
    default:
      return false
  }
}

/** Where a packet goes that leaves the virtual network; undefined for what stays in it. Over IPv6 nothing leaves without a prefix. */
export function leaves(
  bytes: Uint8Array,
  network: Network,
  prefix?: Prefix,
): { readonly host: string; readonly port: number } | undefined {
  if (bytes.length < ETHERNET_BYTES + 20 || isForMany(bytes)) return undefined
  if (etherType(bytes) === ethernet.ipv6) return leavesV6(bytes, prefix)
  if (etherType(bytes) !== ethernet.ipv4) return undefined
  if (isInside(bytes, 30, network)) return undefined
  const at = ETHERNET_BYTES + (bytes[ETHERNET_BYTES]! & 15) * 4
  const first = (((bytes[20]! << 8) | bytes[21]!) & 0x1fff) === 0
  const ported = first && (bytes[23] === 6 || bytes[23] === 17) && bytes.length >= at + 4
  return { host: bytes.subarray(30, 34).join('.'), port: ported ? (bytes[at + 2]! << 8) | bytes[at + 3]! : 0 }
}

/** Whether a packet is the word of somebody who is not in the virtual network. */
export function comesFromOutside(bytes: Uint8Array, network: Network, prefix?: Prefix): boolean {
  if (etherType(bytes) === ethernet.ipv6) return !isWithinV6(bytes, prefix)
  return etherType(bytes) === ethernet.ipv4 && bytes.length >= ETHERNET_BYTES + 20 && !isInside(bytes, 26, network)
}
