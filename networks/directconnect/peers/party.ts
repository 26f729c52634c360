import type { Peer } from '@kith/core/peer/peer.ts'
import type { Hub } from '../hubs/hub.ts'
import { publicAddress } from '../wire/hub-address.ts'
import type { HubUser } from '../wire/hub-user.ts'

/** Somebody on one of our hubs. */
export interface Party {
  readonly hub: Hub
  readonly user: HubUser
}

/** The same person has the same key on every ADC hub; an NMDC hub knows nicks only. */
export function partyKey({ hub, user }: Party): string {
  return user.cid ?? `${user.nick}@${publicAddress(hub.address)}`
}

export function peerOf(party: Party): Peer {
  const { user } = party
  return {
    network: 'directconnect',
    key: partyKey(party),
    name: user.nick,
    ...(user.client === '' ? {} : { client: user.client }),
  }
}
