import { fail } from '@kith/core/fault/fault.ts'
import type { Gateways } from '@kith/core/network/facets.ts'
import type { Keep } from '@kith/core/network/host.ts'
import type { Health } from '@kith/core/network/network.ts'
import { attempt } from '@kith/wire/fault.ts'
import { keepTexts, keptTexts } from '../kept-texts.ts'
import type { Party } from '../peers/party.ts'
import { partyKey } from '../peers/party.ts'
import { parseHubAddress, publicAddress } from '../wire/hub-address.ts'
import type { HubWorld } from './hub.ts'
import type { HubLists } from './lists.ts'
import { Hub } from './hub.ts'

/** Hubs that were added by hand; nobody is on more. */
const mostHubs = 200
/** Hubs that links of transfers send us to, at once. */
const mostVisits = 20
const keptAs = 'hubs'

export interface RosterWorld extends HubWorld {
  readonly keep: Keep
  readonly lists: HubLists
  /** A hub is not ours any more. */
  removed(hub: Hub): void
}

/** The hubs that we want to be on: those of the settings, and those that were added, which are kept. */
export class Roster implements Gateways, AsyncDisposable {
  readonly #world: RosterWorld
  readonly #hubs = new Map<string, Hub>()
  readonly #leaving = new Set<Promise<void>>()
  /** How many transfers want to be on a hub that is not ours. */
  readonly #visits = new Map<string, number>()

  constructor(world: RosterWorld) {
    this.#world = world
  }

  /** Goes to the hubs; an address that is none keeps nobody from the others. */
  open(addresses: readonly string[]): void {
    // Who has entered a hub of the settings again, with another nick or password, meant that.
    for (const address of [...this.#kept(), ...addresses]) {
      const opened = attempt(() => this.#open(address))
      if (!opened.ok) this.#world.host.log.warn('the settings name a hub whose address is none', { ...opened.fault })
    }
  }

  [Symbol.iterator](): IterableIterator<Hub> {
    return this.#hubs.values()
  }

  list(): ReturnType<Gateways['list']> {
    return [...this.#hubs.values()].map((hub) => hub.gateway())
  }

  async add(address: string): Promise<void> {
    const key = keyOf(address)
    const known = this.#hubs.get(key)
    // The same hub in another way: with a password, another nick.
    if (known !== undefined && known.transfer === undefined && known.given !== address) this.#leave(key, known)
    if (this.#open(address)) this.#keep([...this.#kept().filter((one) => keyOf(one) !== key), address])
    this.#world.changed()
  }

  async remove(address: string): Promise<void> {
    const key = keyOf(address)
    const hub = this.#hubs.get(key)
    if (hub === undefined) throw fail('input', 'directconnect/no-hub', `${key} is none of your hubs`)
    this.#hubs.delete(key)
    this.#keep(this.#kept().filter((one) => keyOf(one) !== key))
    this.#world.removed(hub)
    await hub[Symbol.asyncDispose]()
    this.#world.changed()
  }

  known(signal: AbortSignal): ReturnType<HubLists['known']> {
    return this.#world.lists.known(signal)
  }

  /** Somebody who is called so on one of our hubs now. */
  called(nick: string, address: string): Party | undefined {
    const hub = this.#hubs.get(keyOf(address))
    for (const user of hub?.talk?.users.values() ?? []) if (user.nick === nick) return { hub: hub!, user }
    return undefined
  }

  /** Somebody who is on a hub of ours now. */
  find(key: string): Party | undefined {
    for (const hub of this.#hubs.values()) {
      for (const user of hub.talk?.users.values() ?? []) if (partyKey({ hub, user }) === key) return { hub, user }
    }
    return undefined
  }

  health(): Health {
    const online = [...this.#hubs.values()].filter((hub) => hub.talk !== undefined)
    if (online.length > 0) {
      const people = online.reduce((sum, hub) => sum + (hub.talk?.users.size ?? 0), 0)
      return { state: 'connected', people }
    }
    const fault = this.list().find((gateway) => gateway.fault !== undefined)?.fault
    return fault === undefined ? { state: 'alone', people: 0 } : { state: 'trouble', people: 0, fault }
  }

  /** False when it is ours already. */
  #open(address: string): boolean {
    const key = keyOf(address)
    const known = this.#hubs.get(key)
    if (known !== undefined && known.transfer === undefined) return false
    if (known !== undefined) this.#leave(key, known)
    this.#hubs.set(key, new Hub(address, this.#world))
    return true
  }

  /**
   * Is on a hub for a transfer and nothing else, without showing what we share, until nobody who wanted that wants it any
   * more. A hub that is ours anyway is left as it is.
   */
  visit(address: string, transfer: string): Disposable {
    const key = keyOf(address)
    const known = this.#hubs.get(key)
    const full = known === undefined && this.#visits.size >= mostVisits
    if (full || (known !== undefined && known.transfer === undefined)) return { [Symbol.dispose]() {} }
    this.#visits.set(key, (this.#visits.get(key) ?? 0) + 1)
    if (known === undefined) {
      const quiet = `${address}${address.includes('?') ? '&' : '/?'}share=no`
      this.#hubs.set(key, new Hub(quiet, this.#world, transfer))
      this.#world.changed()
    }
    return { [Symbol.dispose]: () => this.#visited(key) }
  }

  #visited(key: string): void {
    const left = (this.#visits.get(key) ?? 0) - 1
    if (left > 0) return void this.#visits.set(key, left)
    this.#visits.delete(key)
    const hub = this.#hubs.get(key)
    if (hub?.transfer === undefined) return
    this.#leave(key, hub)
    this.#world.changed()
  }

  #leave(key: string, hub: Hub): void {
    this.#hubs.delete(key)
    this.#world.removed(hub)
    const leaving = hub[Symbol.asyncDispose]().finally(() => this.#leaving.delete(leaving))
    this.#leaving.add(leaving)
  }

  #kept(): string[] {
    return keptTexts(this.#world.keep, keptAs).slice(0, mostHubs)
  }

  #keep(addresses: readonly string[]): void {
    keepTexts(this.#world.keep, keptAs, addresses.slice(-mostHubs))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#leaving, ...[...this.#hubs.values()].map((hub) => hub[Symbol.asyncDispose]())])
  }
}

/** @throws FaultError `input` `directconnect/hub-address` */
function keyOf(address: string): string {
  return publicAddress(parseHubAddress(address))
}
