import { isIPv4 } from 'node:net'
import Client from '@silentbot1/nat-api/lib/upnp/index.js'
import type { Endpoint } from '@kith/core/network/net.ts'
import { noRouter, refusal } from './ask-router.ts'

/** What the router shows beside the port in its list. */
const DESCRIPTION = 'Kith'
const kinds = ['tcp', 'udp'] as const

interface Port {
  readonly public: { readonly port: number; readonly host: string }
  readonly private: { readonly port: number }
}

/** Anybody may use the door: no host is named. */
function portOf(port: number): Port {
  return { public: { port, host: '' }, private: { port } }
}

/**
 * Asks the router of this network, which is looked for each time, by UPnP (Internet Gateway Device 1 and 2).
 * @throws FaultError `unavailable` `net/no-router`, `net/not-mapped`
 */
export async function mapByUpnp(port: number, lifetime: number, signal: AbortSignal): Promise<Endpoint> {
  return withClient(signal, async (client) => {
    let host: unknown
    try {
      host = await client.externalIp()
    } catch {
      throw noRouter()
    }
    if (typeof host !== 'string' || !isIPv4(host)) throw refusal('it has no address outside')
    try {
      for (const protocol of kinds) {
        await client.portMapping({ ...portOf(port), protocol, ttl: lifetime, description: DESCRIPTION })
      }
    } catch (error) {
      throw refusal(error instanceof Error ? error.message : String(error))
    }
    return { host, port }
  })
}

export async function unmapByUpnp(port: number, signal: AbortSignal): Promise<void> {
  await withClient(signal, async (client) => {
    for (const protocol of kinds) await client.portUnmapping({ ...portOf(port), protocol })
  })
}

/** A client for one conversation; it lets go of its sockets when that ends, or is given up. */
async function withClient<T>(signal: AbortSignal, work: (client: Client) => Promise<T>): Promise<T> {
  signal.throwIfAborted()
  // Some routers keep doors for good only.
  const client = new Client({ permanentFallback: true })
  const given = Promise.withResolvers<never>()
  const abort = (): void => given.reject(signal.reason as Error)
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([work(client), given.promise])
  } finally {
    signal.removeEventListener('abort', abort)
    await client.destroy()
  }
}
