import { execFile } from 'node:child_process'
import type { Log } from '@kith/core/network/log.ts'
import type { Gateway } from '@kith/core/network/taps.ts'
import type { Family, Forwarding } from './forwarding.ts'
import { tableOf } from './leftovers.ts'
import { DEVICES, tapFailure } from './tap.ts'

/**
 * Where this machine passed nothing on before, it does so for the devices that Kith lends by and for nobody else: any machine of the
 * local network could take it for its gateway otherwise. All of our devices, for one does not know of the others; into each its own
 * rules let no more than answers, and nothing enters those of other virtual networks that is not meant for this machine.
 */
const OURS_ALONE = `iifname "${DEVICES}*" accept
      oifname "${DEVICES}*" ct state established,related accept
      drop`

/** Gives rules to `nft`. */
function nft(rules: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = execFile('nft', ['-f', '-'], (error) => (error === null ? resolve() : reject(error)))
    child.stdin?.end(rules)
  })
}

/**
 * Lets what comes by a device out in this machine's name: for each kind of addresses a table of its own in nftables, named after
 * the device, so that one of a run that was killed is replaced and no rule of the user is touched. Connections that begin outside
 * do not come in by it. Where forwarding was on before, what else is passed on is for the owner's own rules to say.
 * @throws FaultError `local` `tap/…`
 */
export async function translate(
  { device, network, networkV6 }: Gateway,
  log: Log,
  forwarding: Forwarding,
): Promise<AsyncDisposable> {
  await using made = new AsyncDisposableStack()
  const networks: readonly (readonly [Family, string | undefined])[] = [
    ['ip', network],
    ['ip6', networkV6],
  ]
  try {
    for (const [family, from] of networks) {
      if (from !== undefined) made.use(await translateFrom(family, device, from, log, forwarding))
    }
  } catch (error) {
    throw tapFailure(error, 'let another machine out to the internet')
  }
  return made.move()
}

async function translateFrom(
  family: Family,
  device: string,
  network: string,
  log: Log,
  forwarding: Forwarding,
): Promise<AsyncDisposable> {
  const before = forwarding.before(family)
  const table = `${family} ${tableOf(device, before)}`
  // A table has to be there to be taken away.
  const away = `table ${table}\ndelete table ${table}\n`
  await using made = new AsyncDisposableStack()
  await nft(`${away}table ${table} {
    chain out {
      type nat hook postrouting priority srcnat; policy accept;
      ${family} saddr ${network} oifname != "${device}" masquerade
    }
    chain through {
      type filter hook forward priority filter; policy accept;
      oifname "${device}" ct state established,related accept
      oifname "${device}" drop
      ${before ? '' : OURS_ALONE}
    }
  }\n`)
  made.defer(() =>
    nft(away).catch((error: unknown) =>
      log.warn('rules of a network device could not be taken away', { error: String(error), device }),
    ),
  )
  made.use(forwarding.use(family))
  return made.move()
}
