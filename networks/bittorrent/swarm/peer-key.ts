import type { Endpoint } from '@kith/core/network/net.ts'

/**
 * What a peer is remembered by for blame: its address, because a peer id costs nothing. Behind a loopback address
 * there are many programs, so there the id is part of it.
 */
export function peerKey(remote: Endpoint, remoteId: Uint8Array | undefined): string {
  return isLoopback(remote.host) ? `${remote.host}/${remoteId?.toHex() ?? remote.port}` : remote.host
}

export function isLoopback(host: string): boolean {
  return host.startsWith('127.') || host === '::1'
}
