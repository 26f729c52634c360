import { readFileSync } from 'node:fs'

/** The router that this machine sends to whatever is not near, IPv4 in dots; undefined where the system does not say. */
export function defaultRouter(): string | undefined {
  try {
    return routerIn(readFileSync('/proc/net/route', 'utf8'))
  } catch {
    // Other systems have no such file: there, routers are found by UPnP alone.
    return undefined
  }
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
