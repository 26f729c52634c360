import { fail } from '@kith/core/fault/fault.ts'
import type { Keep } from '@kith/core/network/host.ts'
import { keepList, keptList } from './kept.ts'
import { foldNick } from './nicks.ts'

/** What somebody may do. Operators keep order; keepers also make operators. */
export type Rank = 'guest' | 'registered' | 'operator' | 'keeper'

/** Those that come with a password. */
export type GivenRank = Exclude<Rank, 'guest'>

export const givenRanks: readonly GivenRank[] = ['registered', 'operator', 'keeper']
export const ranks: readonly Rank[] = ['guest', ...givenRanks]

export function isGivenRank(text: unknown): text is GivenRank {
  return (givenRanks as readonly unknown[]).includes(text)
}

/** A nick that belongs to whoever knows its password. */
export interface Account {
  readonly nick: string
  /** As it is: ADC proves it by a digest of it and a salt of the moment, for which the hub has to know it. */
  readonly password: string
  readonly rank: GivenRank
}

const key = 'hub accounts'
const mostAccounts = 100_000
const mostPassword = 128

export class Accounts {
  readonly #keep: Keep
  readonly #accounts = new Map<string, Account>()

  constructor(keep: Keep) {
    this.#keep = keep
    for (const account of keptList(keep, key, isAccount)) this.#accounts.set(foldNick(account.nick), account)
  }

  [Symbol.iterator](): Iterator<Account> {
    return this.#accounts.values()
  }

  get size(): number {
    return this.#accounts.size
  }

  find(nick: string): Account | undefined {
    return this.#accounts.get(foldNick(nick))
  }

  /** Makes an account, or changes one. @throws FaultError `input` `directconnect/account` */
  set(account: Account): void {
    const { nick, password } = account
    const bad = password === '' || password.length > mostPassword || /[|\n]/.test(password)
    if (bad) throw fail('input', 'directconnect/account', `A password has 1 to ${mostPassword} characters, and no |`)
    if (this.find(nick) === undefined && this.#accounts.size >= mostAccounts)
      throw fail('input', 'directconnect/account', `There are ${mostAccounts} accounts already`)
    this.#accounts.set(foldNick(nick), account)
    this.#save()
  }

  /** False when there is none. */
  remove(nick: string): boolean {
    const removed = this.#accounts.delete(foldNick(nick))
    if (removed) this.#save()
    return removed
  }

  #save(): void {
    keepList(this.#keep, key, [...this.#accounts.values()])
  }
}

function isAccount(item: unknown): item is Account {
  const { nick, password, rank } = (item ?? {}) as Partial<Account>
  return typeof nick === 'string' && typeof password === 'string' && isGivenRank(rank)
}
