import type { NetworkId } from '@kith/core/peer/peer.ts'
import type { Keep } from '@kith/core/network/host.ts'
import type { Config } from './config/config.ts'
import type { Supervised } from './supervisor.ts'
import type { Transfers } from './transfers/transfers.ts'

export interface SwitchesOptions {
  /** Remembers what was chosen. */
  readonly keep: Keep
  readonly networks: ReadonlyMap<NetworkId, Supervised>
  readonly transfers: Transfers
  /** A network whose settings change leaves and joins anew. */
  readonly config: Config
}

/**
 * Which networks are on, over restarts; every one is until somebody says otherwise. Networks and transfers meet here:
 * who joins works for every transfer, and lets go before it leaves.
 */
export class Switches implements AsyncDisposable {
  readonly #options: SwitchesOptions
  readonly #resources = new AsyncDisposableStack()
  /** Networks that leave and join anew. */
  readonly #moving = new Set<Promise<void>>()

  constructor(options: SwitchesOptions) {
    this.#options = options
    const { networks, transfers, config } = options
    for (const [id, one] of networks) {
      this.#resources.use(
        one.state.watch((state) => {
          if (state.kind === 'in' && state.membership.fetch !== undefined) transfers.joined(id, state.membership.fetch)
        }),
      )
      this.#resources.use(one)
      this.#resources.defer(() => transfers.left(id))
    }
    for (const [id, one] of networks) {
      this.#resources.use(config.of(id, one.network.settings).watch(() => this.#again(one)))
    }
  }

  /** Joins, or leaves; either is remembered. */
  async turn(id: NetworkId, on: boolean): Promise<void> {
    const { keep, networks, transfers } = this.#options
    keep.set(id, Uint8Array.of(on ? 1 : 0))
    const one = networks.get(id)!
    if (on) return one.on()
    await transfers.left(id)
    await one.off()
  }

  /** Joins all that are on. */
  async begin(): Promise<void> {
    for (const id of this.#options.networks.keys()) if (this.#options.keep.get(id)?.[0] !== 0) await this.turn(id, true)
  }

  #again(one: Supervised): void {
    if (one.state.current.kind === 'off') return
    const moving = this.#options.transfers
      .left(one.network.id)
      .then(() => one.again())
      .finally(() => this.#moving.delete(moving))
    this.#moving.add(moving)
  }

  /** Resolves when every network goes by its newest settings. */
  async settled(): Promise<void> {
    await Promise.all(this.#moving)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync()
  }
}
