import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { Log } from '@kith/core/network/log.ts'
import type { Taps } from '@kith/core/network/taps.ts'
import { ROUTE_MARK } from './leftovers.ts'
import { tapFailure } from './tap.ts'

const run = promisify(execFile)

/** Together all addresses, and more exact than the usual route, which stays as it is. */
const halves = ['0.0.0.0/1', '128.0.0.0/1']
/**
 * The same of IPv6, closed: nothing may go around the way, neither to the internet, nor to that of IPv4 by a translator (RFC
 * 6052). What is on the link has a route that is more exact.
 */
const halvesV6 = ['::/1', '8000::/1']
/** Before those that are closed, which have 1024: when the device goes, they are what is left. */
const FIRST_METRIC = '512'

/**
 * Two routes by the device; they go with it, so that after a crash everything is as before, but for IPv6, which stays closed until
 * the next start. What goes to the neighbour
 * itself keeps the way that it has now.
 * @throws FaultError `local` `tap/…`
 */
export async function routeAll(
  { device, via, viaV6, kept }: Parameters<Taps['routeAll']>[0],
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
    // What is on the link itself is not sent elsewhere by any route of ours.
    for (const host of kept.filter((one) => !/^fe[89ab]/i.test(one))) {
      const now = await ip('route', 'get', host)
      const by = /\bvia (\S+)/.exec(now)?.[1]
      const dev = /\bdev (\S+)/.exec(now)?.[1]
      // A neighbour on the local network has a route that is more exact already.
      if (by !== undefined && dev !== undefined)
        await route(`${host}/${host.includes(':') ? 128 : 32}`, 'via', by, 'dev', dev)
    }
    for (const half of halves) await route(half, 'via', via, 'dev', device)
    for (const half of halvesV6) {
      await route('unreachable', half).catch(async (error: unknown) => {
        if (await hasV6()) throw error
        log.debug('there is no IPv6 to close', { error: String(error) })
      })
      if (viaV6 !== undefined) await route(half, 'via', viaV6, 'dev', device, 'metric', FIRST_METRIC)
    }
  } catch (error) {
    throw tapFailure(error, 'send everything another way')
  }
  return made.move()
}

/** Whether anything of this machine could leave it over IPv6. */
async function hasV6(): Promise<boolean> {
  const addresses = await readFile('/proc/net/if_inet6', 'latin1').catch(() => '')
  return addresses.split('\n').some((line) => line.trim() !== '' && !/ lo$/.test(line.trim()))
}
