import type { DoctorCheck } from '@kith/api/status.ts'
import type { Fault } from '@kith/core/fault/fault.ts'
import type { Membership, Network } from '@kith/core/network/network.ts'
import type { NetworkState } from '../supervisor.ts'

/** Whether a network works: to have joined is not enough where none of its gateways lets us in. */
export function networkCheck({ id, title }: Pick<Network<never>, 'id' | 'title'>, state: NetworkState): DoctorCheck {
  const good = (is: string): DoctorCheck => ({ name: id, ok: true, message: `${title} is ${is}` })
  const bad = (what: string, { message, hint }: Fault): DoctorCheck => ({
    name: id,
    ok: false,
    message: `${title} ${what}: ${message}`,
    ...(hint === undefined ? {} : { hint }),
  })
  switch (state.kind) {
    case 'off':
    case 'joining':
      return good(state.kind)
    case 'waiting':
      return bad('could not be joined', state.fault)
    case 'in': {
      const { health, directory } = state.membership
      const { state: how, fault } = health.current
      if (fault !== undefined && how === 'trouble') return bad(`is joined, but ${whoFails(state.membership)}`, fault)
      const kept = directory?.state.current.fault
      if (kept !== undefined) return bad('is joined, but what we keep for others is not open', kept)
      return good(how === 'alone' ? 'joined, and nobody was reached yet' : 'joined')
    }
  }
}

/** The gateways that let nobody in, so that the one sentence says what it is about. */
function whoFails({ gateways }: Membership): string {
  const failed = (gateways?.list() ?? []).filter((gateway) => gateway.fault !== undefined)
  const [first] = failed
  if (first === undefined) return 'reaches nobody'
  return failed.length === 1 ? `${first.address} fails` : `${failed.length} gateways fail, ${first.address} with`
}
