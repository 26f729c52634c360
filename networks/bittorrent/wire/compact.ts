import type { Endpoint } from '@kith/core/network/net.ts'
import { addressBytes, addressText } from '@kith/wire/ip-address.ts'

/** Bytes of a peer in compact form: address and port (BEP 23 for version 4, BEP 7 for version 6). */
export const compactSizes = { 4: 6, 6: 18 } as const

/** Peers one after another; an incomplete one at the end and those without a port are left out. At most `most`. */
export function decodeCompact(bytes: Uint8Array, family: 4 | 6, most: number): Endpoint[] {
  const size = compactSizes[family]
  const out: Endpoint[] = []
  for (let at = 0; at + size <= bytes.length && at < most * size; at += size) {
    const port = (bytes[at + size - 2]! << 8) | bytes[at + size - 1]!
    if (port !== 0) out.push({ host: addressText(bytes.subarray(at, at + size - 2)), port })
  }
  return out
}

/** The peers of one family, the others left out. */
export function encodeCompact(peers: readonly Endpoint[], family: 4 | 6): Uint8Array<ArrayBuffer> {
  const size = compactSizes[family]
  const addresses = peers.flatMap(({ host, port }) => {
    const address = addressBytes(host)
    return address?.length === size - 2 ? [{ address, port }] : []
  })
  const out = new Uint8Array(addresses.length * size)
  for (const [index, { address, port }] of addresses.entries()) {
    out.set(address, index * size)
    out[index * size + size - 2] = port >>> 8
    out[index * size + size - 1] = port
  }
  return out
}

/** `1.2.3.4:5`, `[::1]:5`; undefined for names and for what is no endpoint. */
export function parseEndpoint(text: string): Endpoint | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text)
  const address = match === null ? undefined : addressBytes(match[1] ?? match[2]!)
  const port = Number(match?.[3])
  if (address === undefined || port === 0 || port > 65_535) return undefined
  return { host: addressText(address), port }
}
