import { fail, faultOf, FaultError } from '@kith/core/fault/fault.ts'
import type { Log } from '@kith/core/network/log.ts'
import { noRouter } from './ask-router.ts'
import { type Door, leave, LIFETIME_S, type Opened } from './door.ts'
import { NatPmp } from './nat-pmp.ts'
import { Pcp, type PcpOptions } from './pcp.ts'
import { mapByUpnp, unmapByUpnp } from './upnp.ts'
import { UpnpPinholes } from './upnp-pinholes.ts'

export interface FindOptions extends Omit<PcpOptions, 'client' | 'router'> {
  readonly log: Log
  readonly port: number
}

interface Found {
  readonly door: Door
  readonly opened: Opened
}

/** What one asks a router by, and what else that says of it. */
interface Way {
  readonly door: Door
  /** Whether it is worth asking this way after the one before has failed. */
  after?(fault: FaultError['fault']): boolean
}

/** How a router may be asked for a port over IPv4, the newest way first. */
export function doorV4(
  options: FindOptions,
  { router, address }: { readonly router: string | undefined; readonly address: string | undefined },
  used: (pcp: Pcp) => void,
  signal: AbortSignal,
): Promise<Found> {
  const { port } = options
  const ways: Way[] = []
  if (router !== undefined && address !== undefined) ways.push({ door: pcpDoor(options, router, address, used) })
  if (router !== undefined) {
    const pmp = new NatPmp(options, router)
    ways.push({
      // A router that understood PCP and said no says no to its predecessor as well.
      after: ({ code }) => code !== 'net/not-mapped',
      door: {
        by: 'NAT-PMP',
        open: (each) => pmp.map(port, each),
        shut: (each) => pmp.unmap(port, each),
      },
    })
  }
  ways.push({
    door: {
      by: 'UPnP',
      open: async (each) => ({ at: await mapByUpnp(port, LIFETIME_S, each), lifetime: LIFETIME_S }),
      shut: (each) => unmapByUpnp(port, each),
    },
  })
  return firstDoor(ways, options.log, signal)
}

/** The same over IPv6, where nothing is translated and firewalls have to be opened. */
export function doorV6(
  options: FindOptions,
  { router, address }: { readonly router: string; readonly address: string },
  used: (pcp: Pcp) => void,
  signal: AbortSignal,
): Promise<Found> {
  const pinholes = new UpnpPinholes(options, address, /%(.+)$/.exec(router)?.[1])
  const upnp: Door = {
    by: 'UPnP',
    open: (each) => pinholes.open(options.port, each),
    shut: (each) => pinholes.shut(each),
  }
  return firstDoor([{ door: pcpDoor(options, router, address, used) }, { door: upnp }], options.log, signal)
}

function pcpDoor(options: FindOptions, router: string, client: string, used: (pcp: Pcp) => void): Door {
  const { port } = options
  const pcp = new Pcp({ ...options, router, client })
  return {
    by: 'PCP',
    async open(signal) {
      const opened = await pcp.map(port, signal)
      used(pcp)
      return opened
    },
    shut: (signal) => pcp.unmap(port, signal),
  }
}

/** The first that opens. Where none does, a refusal says more than silence. */
async function firstDoor(ways: readonly Way[], log: Log, signal: AbortSignal): Promise<Found> {
  let told: FaultError['fault'] = faultOf(noRouter())
  for (const { door, after } of ways) {
    if (after?.(told) === false) continue
    try {
      return { door, opened: await door.open(signal) }
    } catch (error) {
      const fault = faultOf(error)
      // Half of it may be open.
      if (signal.aborted || fault.code === 'net/not-mapped') await leave(door)
      signal.throwIfAborted()
      log.debug('the router does not open our port this way', { by: door.by, fault })
      if (fault.code === 'net/not-mapped') told = fault
    }
  }
  const { kind, code, message, ...details } = told
  throw fail(kind, code, message, details)
}
