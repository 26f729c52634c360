import { BlockList, isIP } from 'node:net'

/** An IPv4 address that a dual-stack socket shows as IPv6 (RFC 4291 2.5.5.2) in its usual form. */
export function plainAddress(host: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(host)
  return mapped?.[1] ?? host
}

/** How a dual-stack socket wants an address. */
export function mappedAddress(host: string): string {
  return isIP(host) === 4 ? `::ffff:${host}` : host
}

export function isLoopback(host: string): boolean {
  const plain = plainAddress(host)
  return plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'))
}

/**
 * Tells addresses of the local network from those of the internet: loopback, private (RFC 1918), link-local
 * (RFC 3927, RFC 4291) and unique local (RFC 4193).
 */
export function localNetwork(): (host: string) => boolean {
  const list = new BlockList()
  list.addSubnet('127.0.0.0', 8)
  list.addSubnet('10.0.0.0', 8)
  list.addSubnet('172.16.0.0', 12)
  list.addSubnet('192.168.0.0', 16)
  list.addSubnet('169.254.0.0', 16)
  list.addAddress('::1', 'ipv6')
  list.addSubnet('fe80::', 10, 'ipv6')
  list.addSubnet('fc00::', 7, 'ipv6')
  return (host) => {
    const plain = plainAddress(host).replace(/%.*$/, '')
    const family = isIP(plain)
    return family !== 0 && list.check(plain, family === 4 ? 'ipv4' : 'ipv6')
  }
}
