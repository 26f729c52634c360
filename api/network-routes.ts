import { z } from 'zod'
import type { NetworkView, SwitchRequest } from './networks.ts'
import { networkView, switchRequest } from './networks.ts'
import type { Id, None, Route } from './route.ts'

/** The networks, and our own directories. */
export interface NetworkRoutes {
  readonly networks: Route<None, None, None, readonly NetworkView[]>
  readonly network: Route<Id, None, None, NetworkView>
  readonly switchNetwork: Route<Id, None, SwitchRequest, NetworkView>
  readonly switchDirectory: Route<Id, None, SwitchRequest, NetworkView>
}

export const networkRoutes: NetworkRoutes = {
  networks: {
    method: 'get',
    path: '/networks',
    scope: 'view',
    tag: 'networks',
    summary: 'All networks',
    params: [],
    response: z.array(networkView),
  },
  network: {
    method: 'get',
    path: '/networks/{id}',
    scope: 'view',
    tag: 'networks',
    summary: 'One network',
    params: ['id'],
    response: networkView,
  },
  switchNetwork: {
    method: 'put',
    path: '/networks/{id}/on',
    scope: 'admin',
    tag: 'networks',
    summary: 'Join or leave',
    params: ['id'],
    body: switchRequest,
    response: networkView,
  },
  switchDirectory: {
    method: 'put',
    path: '/networks/{id}/directory',
    scope: 'admin',
    tag: 'networks',
    summary: 'Open or close our own index for others',
    params: ['id'],
    body: switchRequest,
    response: networkView,
  },
}
