import { fail } from '@kith/core/fault/fault.ts'
import type { Budget } from '@kith/core/limits/budget.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Handlers } from '../api/handlers.ts'
import type { Supervised } from '../supervisor.ts'
import { networkView } from '../views/network-view.ts'
import { gatewayView } from '../views/transfer-view.ts'

export interface NetworkWorld {
  readonly clock: Clock
  readonly networks: ReadonlyMap<string, Supervised>
  budget(network: string): Budget
  /** Remembers the choice and carries it out. */
  turn(network: string, on: boolean): Promise<void>
  turnDirectory(network: string, open: boolean): Promise<void>
  /** Puts on the disk what was kept so far. */
  record(): void
}

export function networkOperations(
  world: NetworkWorld,
): Pick<
  Handlers,
  'networks' | 'network' | 'switchNetwork' | 'switchDirectory' | 'networkGateways' | 'enterGateway' | 'leaveGateway'
> {
  const { networks, clock } = world
  const find = (id: string): Supervised => findNetwork(networks, id)
  const view = (id: string): ReturnType<typeof networkView> => networkView(find(id), world.budget(id), clock.now())
  const change = async (verb: 'add' | 'remove', id: string, address: string): Promise<void> => {
    const { membership, network } = find(id)
    if (membership === undefined) throw fail('unavailable', 'network/off', `${network.title} is not joined now`)
    const { gateways } = membership
    // Those that belong to one transfer are changed there.
    if (gateways?.[verb] === undefined || membership.chat === undefined)
      throw fail('input', 'network/no-gateways', `${network.title} has no hubs or servers to choose`)
    await gateways[verb](address)
    world.record()
  }
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
    networkGateways: ({ params }) =>
      (find(params.id).membership?.gateways?.list() ?? [])
        .filter(({ transfer }) => transfer === undefined)
        .map(gatewayView),
    enterGateway: ({ params, body }) => change('add', params.id, body.address),
    leaveGateway: ({ params, query }) => change('remove', params.id, query?.address ?? ''),
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
