import { fail } from '@kith/core/fault/fault.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Handlers } from '../api/handlers.ts'
import type { Directories } from '../directories.ts'
import type { Supervised } from '../supervisor.ts'
import type { Switches } from '../switches.ts'
import { networkView } from '../views/network-view.ts'

export interface NetworkWorld {
  readonly clock: Clock
  readonly networks: ReadonlyMap<string, Supervised>
  readonly switches: Switches
  readonly directories: Directories
}

export function networkOperations(
  world: NetworkWorld,
): Pick<Handlers, 'networks' | 'network' | 'switchNetwork' | 'switchDirectory'> {
  const { networks, clock } = world
  const find = (id: string): Supervised => findNetwork(networks, id)
  const view = (one: Supervised): ReturnType<typeof networkView> => networkView(one, one.budget, clock.now())
  return {
    networks: () => [...networks.values()].map(view),
    network: ({ params }) => view(find(params.id)),
    async switchNetwork({ params, body }) {
      const one = find(params.id)
      await world.switches.turn(one.network.id, body.on)
      return view(one)
    },
    async switchDirectory({ params, body }) {
      const one = find(params.id)
      const { membership, network } = one
      if (membership === undefined) throw fail('unavailable', 'network/off', `${network.title} is not joined now`)
      if (membership.directory === undefined)
        throw fail('input', 'network/no-directory', `${network.title} has no index for others`)
      await world.directories.turn(network.id, body.on)
      return view(one)
    },
  }
}

/** @throws FaultError `input` `network/unknown` */
export function findNetwork(networks: ReadonlyMap<string, Supervised>, id: string): Supervised {
  const found = networks.get(id)
  if (found !== undefined) return found
  throw fail('input', 'network/unknown', `There is no network “${id}”`, {
    hint: `There are: ${[...networks.keys()].join(', ')}.`,
  })
}
