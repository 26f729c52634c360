import { hash } from '@kith/wire/hash/sha.ts'
import { addressBytes } from '@kith/wire/ip-address.ts'
import { u32 } from './peer.ts'

/**
 * The pieces that a peer at this address may ask for while it is choked (BEP 6): the same for everyone in its /24, so
 * that changing addresses gains nothing. Empty for addresses of version 6, for which the BEP defines nothing.
 */
export function allowedFastSet(address: string, infoHash: Uint8Array, pieceCount: number, count: number): number[] {
  const host = addressBytes(address)
  const allowed = new Set<number>()
  if (host?.length !== 4 || pieceCount === 0) return []
  host[3] = 0
  let chain = new Uint8Array(4 + infoHash.length)
  chain.set(host)
  chain.set(infoHash, 4)
  while (allowed.size < Math.min(count, pieceCount)) {
    chain = hash('sha1', chain)
    for (let at = 0; at < chain.length && allowed.size < Math.min(count, pieceCount); at += 4) {
      allowed.add(u32(chain, at) % pieceCount)
    }
  }
  return [...allowed]
}
