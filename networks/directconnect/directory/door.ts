import { utf8 } from '@kith/wire/bytes.ts'
import { tigerText } from '../wire/cid.ts'
import type { Refusal } from '../wire/refusal.ts'
import type { Ban } from './bans.ts'
import type { Floor } from './floor.ts'
import type { Guest } from './guest.ts'
import { nickProblem } from './nicks.ts'

/** Who guesses passwords stays away for so long. */
const guessBanMs = 5 * 60_000
const mostGuesses = 5
const mostGuessers = 10_000
const guessed = 'Too many wrong passwords'

export interface DoorWorld {
  readonly hub: Floor
  /** What the hub speaks as; nobody else may be called so. */
  readonly voice: string
  tiger(bytes: Uint8Array): Uint8Array
  /** Ends the stay of somebody who is here. */
  refuse(guest: Guest, why: Refusal): void
}

/** The door of our hub: who comes in, under which nick and as what. */
export class Door {
  readonly #world: DoorWorld
  /** Wrong passwords by address. */
  readonly #guesses = new Map<string, number>()

  constructor(world: DoorWorld) {
    this.#world = world
  }

  /** Somebody says who they are. In NMDC they have no identity: one is made up, the same whenever they come from there. */
  named(guest: Guest, nick: string, cid: string | undefined): void {
    const { hub, voice, tiger } = this.#world
    const { settings, now } = hub
    guest.nick = nick
    guest.cid = cid ?? tigerText(tiger(utf8(`${guest.address} ${nick}`)))
    const problem = nickProblem(nick, voice)
    if (problem !== undefined) return guest.talk.refuse({ kind: 'nick-bad', text: problem })
    const account = hub.accounts.find(nick)
    // Nobody keeps a keeper out, but who guesses a keeper's password is kept out like any other.
    const holds = account?.rank === 'keeper' ? isForGuessing : undefined
    const ban = hub.bans.find({ nick, cid: guest.cid, address: guest.address }, now, holds)
    if (ban !== undefined) return guest.talk.refuse(banned(ban, now))
    if (account !== undefined) return guest.talk.challenge()
    if (settings.directoryWho === 'registered')
      return guest.talk.refuse({ kind: 'registered-only', text: 'This hub is for registered users' })
    this.#welcome(guest, 'guest')
  }

  /** They answer a challenge. */
  password(guest: Guest, proves: (password: string) => boolean): void {
    const { hub } = this.#world
    const { nick, address } = guest
    const account = hub.accounts.find(nick)
    if (account !== undefined && proves(account.password)) {
      this.#guesses.delete(address)
      return this.#welcome(guest, account.rank)
    }
    if (this.#guesses.size > mostGuessers) this.#guesses.clear()
    const guesses = (this.#guesses.get(address) ?? 0) + 1
    this.#guesses.set(address, guesses)
    if (guesses >= mostGuesses) {
      this.#guesses.delete(address)
      hub.ban({ address, reason: guessed, by: '', until: hub.now + guessBanMs })
    }
    guest.talk.refuse({ kind: 'password', text: 'The password is wrong' })
  }

  #welcome(guest: Guest, rank: Guest['rank']): void {
    const { hub, refuse } = this.#world
    const before = hub.people.holder(guest.nick, guest.cid)
    if (before !== undefined) {
      // Who has proved who he is, or comes from the same place with the same identity, was cut off without a word.
      const same = rank !== 'guest' || (before.address === guest.address && before.cid === guest.cid)
      if (!same) return guest.talk.refuse({ kind: 'nick-taken', text: 'Somebody here is called so' })
      refuse(before, { kind: 'kicked', text: 'You have come again from elsewhere' })
    }
    guest.rank = rank
    if (isFull(hub, guest)) return guest.talk.refuse(full)
    hub.people.named(guest)
    guest.talk.welcome(guest.operator)
  }
}

export const full: Refusal = { kind: 'full', text: 'The hub is full' }

/**
 * Whether there is no seat for somebody who comes. Only those who are in hold one: it is looked at when they begin, and again
 * when they come in, for others may have come in meanwhile. Those who keep order there is always a seat for.
 */
export function isFull({ people, settings }: Floor, { operator }: Guest): boolean {
  return !operator && people.online.size >= settings.directoryUsers
}

function isForGuessing({ by, reason }: Ban): boolean {
  return by === '' && reason === guessed
}

function banned({ reason, until }: Ban, now: number): Refusal {
  const text = `You are banned: ${reason}`
  return until === undefined ? { kind: 'banned', text } : { kind: 'banned', text, seconds: (until - now) / 1000 }
}
