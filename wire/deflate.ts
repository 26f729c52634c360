import { deflateSync } from 'node:zlib'

/** All of it at once, as a zlib stream (RFC 1950), which ends itself. */
export function deflate(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(deflateSync(bytes))
}
