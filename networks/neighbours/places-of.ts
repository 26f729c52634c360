import type { Endpoint } from '@kith/core/network/net.ts'
import { addressBytes, isWithin } from '@kith/wire/ip-address.ts'

/** What means another machine elsewhere: loopback, and addresses of one link, which need the name of an interface. */
const elsewhere: readonly (readonly [string, number])[] = [
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['::1', 128],
  ['fe80::', 10],
]
/** What is known in a local network only (RFC 1918, RFC 6598, RFC 4193). */
const local: readonly (readonly [string, number])[] = [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['fc00::', 7],
]

function among(host: string, networks: readonly (readonly [string, number])[]): boolean {
  const bytes = addressBytes(host)
  return bytes !== undefined && networks.some(([text, prefix]) => isWithin(bytes, addressBytes(text)!, prefix))
}

/**
 * Where a device may be reached, the furthest first, each once: doors that routers hold open, addresses of the internet, which
 * over IPv6 every machine has, and those of local networks. A link has room for few, so the order matters.
 */
export function placesOf(doors: readonly Endpoint[], own: readonly Endpoint[]): readonly Endpoint[] {
  const shown = own.filter(({ host }) => addressBytes(host) !== undefined && !among(host, elsewhere))
  const far = shown.filter(({ host }) => !among(host, local))
  const near = shown.filter(({ host }) => among(host, local))
  const all = new Map([...doors, ...far, ...near].map((one) => [`${one.host} ${one.port}`, one]))
  return [...all.values()]
}
