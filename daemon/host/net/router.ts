import { readFileSync } from 'node:fs'
import { addressBytes, addressText, isWithin } from '@kith/wire/ip-address.ts'

/** The router that this machine sends to whatever is not near, IPv4 in dots; undefined where the system does not say. */
export function defaultRouter(): string | undefined {
  const table = readSystem('/proc/net/route')
  return table === undefined ? undefined : routerIn(table)
}

/** Columns: interface, destination, gateway, flags, …, metric (6), mask (7); addresses are 32 bits in the order of the machine. */
export function routerIn(table: string): string | undefined {
  const routes = table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, to, by, , , , , mask]) => to === '00000000' && mask === '00000000' && by !== '00000000')
    .toSorted((one, other) => Number(one[6]) - Number(other[6]))
  const hex = routes[0]?.[2]
  if (hex === undefined || !/^[0-9A-Fa-f]{8}$/.test(hex)) return undefined
  // Every machine that Node runs on with this file is little-endian.
  return [...Uint8Array.fromHex(hex)].toReversed().join('.')
}

/** The way out over IPv6. */
export interface WayOut {
  /** The router, with the name of the interface where it is known on that alone: `fe80::1%eth0`. */
  readonly router: string
  /** Our address that the internet knows us by. */
  readonly address: string
}

/** The same over IPv6, with the address that is ours out there; undefined where there is none. */
export function wayOutV6(): WayOut | undefined {
  const routes = readSystem('/proc/net/ipv6_route')
  const addresses = readSystem('/proc/net/if_inet6')
  return routes === undefined || addresses === undefined ? undefined : wayOutIn(routes, addresses)
}

const TEMPORARY = 0x01
const DUPLICATE = 0x08
const DEPRECATED = 0x20
const TENTATIVE = 0x40
const unfit: number = TEMPORARY | DUPLICATE | DEPRECATED | TENTATIVE
/** What the internet gives out (RFC 4291 2.4), without what is a way of its own through IPv4 (RFC 3056, RFC 4380). */
const global = addressBytes('2000::')!
const tunnels: readonly (readonly [Uint8Array, number])[] = [
  [addressBytes('2002::')!, 16],
  [addressBytes('2001::')!, 32],
]

/** Whether an address is known in all of the internet, over IPv6. */
export function isGlobalV6(host: string): boolean {
  const bytes = addressBytes(host)
  if (bytes?.length !== 16 || !isWithin(bytes, global, 3)) return false
  return !tunnels.some(([network, prefix]) => isWithin(bytes, network, prefix))
}

/**
 * @param routes destination, its length, source, its length, router, metric, uses, uses, flags, interface; all in hex
 * @param addresses address, number of the interface, length, scope, flags (linux/if_addr.h), interface
 */
export function wayOutIn(routes: string, addresses: string): WayOut | undefined {
  const ways = lines(routes)
    .filter(
      ([to, length, , , by, , , , , device]) =>
        /^0{32}$/.test(to ?? '') && length === '00' && /^(?!0{32})[\da-f]{32}$/.test(by ?? '') && device !== undefined,
    )
    .toSorted((one, other) => Number.parseInt(one[5]!, 16) - Number.parseInt(other[5]!, 16))
  for (const way of ways) {
    const device = way[9]
    const router = addressText(Uint8Array.fromHex(way[4]!))
    const own = lines(addresses).find(
      ([hex, , , scope, flags, name]) =>
        name === device &&
        scope === '00' &&
        /^[\da-f]{32}$/.test(hex!) &&
        (Number.parseInt(flags!, 16) & unfit) === 0 &&
        isGlobalV6(addressText(Uint8Array.fromHex(hex!))),
    )
    if (own === undefined) continue
    return {
      router: /^fe[89ab]/.test(router) ? `${router}%${device}` : router,
      address: addressText(Uint8Array.fromHex(own[0]!)),
    }
  }
  return undefined
}

function lines(table: string): readonly (readonly string[])[] {
  return table.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim().split(/\s+/)]))
}

/** Other systems have no such files: there, routers are found by UPnP alone. */
function readSystem(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
