import type { Log } from '@kith/core/network/log.ts'
import type { Taps } from '@kith/core/network/taps.ts'
import { wayOutV6 } from '../net/router.ts'
import { Forwarding } from './forwarding.ts'
import { routeAll } from './route-all.ts'
import { clearLeftovers } from './leftovers.ts'
import { openTap } from './tap.ts'
import { translate } from './translate.ts'

/** Network devices of this machine. */
export function taps(log: Log): Taps {
  const forwarding = new Forwarding(log)
  let clearing: Promise<void> = Promise.resolve()
  // A new device may have the name of one that is gone: what that one left would pass for the new one's, and stay.
  const cleared =
    <Given, Made>(make: (given: Given, log: Log) => Promise<Made>) =>
    async (given: Given): Promise<Made> => {
      await clearing
      return make(given, log)
    }
  return {
    clear: () => (clearing = clearLeftovers(log)),
    open: cleared(openTap),
    translate: cleared((gateway, own) => translate(gateway, own, forwarding)),
    leadsOutV6: () => wayOutV6() !== undefined,
    routeAll: cleared(routeAll),
  }
}
