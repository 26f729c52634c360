import type { Fault } from '@kith/core/fault/fault.ts'
import { fail, faultOf } from '@kith/core/fault/fault.ts'
import { sleep } from '@kith/core/network/clock.ts'
import type { Gateway } from '@kith/core/network/facets.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Connection } from '@kith/core/network/net.ts'
import type { Pump } from '@kith/core/network/pump.ts'
import { pump } from '@kith/core/network/pump.ts'
import type { HubEvent, HubTalk } from '../talk/hub-event.ts'
import type { HubAddress } from '../wire/hub-address.ts'
import { parseHubAddress, publicAddress } from '../wire/hub-address.ts'
import type { HubUser } from '../wire/hub-user.ts'
import { Menu } from './menu.ts'

/** Waits after an end, in milliseconds: doubled each time up to the longest, and again short after a good while online. */
const firstWaitMs = 10_000
const longestWaitMs = 10 * 60_000
const goodWhileMs = 5 * 60_000
const dialMs = 30_000
/** What a hub says last before it ends the connection is why; NMDC hubs have no other way to say it. */
const lastWordsMs = 5_000
const longestWords = 300
/** A hub that sends us from one to the next is followed so often. */
const mostRedirects = 5
/** An address is no name that TLS could ask for (RFC 6066 3). */
const numeric = /^[\d.]+$|:/

export interface HubWorld {
  readonly host: Pick<Host, 'clock' | 'net' | 'names' | 'log' | 'random'>
  /** The machine for a hub that was reached. */
  talk(hub: Hub, connection: Connection): HubTalk
  event(hub: Hub, event: HubEvent): void
  /** Something that the list of gateways shows is different. */
  changed(): void
}

const closed: Fault = {
  kind: 'gone',
  code: 'directconnect/hub-closed',
  message: 'The hub has ended the connection',
}

/** One hub that we want to be on: dialled again whenever the conversation ends. */
export class Hub implements AsyncDisposable {
  /** Where it is; changes when the hub sends us elsewhere. */
  address: HubAddress
  name = ''
  /** The port of ours that the connection with it leaves from; others may leave from there too. */
  localPort: number | undefined
  /** What it offers since we are there. */
  menu: Menu = new Menu()
  /** As the user gave it: what gateways call it. */
  readonly given: string
  /** The transfer that we are there for, and for nothing else. */
  readonly transfer: string | undefined
  readonly #world: HubWorld
  readonly #stop = new AbortController()
  readonly #running: Promise<void>
  #talk: HubTalk | undefined
  #pump: Pump | undefined
  #fault: Fault | undefined
  #nextAt: number | undefined
  #redirects = 0
  #next: HubAddress | undefined
  /** What the hub itself said last, and when. */
  #words = { text: '', at: 0 }

  constructor(given: string, world: HubWorld, transfer?: string) {
    this.given = given
    this.transfer = transfer
    this.address = parseHubAddress(given)
    this.#world = world
    this.#running = this.#run()
  }

  /** While we are logged in. */
  get talk(): HubTalk | undefined {
    return this.#talk?.online === true ? this.#talk : undefined
  }

  /** Lets out what the talk was told to say. */
  flush(): void {
    this.#pump?.drain()
  }

  user(id: string): HubUser | undefined {
    return this.#talk?.users.get(id)
  }

  gateway(): Gateway {
    const { talk } = this
    const asking = this.#nextAt === undefined
    const people = talk === undefined ? 0 : talk.users.size
    return {
      address: publicAddress(parseHubAddress(this.given)),
      kind: 'hub',
      ...(this.transfer === undefined ? {} : { transfer: this.transfer }),
      state: talk !== undefined ? 'attached' : asking ? 'asking' : 'failed',
      ...(talk === undefined
        ? {}
        : {
            note: [this.name, people === 1 ? '1 user' : `${people} users`, this.#elsewhere].filter(Boolean).join(', '),
          }),
      ...(talk !== undefined || this.#fault === undefined ? {} : { fault: this.#fault }),
      ...(this.#nextAt === undefined ? {} : { nextAt: this.#nextAt }),
    }
  }

  /** Where the hub has sent us. */
  get #elsewhere(): string {
    const [given, now] = [publicAddress(parseHubAddress(this.given)), publicAddress(this.address)]
    return given === now ? '' : `sent on to ${now}`
  }

  async #run(): Promise<void> {
    const { clock, log } = this.#world.host
    const { signal } = this.#stop
    let failures = 0
    while (!signal.aborted) {
      const began = clock.now()
      this.#nextAt = undefined
      this.#fault = await this.#visit().catch((error: unknown) => faultOf(error, 'reach the hub'))
      if (signal.aborted) return
      log.debug('a hub is left', {
        hub: publicAddress(this.address),
        code: this.#fault?.code,
        message: this.#fault?.message,
      })
      // Also hubs that let us in may send us to one another, round and round.
      const good = clock.now() - began > goodWhileMs
      if (good) this.#redirects = 0
      if (this.#moved()) {
        // Being sent on is no failure as long as it is followed.
        this.#fault = undefined
        continue
      }
      failures = good ? 1 : failures + 1
      // What only the user can mend is not tried again soon: hubs ban who guesses passwords.
      const soon = this.#fault?.kind !== 'input'
      const wait = soon ? Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(failures - 1, 10)) : longestWaitMs
      this.#nextAt = Math.max(clock.now() + wait, this.#fault?.retryAt ?? 0)
      this.#world.changed()
      await sleep(clock, this.#nextAt - clock.now(), signal).catch(() => {})
    }
  }

  /** Whether the hub named another one, which is visited at once. */
  #moved(): boolean {
    const next = this.#next
    this.#next = undefined
    if (next === undefined) this.address = parseHubAddress(this.given)
    if (next === undefined) return false
    if (++this.#redirects > mostRedirects) {
      // After a while it is tried from the beginning.
      this.#redirects = 0
      this.address = parseHubAddress(this.given)
      return false
    }
    this.address = next
    return true
  }

  async #visit(): Promise<Fault | undefined> {
    const { host } = this.#world
    const { signal } = this.#stop
    const { host: name, port, tls, keyprint } = this.address
    const [address] = await host.names.resolve(name, signal)
    if (address === undefined) throw fail('unavailable', 'directconnect/no-address', `${name} has no address`)
    const trust =
      keyprint === undefined ? { kind: 'anyone' as const } : { kind: 'pinned' as const, fingerprints: [keyprint] }
    const connection = await host.net.connect(
      { host: address, port },
      {
        timeoutMs: dialMs,
        signal,
        localPort: 0,
        ...(tls ? { tls: { trust, ...(numeric.test(name) ? {} : { name }) } } : {}),
      },
    )
    if (signal.aborted) {
      connection.close()
      return undefined
    }
    return new Promise((resolve) => {
      const talk = this.#world.talk(this, connection)
      this.menu = new Menu()
      this.#talk = talk
      this.localPort = connection.local.port
      const abort = (): void => (this.#pump === undefined ? connection.close() : this.#pump[Symbol.dispose]())
      signal.addEventListener('abort', abort, { once: true })
      this.#pump = pump(
        talk,
        connection,
        host.clock,
        (event) => this.#event(event),
        (fault) => {
          signal.removeEventListener('abort', abort)
          const { users } = talk
          const { online } = talk
          this.#talk = undefined
          this.#pump = undefined
          if (online) for (const user of users.values()) this.#world.event(this, { kind: 'left', user })
          this.#world.changed()
          resolve(this.#ended(fault))
        },
      )
    })
  }

  /** Why it ended, in the hub's own words where it has left only those. */
  #ended(fault: Fault | undefined): Fault {
    const { text, at } = this.#words
    const words = this.#world.host.clock.now() - at > lastWordsMs ? '' : text.slice(0, longestWords)
    const { message, ...rest } = fault ?? closed
    return { ...rest, message: words === '' || this.address.protocol === 'adc' ? message : `${message}: ${words}` }
  }

  #event(event: HubEvent): void {
    if (event.kind === 'chat' && event.from === undefined)
      this.#words = { text: event.text, at: this.#world.host.clock.now() }
    if (event.kind === 'online') this.#world.changed()
    if (event.kind === 'title') this.name = event.name
    if (event.kind === 'command') this.menu.heard(event.command)
    if (event.kind === 'redirect') this.#redirected(event.address)
    this.#world.event(this, event)
  }

  #redirected(text: string): void {
    try {
      const { nick, password, mode, description, share } = this.address
      const next = parseHubAddress(text)
      // A password is for the hub that it was given for.
      const same = next.host === this.address.host
      this.#next = {
        ...next,
        ...(nick === undefined ? {} : { nick }),
        ...(password === undefined || !same ? {} : { password }),
        ...(mode === undefined ? {} : { mode }),
        ...(description === undefined ? {} : { description }),
        ...(share === undefined ? {} : { share }),
      }
    } catch {
      this.#world.host.log.debug('a hub sends us to an address that is none', { hub: publicAddress(this.address) })
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(fail('gone', 'directconnect/closing', 'The hub is being left'))
    await this.#running
  }
}
