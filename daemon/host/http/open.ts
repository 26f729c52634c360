import type { Budget } from '@kith/core/limits/budget.ts'
import type { Clock, Random } from '@kith/core/network/clock.ts'
import type { Http, HttpListener } from '@kith/core/network/http.ts'
import type { Log } from '@kith/core/network/log.ts'
import type { Names } from '@kith/core/network/net.ts'
import { localNetwork } from '../net/address.ts'
import { identitySource, makeIdentity, type IdentitySource } from '../net/identity.ts'
import { httpClient } from './client.ts'
import { httpServer, type ServerOptions } from './server.ts'

export interface HttpOptions extends Pick<ServerOptions, 'record'> {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly names: Names
  /** The root of all budgets. */
  readonly budget: Budget
  /** The address to listen on and to dial from; without it all of them. */
  readonly bind?: string
}

export interface OpenHttp extends Http, AsyncDisposable {
  /** The same, charged to a network's own budget where a request names no other, and under its own identity. */
  within(budget: Budget, identity?: IdentitySource): Http
}

/** HTTP for all networks. Disposing closes what is still open. */
export function openHttp(options: HttpOptions): OpenHttp {
  const { clock, random, log, bind, budget: root, record } = options
  const general = identitySource(() => makeIdentity(clock, random))
  const client = httpClient(options)
  const isLocal = localNetwork()
  const listening = new Set<HttpListener>()

  function within(budget: Budget, identity: IdentitySource = general): Http {
    return {
      get fingerprint() {
        return identity().fingerprint
      },
      request: (request) => client.request(request, request.budget ?? budget),
      async listen(at, answer) {
        const where = at.host === undefined && bind !== undefined ? { ...at, host: bind } : at
        const listener = await httpServer({ clock, log, identity, isLocal, record }, where, budget, answer)
        listening.add(listener)
        return {
          local: listener.local,
          async [Symbol.asyncDispose]() {
            listening.delete(listener)
            await listener[Symbol.asyncDispose]()
          },
        }
      },
    }
  }

  const all = within(root)
  return {
    get fingerprint() {
      return all.fingerprint
    },
    request: all.request,
    listen: all.listen,
    within,
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]()
      await Promise.all([...listening].map((each) => each[Symbol.asyncDispose]()))
    },
  }
}
