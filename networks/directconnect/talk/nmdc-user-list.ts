import type { HubUser } from '../wire/hub-user.ts'
import { readMyInfo } from '../wire/nmdc-info.ts'
import type { NmdcText } from '../wire/nmdc-text.ts'
import { Held } from './held.ts'
import { mostUsers } from './hub-limits.ts'

/** Those who keep order on one hub; the largest there are have some hundred. */
const mostOperators = 10_000
const longestNick = 256

/** Who is on an NMDC hub, by their nick: `$MyINFO` says what they are, and other lists who keeps order and where they are. */
export class NmdcUserList {
  readonly #own: string
  readonly #text: NmdcText
  readonly #users = new Map<string, HubUser>()
  readonly #operators = new Set<string>()
  readonly #addresses = new Map<string, string>()
  readonly #held = new Held()

  /** `own` is our nick, whose address we hear of before we are on the list. */
  constructor(own: string, text: NmdcText) {
    this.#own = own
    this.#text = text
  }

  get users(): ReadonlyMap<string, HubUser> {
    return this.#users
  }

  address(nick: string): string | undefined {
    return this.#addresses.get(nick)
  }

  /**
   * What follows `$MyINFO `. Undefined when it says nothing of anybody, or there are too many.
   * @throws FaultError `peer` `directconnect/too-much`
   */
  update(info: string): { readonly user: HubUser; readonly joined: boolean } | undefined {
    const nick = /^\$ALL ([^ ]+)/.exec(info)?.[1] ?? ''
    const address = this.#addresses.get(nick)
    const known = { operator: this.#operators.has(nick), ...(address === undefined ? {} : { address }) }
    const user = readMyInfo(info, this.#text, known)
    const joined = !this.#users.has(nick)
    if (user === undefined || (joined && this.#users.size >= mostUsers)) return undefined
    this.#held.set(nick, [nick, user.description, user.client])
    this.#users.set(nick, user)
    return { user, joined }
  }

  /** Who it was. */
  remove(nick: string): HubUser | undefined {
    const user = this.#users.get(nick)
    this.#users.delete(nick)
    this.#addresses.delete(nick)
    this.#operators.delete(nick)
    this.#held.delete(nick)
    return user
  }

  /** What follows `$OpList `. Some hubs tell of one more, others of all: nobody ceases to keep order before they leave. */
  operatorsAre(list: string): void {
    for (const nick of list.split('$$')) {
      if (nick === '' || nick.length > longestNick || this.#operators.size >= mostOperators) continue
      this.#operators.add(nick)
      const user = this.#users.get(nick)
      if (user !== undefined) this.#users.set(nick, { ...user, operator: true })
    }
  }

  /** What follows `$UserIP `. */
  addressesAre(list: string): void {
    for (const pair of list.split('$$')) {
      const [nick = '', address = ''] = pair.split(' ')
      if (!/^[\d.]{7,15}$|^[\da-f:]{3,39}$/i.test(address)) continue
      const user = this.#users.get(nick)
      if (user === undefined && nick !== this.#own) continue
      this.#addresses.set(nick, address)
      if (user !== undefined) this.#users.set(nick, { ...user, address })
    }
  }
}
