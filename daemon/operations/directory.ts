import type { ExcludeRequest } from '@kith/api/directory.ts'
import { fail } from '@kith/core/fault/fault.ts'
import type { Keeper } from '@kith/core/network/keeper.ts'
import type { Handlers } from '../api/handlers.ts'
import type { Supervised } from '../supervisor.ts'
import { findNetwork } from './networks.ts'

const noReason = 'no reason given'

export interface DirectoryWorld {
  readonly networks: ReadonlyMap<string, Supervised>
}

type Operations = Pick<
  Handlers,
  | 'visitors'
  | 'kickVisitor'
  | 'exclusions'
  | 'exclude'
  | 'readmit'
  | 'registrations'
  | 'register'
  | 'unregister'
  | 'announceToVisitors'
>

/** What the keeper of our hub does. */
export function directoryOperations({ networks }: DirectoryWorld): Operations {
  const keeper = (id: string): Keeper => {
    const { membership, network } = findNetwork(networks, id)
    if (membership === undefined) throw fail('unavailable', 'network/off', `${network.title} is not joined now`)
    const found = membership.directory?.keeper
    if (found === undefined)
      throw fail('input', 'directory/no-people', `${network.title} has no directory that people come to`)
    return found
  }
  return {
    visitors: ({ params }) => keeper(params.id).visitors(),
    kickVisitor: ({ params, body }) => keeper(params.id).kick(params.visitor, body.reason ?? noReason),
    exclusions: ({ params }) => keeper(params.id).exclusions(),
    exclude({ params, body }) {
      return keeper(params.id).exclude(who(body), body.reason ?? noReason, ms(body))
    },
    readmit({ params }) {
      keeper(params.id).readmit(params.exclusion)
    },
    registrations({ params }) {
      const { ranks, registrations } = keeper(params.id)
      return { ranks, registrations: registrations() }
    },
    register({ params, body }) {
      return keeper(params.id).register(params.nick, body.password, body.rank)
    },
    unregister({ params }) {
      keeper(params.id).unregister(params.nick)
    },
    announceToVisitors: ({ params, body }) => keeper(params.id).announce(body.text),
  }
}

function who({ nick, address }: ExcludeRequest): { readonly nick?: string; readonly address?: string } {
  return { ...(nick === undefined ? {} : { nick }), ...(address === undefined ? {} : { address }) }
}

function ms({ seconds }: ExcludeRequest): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000
}
