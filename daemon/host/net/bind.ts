import type { Server } from 'node:net'
import type { Endpoint } from '@kith/core/network/net.ts'
import { netFailure, systemCode } from './faults.ts'

/** Connections that the system holds for us while we are busy. */
const BACKLOG = 511

/**
 * Starts a server, without a host on all addresses of both kinds, or of IPv4 where there is no IPv6.
 * @throws FaultError `local` `net/port-taken`, `net/forbidden`, `net/no-such-address`
 */
export async function bindServer(server: Server, port: number, host: string | undefined): Promise<Endpoint> {
  try {
    if (host === undefined) await listenOnAll(server, port)
    else await listenAt(server, port, host)
  } catch (error) {
    throw netFailure(error, `listen on port ${port}`)
  }
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('a TCP server has an address')
  return { host: bound.address, port: bound.port }
}

async function listenOnAll(server: Server, port: number): Promise<void> {
  try {
    await listenAt(server, port, '::')
  } catch (error) {
    if (!lacksFamily(error)) throw error
    await listenAt(server, port, '0.0.0.0')
  }
}

/** Whether binding failed because this machine has no addresses of that kind. */
export function lacksFamily(error: unknown): boolean {
  const code = systemCode(error)
  return code === 'EAFNOSUPPORT' || code === 'EADDRNOTAVAIL'
}

function listenAt(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host, backlog: BACKLOG }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
