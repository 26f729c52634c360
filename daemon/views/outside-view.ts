import type { DoctorCheck, OutsideView } from '@kith/api/status.ts'
import { endpointText } from '@kith/core/network/net.ts'
import type { Outside } from '@kith/core/network/outside.ts'

export function outsideView(outside: Outside): OutsideView {
  switch (outside.state) {
    case 'mapped':
      return { state: 'mapped', address: endpointText(outside.at), by: outside.by }
    case 'not': {
      const { message, hint } = outside.fault
      return { state: 'not', message, ...(hint === undefined ? {} : { hint }) }
    }
    case 'off':
    case 'none':
    case 'looking':
      return { state: outside.state }
  }
}

/** Not to be reached from outside is no failure: many machines are not, and everything works, though with fewer peers. */
export function outsideCheck(outside: Outside): DoctorCheck {
  const { state, address, by, message, hint } = outsideView(outside)
  const sentences = {
    off: 'the router is not asked to open the port',
    none: 'no way leads out of this machine',
    looking: 'the router is being asked to open the port',
    mapped: `the router opens ${address ?? ''} (${by ?? ''})`,
    not: `not reached from outside: ${message ?? ''}`,
  }
  return { name: 'outside', ok: true, message: sentences[state], ...(hint === undefined ? {} : { hint }) }
}

/** Over IPv6 a router that opens nothing may be one that closes nothing. */
export function outsideV6Check(outside: Outside): DoctorCheck {
  const { state, address, by, message } = outsideView(outside)
  const sentences = {
    off: 'the router is not asked to let others in over IPv6',
    none: 'this machine has no address of the internet over IPv6',
    looking: 'the router is being asked to let others in over IPv6',
    mapped: `the router lets others in at ${address ?? ''} (${by ?? ''})`,
    not: `over IPv6 others come in only where no firewall is in between: ${message ?? ''}`,
  }
  return { name: 'outside-v6', ok: true, message: sentences[state] }
}
