import type { Endpoint } from '@kith/core/network/net.ts'
import { addressBytes, isWithin } from '@kith/wire/ip-address.ts'

/** How far an address means the same: on one machine, in the networks around it, everywhere. */
const range = { machine: 1, around: 2, everywhere: 3 } as const

const ranges: readonly (readonly [network: string, prefix: number, range: number])[] = [
  // Nobody is there: this network, groups, everybody (RFC 1122, 5771, 919).
  ['0.0.0.0', 8, 0],
  ['224.0.0.0', 3, 0],
  ['::', 128, 0],
  ['ff00::', 8, 0],
  ['127.0.0.0', 8, range.machine],
  ['::1', 128, range.machine],
  // Private networks, those of providers, and addresses of one link (RFC 1918, 6598, 3927, 4193, 4291).
  ['10.0.0.0', 8, range.around],
  ['172.16.0.0', 12, range.around],
  ['192.168.0.0', 16, range.around],
  ['100.64.0.0', 10, range.around],
  ['169.254.0.0', 16, range.around],
  ['fc00::', 7, range.around],
  ['fe80::', 10, range.around],
]

function rangeOf(host: string): number {
  // The link that an address of one link belongs to stands behind it.
  const address = addressBytes(host.split('%')[0]!)
  if (address === undefined) return 0
  const known = ranges.find(([network, prefix]) => isWithin(address, addressBytes(network)!, prefix))
  return known?.[2] ?? range.everywhere
}

/** Whether a peer can be at this address at all. */
export function canBePeer({ host }: Endpoint): boolean {
  return rangeOf(host) > 0
}

/**
 * Whether an address can mean the same to both of two who talk, by where the other one is: a stranger from outside knows
 * nothing of our networks, has no business with them, and need not know of them.
 */
export function meansTheSame(address: Endpoint, to: Endpoint): boolean {
  return canBePeer(address) && rangeOf(address.host) >= rangeOf(to.host)
}
