import type { Log } from '@kith/core/network/log.ts'
import type { Taps } from '@kith/core/network/taps.ts'
import { routeAll } from './route-all.ts'
import { clearLeftovers } from './leftovers.ts'
import { openTap } from './tap.ts'
import { translate } from './translate.ts'

/** Network devices of this machine. */
export function taps(log: Log): Taps {
  return {
    clear: () => clearLeftovers(log),
    open: (options) => openTap(options, log),
    translate: (gateway) => translate(gateway, log),
    routeAll: (by) => routeAll(by, log),
  }
}
