import type { InvitationView } from '@kith/api/invitations.ts'
import { fail } from '@kith/core/fault/fault.ts'
import type { Invitations, OpenInvitation } from '@kith/core/network/invitations.ts'
import { type HostPort, parseHostPort } from '@kith/wire/host-port.ts'
import type { Handlers } from '../api/handlers.ts'
import type { Supervised } from '../supervisor.ts'
import { named } from './named.ts'
import { addressFault, deviceView } from './near.ts'

/** An hour: time to walk to the other device, and not to forget about it. */
const DEFAULT_SECONDS = 3_600

export interface InvitationWorld {
  readonly networks: ReadonlyMap<string, Supervised>
}

export function invitationOperations(
  world: InvitationWorld,
): Pick<Handlers, 'invitations' | 'invite' | 'takeBackInvitation' | 'openInvitation'> {
  const near = (): Invitations => {
    for (const { membership } of world.networks.values()) {
      if (membership?.invitations !== undefined) return membership.invitations
    }
    throw fail('unavailable', 'near/off', 'Kith is not joined with the devices nearby', {
      hint: 'Switch the network on: kith net on neighbours',
    })
  }
  return {
    invitations: () => near().all.current.map(invitationView),
    invite({ body }) {
      const made = near().invite({
        ms: (body.seconds ?? DEFAULT_SECONDS) * 1000,
        lasting: body.lasting ?? true,
        addresses: (body.addresses ?? []).map(placeOf),
      })
      return invitationView(made)
    },
    takeBackInvitation({ params }) {
      const all = near()
      all.takeBack(named(all.all.current, params.id, ({ id }) => [id], 'near/no-invitation', 'invitation').id)
    },
    async openInvitation({ body }) {
      const device = await near().open(body.link, body.lasting ?? true)
      return deviceView(device)
    },
  }
}

function placeOf(text: string): HostPort {
  const place = parseHostPort(text)
  if (place === undefined) throw addressFault()
  return place
}

function invitationView({ id, link, until, lasting }: OpenInvitation): InvitationView {
  return { id, link, until, lasting }
}
