import { faultOf } from '@kith/core/fault/fault.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Directory } from '@kith/core/network/facets.ts'
import type { Keep } from '@kith/core/network/host.ts'
import type { Log } from '@kith/core/network/log.ts'
import type { NetworkId } from '@kith/core/peer/peer.ts'
import type { Value } from '@kith/core/value/value.ts'
import type { NetworkState } from './supervisor.ts'

/** How long until an index that could not be opened is tried again, in milliseconds: its port may be free by then. */
const retryMs = 60_000

export interface DirectoriesOptions {
  readonly clock: Clock
  readonly log: Log
  /** Where it is kept which of them are switched on. */
  readonly keep: Keep
  readonly networks: ReadonlyMap<NetworkId, { readonly state: Value<NetworkState> }>
}

/**
 * Our own indexes, one per network that has one. One that is switched on is open whenever its network is joined, over
 * restarts too. One that cannot be opened says why in its state, is tried again, and stops nothing else.
 */
export class Directories implements Disposable {
  readonly #options: DirectoriesOptions
  readonly #resources = new DisposableStack()
  readonly #retries = new Map<NetworkId, Disposable>()
  /** What is being opened. */
  readonly #opening = new Set<Promise<void>>()

  constructor(options: DirectoriesOptions) {
    this.#options = options
    for (const [id, { state }] of options.networks) this.#resources.use(state.watch(() => this.#follow(id)))
    this.#resources.defer(() => {
      for (const retry of this.#retries.values()) retry[Symbol.dispose]()
    })
  }

  /** Of a network that is joined. @throws FaultError `local` when it cannot be opened; then it stays off */
  async turn(id: NetworkId, on: boolean): Promise<void> {
    const directory = this.#of(id)
    await (on ? directory?.open() : directory?.close())
    this.#options.keep.set(key(id), on ? Uint8Array.of(1) : undefined)
  }

  /** Resolves when every index of a joined network that is switched on is open, or has said why not. */
  async settled(): Promise<void> {
    await Promise.all(this.#opening)
  }

  #follow(id: NetworkId): void {
    const opening = this.#reopen(id).finally(() => this.#opening.delete(opening))
    this.#opening.add(opening)
  }

  #of(id: NetworkId): Directory | undefined {
    const state = this.#options.networks.get(id)?.state.current
    return state?.kind === 'in' ? state.membership.directory : undefined
  }

  async #reopen(id: NetworkId): Promise<void> {
    const { clock, keep, log } = this.#options
    this.#retries.get(id)?.[Symbol.dispose]()
    this.#retries.delete(id)
    const directory = this.#of(id)
    if (directory === undefined || keep.get(key(id)) === undefined) return
    try {
      await directory.open()
    } catch (error) {
      const { code, message } = faultOf(error, 'open our own index')
      log.warn('an index of ours could not be opened', { network: id, code, message })
      this.#retries.set(
        id,
        clock.after(retryMs, () => void this.#reopen(id)),
      )
    }
  }

  [Symbol.dispose](): void {
    this.#resources[Symbol.dispose]()
  }
}

function key(id: NetworkId): string {
  return `directory ${id}`
}
