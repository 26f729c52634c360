import type { NetworkView } from '@kith/api/networks.ts'
import type { Budget } from '@kith/core/limits/budget.ts'
import type { Supervised } from '../supervisor.ts'
import { faultView } from './fault-view.ts'

const facets = [
  'gateways',
  'search',
  'locate',
  'fetch',
  'serve',
  'browse',
  'chat',
  'offers',
  'publish',
  'directory',
] as const

/** One network as its card shows it. */
export function networkView(supervised: Supervised, budget: Budget, now: number): NetworkView {
  const { network, membership } = supervised
  const state = supervised.state.current
  const health = membership?.health.current
  const fault = state.kind === 'waiting' ? state.fault : health?.fault
  const gateways = membership?.gateways?.list() ?? []
  const directory = membership?.directory?.state.current
  return {
    id: network.id,
    title: network.title,
    reveals: network.reveals,
    on: state.kind !== 'off',
    state: state.kind === 'off' ? 'off' : state.kind === 'waiting' ? 'trouble' : (health?.state ?? 'starting'),
    people: health?.people ?? 0,
    ...(fault === undefined ? {} : { fault: faultView(fault) }),
    downRate: budget.rate('down', now),
    upRate: budget.rate('up', now),
    down: budget.total('down'),
    up: budget.total('up'),
    facets: facets.filter((facet) => membership?.[facet] !== undefined),
    ...(network.gatewayLinks === undefined ? {} : { gatewayLinks: network.gatewayLinks }),
    gateways: {
      attached: gateways.filter((one) => one.state === 'attached').length,
      failed: gateways.filter((one) => one.state === 'failed').length,
      all: gateways.length,
    },
    ...(directory === undefined
      ? {}
      : {
          directory: {
            open: directory.open,
            ...(membership?.directory?.keeper === undefined ? {} : { kept: true }),
            addresses: directory.addresses,
            counts: directory.counts,
            ...(directory.fault === undefined ? {} : { fault: faultView(directory.fault) }),
          },
        }),
  }
}
