import type { Endpoint } from '@kith/core/network/net.ts'
import { endpointText } from '@kith/core/network/net.ts'

/** A machine has a few, and a new one each time that its provider likes; the oldest are forgotten. */
const most = 64

/**
 * Addresses at which we met ourselves, in any torrent. Trackers and peers tell us of them as of anyone, and we know them
 * by our own peer id only: behind a router nobody sees from inside what the address is outside.
 */
export class OwnAddresses {
  readonly #known = new Set<string>()

  add(endpoint: Endpoint): void {
    this.#known.add(endpointText(endpoint))
    if (this.#known.size > most) for (const oldest of this.#known) return void this.#known.delete(oldest)
  }

  has(endpoint: Endpoint): boolean {
    return this.#known.has(endpointText(endpoint))
  }
}
