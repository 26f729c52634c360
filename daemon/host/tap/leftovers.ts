import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { Log } from '@kith/core/network/log.ts'
import { type Family, forwards, setForwarding } from './forwarding.ts'

const run = promisify(execFile)

/** How our routes are marked (rtnetlink(7): those above 4 belong to nobody). */
export const ROUTE_MARK = '107'

/** Name of a table of either kind of addresses; it tells whether forwarding was on before, so that a later run knows. */
export function tableOf(device: string, forwarding: boolean): string {
  return `kith_${device}_${forwarding ? 1 : 0}`
}

/** Takes away what a run that was killed has left: rules and routes of devices that are gone. */
export async function clearLeftovers(log: Log): Promise<void> {
  if (process.platform !== 'linux' || process.geteuid?.() !== 0) return
  try {
    const { stdout } = await run('nft', ['list', 'tables'])
    for (const [, kind, table, device, forwarding] of stdout.matchAll(/^table (ip6?) (kith_(\w+)_([01]))$/gm)) {
      if (existsSync(`/sys/class/net/${device}`)) continue
      const family: Family = kind === 'ip6' ? 'ip6' : 'ip'
      await run('nft', ['delete', 'table', family, table!])
      if (forwarding === '0' && forwards(family)) setForwarding(family, false)
      log.info('rules of a run before were taken away', { family, table })
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
