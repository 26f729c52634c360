import type { Frame } from '@kith/core/network/taps.ts'

/** What Linux writes before a frame (virtio 1.2, 5.1.6.2): what is left to do with it. */
export const OFFLOAD_BYTES = 10
export const ETHERNET_BYTES = 14
const NEEDS_CHECKSUM = 1
const kinds = { none: 0, tcp4: 1, tcp6: 4 } as const
export const ethernet = { ipv4: 0x0800, arp: 0x0806, ipv6: 0x86dd } as const
const protocols = { tcp: 6, udp: 17 } as const
const checksumAt: Readonly<Record<number, number>> = { [protocols.tcp]: 16, [protocols.udp]: 6 }
const V6_BYTES = 40

export function etherType(bytes: Uint8Array): number {
  return (bytes[12]! << 8) | bytes[13]!
}

/** What stands behind the addresses of IP, where it is not in pieces. */
interface Inside {
  readonly version: 4 | 6
  readonly protocol: number
  readonly at: number
}

export function insideOf(bytes: Uint8Array): Inside | undefined {
  const type = bytes.length < ETHERNET_BYTES + 20 ? 0 : etherType(bytes)
  if (type === ethernet.ipv4) {
    const head = (bytes[ETHERNET_BYTES]! & 15) * 4
    const inPieces = (((bytes[20]! << 8) | bytes[21]!) & 0x3fff) !== 0
    return head < 20 || inPieces ? undefined : { version: 4, protocol: bytes[23]!, at: ETHERNET_BYTES + head }
  }
  if (type !== ethernet.ipv6 || bytes.length < ETHERNET_BYTES + V6_BYTES) return undefined
  return { version: 6, protocol: bytes[20]!, at: ETHERNET_BYTES + V6_BYTES }
}

/** Reads what Linux gives with its header; undefined for what is none. `bytes` is a view. */
export function readOffloaded(given: Uint8Array): Frame | undefined {
  if (given.length < OFFLOAD_BYTES + ETHERNET_BYTES) return undefined
  const segment = given[1] === kinds.none ? 0 : given[4]! | (given[5]! << 8)
  return { bytes: given.subarray(OFFLOAD_BYTES), partial: (given[0]! & NEEDS_CHECKSUM) !== 0, segment }
}

/**
 * Writes the header that Linux wants. All of it is made anew from the frame itself, so that nothing of what another
 * machine says reaches the system unseen. Undefined for a frame that asks for more than it can have.
 */
export function offloadHeader({ bytes, partial, segment }: Frame, into: Uint8Array, at: number): number | undefined {
  if (bytes.length < ETHERNET_BYTES) return undefined
  into.fill(0, at, at + OFFLOAD_BYTES)
  if (!partial && segment === 0) return OFFLOAD_BYTES
  const inside = insideOf(bytes)
  const place = inside === undefined ? undefined : checksumAt[inside.protocol]
  if (inside === undefined || place === undefined || inside.at + place + 2 > bytes.length) return undefined
  const view = new DataView(into.buffer, into.byteOffset + at, OFFLOAD_BYTES)
  view.setUint8(0, NEEDS_CHECKSUM)
  view.setUint16(6, inside.at, true)
  view.setUint16(8, place, true)
  if (segment === 0) return OFFLOAD_BYTES
  const head = inside.at + (bytes[inside.at + 12]! >> 4) * 4
  if (inside.protocol !== protocols.tcp || !partial || head < inside.at + 20 || head >= bytes.length) return undefined
  view.setUint8(1, inside.version === 4 ? kinds.tcp4 : kinds.tcp6)
  view.setUint16(2, head, true)
  view.setUint16(4, segment, true)
  return OFFLOAD_BYTES
}
