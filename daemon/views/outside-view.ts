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
    case 'looking':
      return { state: outside.state }
  }
}

/** Not to be reached from outside is no failure: many machines are not, and everything works, though with fewer peers. */
export function outsideCheck(outside: Outside): DoctorCheck {
  const { state, address, by, message, hint } = outsideView(outside)
  const sentences = {
    off: 'the router is not asked to open the port',
    looking: 'the router is being asked to open the port',
    mapped: `the router opens ${address ?? ''} (${by ?? ''})`,
    not: `not reached from outside: ${message ?? ''}`,
  }
  return { name: 'outside', ok: true, message: sentences[state], ...(hint === undefined ? {} : { hint }) }
}
