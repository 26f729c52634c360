import { fail } from '@kith/core/fault/fault.ts'
import type { Budget } from '@kith/core/limits/budget.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Handlers } from '../api/handlers.ts'
import type { Supervised } from '../supervisor.ts'
import { networkView } from '../views/network-view.ts'

export interface NetworkWorld {
  readonly clock: Clock
  readonly networks: ReadonlyMap<string, Supervised>
  budget(network: string): Budget
  /** Remembers the choice and carries it out. */
  turn(network: string, on: boolean): Promise<void>
  turnDirectory(network: string, open: boolean): Promise<void>
}

export function networkOperations(
  world: NetworkWorld,
): Pick<Handlers, 'networks' | 'network' | 'switchNetwork' | 'switchDirectory'> {
  const { networks, clock } = world
  const find = (id: string): Supervised => findNetwork(networks, id)
  const view = (id: string): ReturnType<typeof networkView> => networkView(find(id), world.budget(id), clock.now())
  return {
    networks: () => [...networks.keys()].map(view),
    network: ({ params }) => view(params.id),
    async switchNetwork({ params, body }) {
      find(params.id)
      await world.turn(params.id, body.on)
      return view(params.id)
    },
    async switchDirectory({ params, body }) {
      const { membership, network } = find(params.id)
      if (membership === undefined) throw fail('unavailable', 'network/off', `${network.title} is not joined now`)
      if (membership.directory === undefined)
        throw fail('input', 'network/no-directory', `${network.title} has no index for others`)
      await world.turnDirectory(params.id, body.on)
      return view(params.id)
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
