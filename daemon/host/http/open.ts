import type { Budget } from '@kith/core/limits/budget.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Http, HttpListener } from '@kith/core/network/http.ts'
import type { Log } from '@kith/core/network/log.ts'
import type { Names } from '@kith/core/network/net.ts'
import { localNetwork } from '../net/address.ts'
import { httpClient } from './client.ts'
import { httpServer } from './server.ts'

export interface HttpOptions {
  readonly clock: Clock
  readonly log: Log
  readonly names: Names
  /** The root of all budgets. */
  readonly budget: Budget
  /** The address to listen on and to dial from; without it all of them. */
  readonly bind?: string
}

export interface OpenHttp extends Http, AsyncDisposable {
  /** The same, charged to a network's own budget where a request names no other. */
  within(budget: Budget): Http
}

/** HTTP for all networks. Disposing closes what is still open. */
export function openHttp(options: HttpOptions): OpenHttp {
  const { clock, log, bind, budget: root } = options
  const client = httpClient(options)
  const isLocal = localNetwork()
  const listening = new Set<HttpListener>()

  function within(budget: Budget): Http {
    return {
      request: (request) => client.request(request, request.budget ?? budget),
      async listen({ port, host = bind }, answer) {
        const listener = await httpServer({ clock, log, isLocal }, { port, host }, budget, answer)
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

  return {
    ...within(root),
    within,
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]()
      await Promise.all([...listening].map((each) => each[Symbol.asyncDispose]()))
    },
  }
}
