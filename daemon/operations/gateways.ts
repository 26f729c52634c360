import type { KnownQuery, KnownWindow } from '@kith/api/gateways.ts'
import { fail } from '@kith/core/fault/fault.ts'
import type { Gateways, KnownGateway } from '@kith/core/network/facets.ts'
import type { Handlers } from '../api/handlers.ts'
import type { Supervised } from '../supervisor.ts'
import { gatewayView } from '../views/transfer-view.ts'
import { findNetwork } from './networks.ts'

/** How long lists on the web may take. */
const listsMs = 60_000
const usualCount = 100

export interface GatewayWorld {
  readonly networks: ReadonlyMap<string, Supervised>
}

/** The gateways that belong to a network itself, such as hubs. */
export function gatewayOperations({
  networks,
}: GatewayWorld): Pick<Handlers, 'gateways' | 'attach' | 'detach' | 'knownGateways'> {
  const find = (id: string): Gateways => {
    const { membership, network } = findNetwork(networks, id)
    if (membership === undefined) throw fail('unavailable', 'network/off', `${network.title} is not joined now`)
    if (membership.gateways !== undefined) return membership.gateways
    throw cannot(network.title)
  }
  const view = (gateways: Gateways): ReturnType<Handlers['attach']> =>
    gateways
      .list()
      .filter(({ transfer }) => transfer === undefined)
      .map(gatewayView)
  return {
    gateways: ({ params }) => view(find(params.id)),
    async attach({ params, body }) {
      const gateways = find(params.id)
      if (gateways.add === undefined) throw cannot(params.id)
      await gateways.add(body.address)
      return view(gateways)
    },
    async detach({ params, query }) {
      const gateways = find(params.id)
      if (gateways.remove === undefined || query === undefined) throw cannot(params.id)
      await gateways.remove(query.address)
    },
    async knownGateways({ params, query }) {
      const gateways = find(params.id)
      if (gateways.known === undefined) throw cannot(params.id)
      return windowOf(await gateways.known(AbortSignal.timeout(listsMs)), query ?? {})
    },
  }
}

function windowOf(
  all: readonly KnownGateway[],
  { filter = '', from = 0, count = usualCount }: KnownQuery,
): KnownWindow {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean)
  const matching = all.filter(({ name, description, address }) => {
    const text = `${name} ${description} ${address}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
  return { total: matching.length, from, gateways: matching.slice(from, from + count) }
}

function cannot(network: string): Error {
  return fail('input', 'network/no-gateways', `${network} has no gateways that can be added by hand`)
}
