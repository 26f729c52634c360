import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Log } from '@kith/core/network/log.ts'
import type { Taps } from '@kith/core/network/taps.ts'
import { ROUTE_MARK } from './leftovers.ts'
import { tapFailure } from './tap.ts'

const run = promisify(execFile)

/** Together all addresses, and more exact than the usual route, which stays as it is. */
const halves = ['0.0.0.0/1', '128.0.0.0/1']
/** All of the internet that IPv6 has (RFC 4291 2.4). The way leads over IPv4 only, and nothing may go around it. */
const v6 = '2000::/3'

/**
 * Two routes by the device; they go with it, so that after a crash everything is as before. What goes to the neighbour
 * itself keeps the way that it has now.
 * @throws FaultError `local` `tap/…`
 */
export async function routeAll(
  { device, via, kept }: Parameters<Taps['routeAll']>[0],
  log: Log,
): Promise<AsyncDisposable> {
  await using made = new AsyncDisposableStack()
  const ip = async (...args: readonly string[]): Promise<string> => (await run('ip', [...args])).stdout
  const route = async (...what: readonly string[]): Promise<void> => {
    await ip('route', 'replace', ...what, 'proto', ROUTE_MARK)
    made.defer(async () => {
      await ip('route', 'delete', ...what).catch((error: unknown) =>
        log.debug('a route is gone already', { error: String(error) }),
      )
    })
  }
  try {
    for (const host of kept) {
      const now = await ip('route', 'get', host)
      const by = /\bvia (\S+)/.exec(now)?.[1]
      const dev = /\bdev (\S+)/.exec(now)?.[1]
      // A neighbour on the local network has a route that is more exact already.
      if (by !== undefined && dev !== undefined)
        await route(`${host}/${host.includes(':') ? 128 : 32}`, 'via', by, 'dev', dev)
    }
    for (const half of halves) await route(half, 'via', via, 'dev', device)
    // A machine without IPv6 refuses it, and needs none.
    await route('unreachable', v6).catch((error: unknown) =>
      log.debug('there is no IPv6 to close', { error: String(error) }),
    )
  } catch (error) {
    throw tapFailure(error, 'send everything another way')
  }
  return made.move()
}
