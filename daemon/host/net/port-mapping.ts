import { fail, faultOf } from '@kith/core/fault/fault.ts'
import { sleep, type Clock } from '@kith/core/network/clock.ts'
import type { Log } from '@kith/core/network/log.ts'
import { endpointText, type DatagramOptions, type Datagrams, type Endpoint } from '@kith/core/network/net.ts'
import type { Outside } from '@kith/core/network/outside.ts'
import { value, type Value, type WritableValue } from '@kith/core/value/value.ts'
import { NatPmp, refusal } from './nat-pmp.ts'
import { defaultRouter } from './router.ts'
import { mapByUpnp, unmapByUpnp } from './upnp.ts'

/** RFC 6886 3.3 recommends two hours, and to renew when half of it is over. */
const LIFETIME_S = 2 * 60 * 60
const RENEW_MS: number = (LIFETIME_S * 1000) / 2
/** How soon a router is looked for again: this machine may have come to another network. */
const AGAIN_MS = 5 * 60_000
/** What a router may take to open the port, or to close it when we leave. */
const MAP_MS = 20_000
const LEAVE_MS = 2_000

export interface PortMappingWorld {
  readonly clock: Clock
  readonly log: Log
  /** The port of all networks. */
  readonly port: number
  isLocal(host: string): boolean
  datagrams(options: DatagramOptions): Promise<Datagrams>
}

interface Kept {
  readonly by: 'NAT-PMP' | 'UPnP'
  map(signal: AbortSignal): Promise<Endpoint>
  unmap(signal: AbortSignal): Promise<void>
}

/** Has the router pass on what comes to our port, for as long as it is wanted, and asks it to stop afterwards. */
export class PortMapping implements AsyncDisposable {
  readonly #world: PortMappingWorld
  readonly #outside: WritableValue<Outside> = value<Outside>({ state: 'off' })
  #stop: AbortController | undefined
  #running: Promise<void> = Promise.resolve()

  constructor(world: PortMappingWorld) {
    this.#world = world
  }

  get outside(): Value<Outside> {
    return this.#outside
  }

  want(wanted: boolean): void {
    if (wanted === (this.#stop !== undefined)) return
    if (!wanted) {
      this.#stop?.abort(fail('gone', 'net/closed', 'Kith is going'))
      this.#stop = undefined
      return
    }
    const stop = new AbortController()
    this.#stop = stop
    this.#outside.set({ state: 'looking' })
    const before = this.#running
    this.#running = before.then(() => this.#keep(stop.signal))
  }

  async #keep(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#world
    let kept: Kept | undefined
    while (!signal.aborted) {
      let again = AGAIN_MS
      try {
        const late = AbortSignal.any([signal, AbortSignal.timeout(MAP_MS)])
        kept ??= await this.#router(late)
        const at = await kept.map(late)
        if (this.#world.isLocal(at.host) || at.host === '0.0.0.0') {
          throw refusal(`it is behind another router itself, at ${at.host}`)
        }
        again = RENEW_MS
        const before = this.#outside.current
        if (before.state !== 'mapped') log.info('the router opens our port', { at: endpointText(at), by: kept.by })
        this.#outside.set({ state: 'mapped', at, by: kept.by })
      } catch (error) {
        if (signal.aborted) break
        await leave(kept)
        kept = undefined
        const fault = faultOf(error, 'ask the router for a port')
        log.debug('the router does not open our port', { fault })
        this.#outside.set({ state: 'not', fault })
      }
      await sleep(clock, again, signal).catch(() => {})
    }
    await leave(kept)
    if (this.#stop === undefined) this.#outside.set({ state: 'off' })
  }

  /** Whoever answers: by NAT-PMP, which costs one datagram, else by UPnP. */
  async #router(signal: AbortSignal): Promise<Kept> {
    const { clock, port } = this.#world
    const router = defaultRouter()
    if (router !== undefined) {
      const pmp = new NatPmp(clock, router, (options) => this.#world.datagrams(options))
      try {
        await pmp.map(port, LIFETIME_S, signal)
        return {
          by: 'NAT-PMP',
          map: (each) => pmp.map(port, LIFETIME_S, each),
          unmap: (each) => pmp.unmap(port, each),
        }
      } catch (error) {
        signal.throwIfAborted()
        this.#world.log.debug('the router does not do NAT-PMP', { fault: faultOf(error) })
      }
    }
    await mapByUpnp(port, LIFETIME_S, signal)
    return {
      by: 'UPnP',
      map: (each) => mapByUpnp(port, LIFETIME_S, each),
      unmap: (each) => unmapByUpnp(port, each),
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.want(false)
    await this.#running
  }
}

/** In good manners, if it can be done in time. */
async function leave(kept: Kept | undefined): Promise<void> {
  await kept?.unmap(AbortSignal.timeout(LEAVE_MS)).catch(() => {})
}
