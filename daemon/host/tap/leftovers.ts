import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { Log } from '@kith/core/network/log.ts'

const run = promisify(execFile)

export const FORWARDING = '/proc/sys/net/ipv4/ip_forward'
/** How our routes are marked (rtnetlink(7): those above 4 belong to nobody). */
export const ROUTE_MARK = '107'

/** Name of a table; it tells whether forwarding was on before, so that a later run knows. */
export function tableOf(device: string, forwarding: boolean): string {
  return `kith_${device}_${forwarding ? 1 : 0}`
}

/** Takes away what a run that was killed has left: rules and routes of devices that are gone. */
export async function clearLeftovers(log: Log): Promise<void> {
  if (process.platform !== 'linux' || process.geteuid?.() !== 0) return
  try {
    const { stdout } = await run('nft', ['list', 'tables', 'ip'])
    for (const [, table, device, forwarding] of stdout.matchAll(/^table ip (kith_(\w+)_([01]))$/gm)) {
      if (existsSync(`/sys/class/net/${device}`)) continue
      await run('nft', ['delete', 'table', 'ip', table!])
      if (forwarding === '0') await writeFile(FORWARDING, '0')
      log.info('rules of a run before were taken away', { table })
    }
  } catch (error) {
    log.debug('there are no rules to look at', { error: String(error) })
  }
  try {
    const devices = await readdir('/sys/class/net')
    if (!devices.some((name) => name.startsWith('kith'))) {
      for (const family of ['-4', '-6']) await run('ip', [family, 'route', 'flush', 'proto', ROUTE_MARK])
    }
  } catch (error) {
    log.debug('there are no routes to look at', { error: String(error) })
  }
}
