import { fail } from '@kith/core/fault/fault.ts'
import type { OurAnswer, PeerQuestion } from '@kith/core/network/channel.ts'
import type { Connection } from '@kith/core/network/net.ts'

/** Tunnels that paired devices have opened to us: who is not paired any more has none, whatever it was for. */
export class Tunnels {
  readonly #isPaired: (device: string) => boolean
  readonly #open = new Map<string, Set<Connection>>()

  constructor(isPaired: (device: string) => boolean) {
    this.#isPaired = isPaired
  }

  /** The answer to a device, of which the tunnel is remembered as long as it is open. */
  held(device: string, { signal }: Pick<PeerQuestion, 'signal'>, answer: OurAnswer): OurAnswer {
    const { tunnel } = answer
    if (tunnel === undefined) return answer
    return {
      ...answer,
      tunnel: (connection) => {
        // It may have been forgotten while it was answered.
        if (!this.#isPaired(device)) return connection.close(forgotten())
        const all = this.#open.get(device) ?? new Set()
        this.#open.set(device, all.add(connection))
        signal.addEventListener('abort', () => this.#ended(device, connection), { once: true })
        tunnel(connection)
      },
    }
  }

  /** Ends those of devices that were forgotten. */
  keepPaired(): void {
    for (const [device, all] of this.#open) {
      if (this.#isPaired(device)) continue
      this.#open.delete(device)
      for (const connection of all) connection.close(forgotten())
    }
  }

  #ended(device: string, connection: Connection): void {
    const all = this.#open.get(device)
    all?.delete(connection)
    if (all?.size === 0) this.#open.delete(device)
  }
}

function forgotten(): ReturnType<typeof fail>['fault'] {
  return fail('gone', 'neighbours/forgotten', 'The devices are not paired any more').fault
}
