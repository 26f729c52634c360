import { fail } from '@kith/core/fault/fault.ts'
import { type Clock, pick, type Random } from '@kith/core/network/clock.ts'
import type { Log } from '@kith/core/network/log.ts'
import type { Attached, DatagramOptions, Datagrams } from '@kith/core/network/net.ts'
import type { Outside } from '@kith/core/network/outside.ts'
import type { Value } from '@kith/core/value/value.ts'
import { attempt } from '@kith/wire/fault.ts'
import { addressBytes, isWithin } from '@kith/wire/ip-address.ts'
import { parseNews, PCP_NEWS_PORT } from '@kith/wire/pcp.ts'
import { refusal } from './ask-router.ts'
import { type Door, DoorKeeper, leave, type Opened } from './door.ts'
import { doorV4, doorV6, type FindOptions } from './find-door.ts'
import type { Pcp } from './pcp.ts'
import { defaultRouter, wayOutV6 } from './router.ts'

/** All machines of the link. */
const NEWS_GROUP = '224.0.0.1'
/** Whoever hears that a router has begun anew waits for so long at most, so that not all ask at once (RFC 6887 14.1.3). */
const MOST_PAUSE_MS = 2_000

export interface PortMappingWorld {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** The port of all networks. */
  readonly port: number
  /** Twelve bytes that routers know us by, the same after a restart. */
  readonly nonce: Uint8Array
  isLocal(host: string): boolean
  attached(): readonly Attached[]
  datagrams(options: DatagramOptions): Promise<Datagrams>
}

/** Has the router let others in at our port over either version of IP, for as long as that is wanted. */
export class PortMapping implements AsyncDisposable {
  readonly #world: PortMappingWorld
  readonly #v4: DoorKeeper
  readonly #v6: DoorKeeper
  #pcp: Pcp | undefined
  #news: Promise<AsyncDisposable | undefined> = Promise.resolve(undefined)
  #pause: Disposable | undefined

  constructor(world: PortMappingWorld) {
    this.#world = world
    this.#v4 = new DoorKeeper({
      ...world,
      way: () => `${defaultRouter() ?? ''} ${this.#address(defaultRouter()) ?? ''}`,
      find: (signal) => this.#findV4(signal),
    })
    this.#v6 = new DoorKeeper({
      ...world,
      way: () => {
        const way = wayOutV6()
        return way === undefined ? undefined : `${way.router} ${way.address}`
      },
      find: (signal) => this.#findV6(signal),
    })
  }

  get outside(): Value<Outside> {
    return this.#v4.outside
  }

  get outsideV6(): Value<Outside> {
    return this.#v6.outside
  }

  want(wanted: boolean): void {
    this.#v4.want(wanted)
    this.#v6.want(wanted)
    const before = this.#news
    this.#news = before.then(async (heard) => {
      if ((heard !== undefined) === wanted) return heard
      await heard?.[Symbol.asyncDispose]()
      return wanted ? this.#hear() : undefined
    })
  }

  async #findV4(signal: AbortSignal): Promise<{ door: Door; opened: Opened }> {
    const router = defaultRouter()
    const address = this.#address(router)
    const found = await doorV4(this.#options(), { router, address }, (pcp) => void (this.#pcp = pcp), signal)
    const { door } = found
    try {
      const open = async (each: AbortSignal): Promise<Opened> => this.#checked(await door.open(each))
      return { door: { ...door, open }, opened: this.#checked(found.opened) }
    } catch (error) {
      await leave(door)
      throw error
    }
  }

  /** @throws FaultError `unavailable` `net/not-mapped` when nobody outside knows the router's address */
  #checked(opened: Opened): Opened {
    const { host } = opened.at
    if (!this.#world.isLocal(host) && host !== '0.0.0.0') return opened
    throw refusal(`it is behind another router itself, at ${host}`)
  }

  async #findV6(signal: AbortSignal): Promise<{ door: Door; opened: Opened }> {
    const way = wayOutV6()
    if (way === undefined) throw fail('unavailable', 'net/no-router', 'No way leads out over IPv6')
    return doorV6(this.#options(), way, () => {}, signal)
  }

  #options(): FindOptions {
    const { clock, datagrams, log, port, nonce } = this.#world
    return { clock, datagrams, log, port, nonce, lost: () => this.#nudge() }
  }

  /** The address of ours in the network of a router. */
  #address(router: string | undefined): string | undefined {
    const near = router === undefined ? undefined : addressBytes(router)
    if (near === undefined) return undefined
    return this.#world.attached().find(({ host, prefix }) => {
      const own = addressBytes(host)
      return own !== undefined && isWithin(near, own, prefix)
    })?.host
  }

  /** What routers tell everybody when they begin anew. Where the port is not to be had, they are asked in time anyway. */
  async #hear(): Promise<AsyncDisposable | undefined> {
    try {
      return await this.#world.datagrams({
        family: 4,
        port: PCP_NEWS_PORT,
        groups: [NEWS_GROUP],
        receive: ({ host }, bytes) => {
          if (host !== defaultRouter()) return
          const news = attempt(() => parseNews(bytes))
          if (!news.ok) return
          const { epoch } = news.value
          if (epoch === undefined || this.#pcp?.keeps(epoch) !== true) this.#nudge()
        },
      })
    } catch (error) {
      this.#world.log.debug('what routers tell everybody is not heard', { error: String(error) })
      return undefined
    }
  }

  #nudge(): void {
    const { clock, random } = this.#world
    this.#pause ??= clock.after(pick(random, MOST_PAUSE_MS), () => {
      this.#pause = undefined
      this.#v4.nudge()
      this.#v6.nudge()
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.want(false)
    await Promise.all([this.#v4[Symbol.asyncDispose](), this.#v6[Symbol.asyncDispose](), this.#news])
    this.#pause?.[Symbol.dispose]()
  }
}
