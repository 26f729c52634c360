import { isWithin } from './ip-address.ts'

/** A network whose addresses lead to those of IPv4, by a translator (RFC 6052, RFC 6146). */
export interface Nat64Prefix {
  /** Sixteen bytes, zero behind the prefix. */
  readonly bytes: Uint8Array
  readonly length: number
}

/** Where the four bytes of an address of IPv4 are, by the length of the prefix (RFC 6052 2.2); the ninth byte is left out. */
const places: ReadonlyMap<number, readonly number[]> = new Map([
  [32, [4, 5, 6, 7]],
  [40, [5, 6, 7, 9]],
  [48, [6, 7, 9, 10]],
  [56, [7, 9, 10, 11]],
  [64, [9, 10, 11, 12]],
  [96, [12, 13, 14, 15]],
])
const LEFT_OUT = 8

/** The name whose addresses are known to everybody, and what they are (RFC 7050 2.2). */
export const WELL_KNOWN_NAME = 'ipv4only.arpa'
const wellKnown: readonly Uint8Array[] = [Uint8Array.of(192, 0, 0, 170), Uint8Array.of(192, 0, 0, 171)]

function carriedAt(address: Uint8Array, at: readonly number[]): Uint8Array {
  return Uint8Array.from(at, (place) => address[place]!)
}

/**
 * The prefixes by which an address of IPv6 that was made of the well-known name may have been made (RFC 7050 3): one as a rule,
 * more where its bytes are there more than once, and none for an address that nobody translated.
 */
export function nat64Prefixes(address: Uint8Array): readonly Nat64Prefix[] {
  if (address.length !== 16) return []
  return [...places].flatMap(([length, at]) => {
    if (length !== 96 && address[LEFT_OUT] !== 0) return []
    const v4 = carriedAt(address, at)
    if (!wellKnown.some((one) => one.every((byte, index) => byte === v4[index]))) return []
    return [{ bytes: Uint8Array.from(address, (byte, index) => (index < length / 8 ? byte : 0)), length }]
  })
}

/** The address of IPv4 that one of IPv6 leads to by a prefix; undefined when it is not below that. */
export function translatedBy(address: Uint8Array, { bytes, length }: Nat64Prefix): Uint8Array | undefined {
  const at = places.get(length)
  return at !== undefined && isWithin(address, bytes, length) ? carriedAt(address, at) : undefined
}
