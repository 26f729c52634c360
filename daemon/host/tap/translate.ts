import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import type { Log } from '@kith/core/network/log.ts'
import type { Gateway } from '@kith/core/network/taps.ts'
import { FORWARDING, tableOf } from './leftovers.ts'
import { tapFailure } from './tap.ts'

/** Gives rules to `nft`. */
function nft(rules: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = execFile('nft', ['-f', '-'], (error) => (error === null ? resolve() : reject(error)))
    child.stdin?.end(rules)
  })
}

/**
 * Lets what comes by a device out in this machine's name: a table of its own in nftables, named after the device, so
 * that one of a run that was killed is replaced and no rule of the user is touched. Connections that begin outside do
 * not come in by it.
 * @throws FaultError `local` `tap/…`
 */
export async function translate({ device, network }: Gateway, log: Log): Promise<AsyncDisposable> {
  const doing = 'let another machine out to the internet'
  const before = (
    await readFile(FORWARDING, 'latin1').catch((error: unknown) => {
      throw tapFailure(error, doing)
    })
  ).trim()
  const table = `ip ${tableOf(device, before === '1')}`
  // A table has to be there to be taken away.
  const away = `table ${table}\ndelete table ${table}\n`
  const rules = `${away}table ${table} {
    chain out {
      type nat hook postrouting priority srcnat; policy accept;
      ip saddr ${network} oifname != "${device}" masquerade
    }
    chain through {
      type filter hook forward priority filter; policy accept;
      oifname "${device}" ct state established,related accept
      oifname "${device}" drop
    }
  }\n`
  try {
    await nft(rules)
    if (before !== '1') await writeFile(FORWARDING, '1')
  } catch (error) {
    throw tapFailure(error, doing)
  }
  return {
    async [Symbol.asyncDispose]() {
      try {
        await nft(away)
        if (before !== '1') await writeFile(FORWARDING, before)
      } catch (error) {
        log.warn('rules of a network device could not be taken away', { error: String(error), device })
      }
    },
  }
}
