import type { Protocol } from '../talk/user-event.ts'
import type { Guest } from './guest.ts'
import { foldNick } from './nicks.ts'

/** 20 bits, of which the first is the hub itself. */
const sessions = 32 ** 4
const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** Who is on our hub, by what they are called. A nick or identity is held from the login on. */
export class People {
  readonly #bySession = new Map<string, Guest>()
  readonly #byNick = new Map<string, Guest>()
  readonly #byCid = new Map<string, Guest>()
  readonly #perAddress = new Map<string, number>()
  readonly #online = new Set<Guest>()
  #next = 0

  /** Those whom the others know. */
  get online(): ReadonlySet<Guest> {
    return this.#online
  }

  /** With those who log in just now. */
  get size(): number {
    return this.#bySession.size
  }

  [Symbol.iterator](): Iterator<Guest> {
    return this.#bySession.values()
  }

  /** One that was not given out lately. */
  session(): string {
    for (;;) {
      this.#next = (this.#next + 1) % sessions
      let [rest, name] = [this.#next, '']
      for (let at = 0; at < 4; at++) {
        name = digits[rest % 32]! + name
        rest = Math.floor(rest / 32)
      }
      if (this.#next !== 0 && !this.#bySession.has(name)) return name
    }
  }

  from(address: string): number {
    return this.#perAddress.get(address) ?? 0
  }

  arrived(guest: Guest): void {
    this.#bySession.set(guest.session, guest)
    this.#perAddress.set(guest.address, this.from(guest.address) + 1)
  }

  /** Who has the nick or the identity. */
  holder(nick: string, cid: string): Guest | undefined {
    return this.#byNick.get(foldNick(nick)) ?? this.#byCid.get(cid)
  }

  named(guest: Guest): void {
    this.#byNick.set(foldNick(guest.nick), guest)
    this.#byCid.set(guest.cid, guest)
  }

  entered(guest: Guest): void {
    this.#online.add(guest)
  }

  left(guest: Guest): void {
    if (!this.#bySession.delete(guest.session)) return
    this.#online.delete(guest)
    if (this.#byNick.get(foldNick(guest.nick)) === guest) this.#byNick.delete(foldNick(guest.nick))
    if (this.#byCid.get(guest.cid) === guest) this.#byCid.delete(guest.cid)
    const others = this.from(guest.address) - 1
    if (others > 0) this.#perAddress.set(guest.address, others)
    else this.#perAddress.delete(guest.address)
  }

  /** Somebody online, as users of a protocol name them. */
  find(protocol: Protocol, name: string): Guest | undefined {
    const guest = protocol === 'adc' ? this.#bySession.get(name) : this.#byNick.get(foldNick(name))
    return guest?.online === true ? guest : undefined
  }

  /** Somebody online by nick. */
  called(nick: string): Guest | undefined {
    return this.find('nmdc', nick)
  }
}
