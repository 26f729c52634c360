import type { Host } from '@kith/core/network/host.ts'
import type { Datagrams, Endpoint } from '@kith/core/network/net.ts'

/** Opens the port for results: the same as for connections where it is free. */
export async function openDatagrams(
  { net, log }: Pick<Host, 'net' | 'log'>,
  port: number,
  arrived: (bytes: Uint8Array) => void,
): Promise<Datagrams> {
  const receive = (_from: Endpoint, bytes: Uint8Array): void => arrived(bytes)
  try {
    return await net.datagrams({ port, receive })
  } catch (error) {
    log.debug('the port for results is taken by another network', { port, error: String(error) })
    return net.datagrams({ receive })
  }
}
