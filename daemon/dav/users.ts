import { createHmac, randomBytes } from 'node:crypto'
import { fail } from '@kith/core/fault/fault.ts'
import type { Keep } from '@kith/core/network/host.ts'
import { Guesses } from '../guesses.ts'
import { isPassword, keptPassword } from '../password.ts'

export type Right = 'read' | 'write'

/** Somebody who may reach shared folders by WebDAV. */
export interface DavUser {
  readonly name: string
  /** By the id of the shared folder. */
  readonly rights: ReadonlyMap<number, Right>
}

interface Kept {
  readonly password: string
  readonly rights: Readonly<Record<string, Right>>
}

const mostUsers = 200
const shortestPassword = 8
const longestPassword = 256
/** A password that was right need not be worked out again for this long. */
const rememberMs = 5 * 60_000
const key = 'users'

/** Named users with passwords and rights. */
export class DavUsers {
  readonly #keep: Keep
  readonly #now: () => number
  readonly #guesses: Guesses
  readonly #users = new Map<string, Kept>()
  /** Passwords that were right lately, or are being checked, known by a digest under a key of this run. */
  readonly #lately = new Map<string, { readonly right: Promise<boolean>; readonly until: number }>()
  readonly #secret = randomBytes(32)

  constructor(keep: Keep, now: () => number) {
    this.#keep = keep
    this.#now = now
    this.#guesses = new Guesses(now, 'dav/too-often')
    const kept = keep.get(key)
    if (kept === undefined) return
    const users = JSON.parse(new TextDecoder().decode(kept)) as Record<string, Kept>
    for (const [name, user] of Object.entries(users)) this.#users.set(name, user)
  }

  get all(): readonly DavUser[] {
    return [...this.#users.keys()].sort().map((name) => this.get(name)!)
  }

  get(name: string): DavUser | undefined {
    const kept = this.#users.get(name)
    if (kept === undefined) return undefined
    const rights = new Map(Object.entries(kept.rights).map(([folder, right]) => [Number(folder), right]))
    return { name, rights }
  }

  /**
   * Makes a user, or changes one: what is not given stays.
   * @throws FaultError `input` `dav/user`, `dav/password`
   */
  async set(
    name: string,
    { password, rights }: { readonly password?: string | undefined; readonly rights?: ReadonlyMap<number, Right> },
  ): Promise<DavUser> {
    const known = this.#users.get(name)
    if (!/^[\p{L}\p{N}][\p{L}\p{N}._@-]{0,63}$/u.test(name)) {
      throw fail('input', 'dav/user', 'The name of a user has letters, digits and ._@-')
    }
    if (known === undefined && this.#users.size >= mostUsers) {
      throw fail('input', 'dav/user', `There are ${mostUsers} users already`)
    }
    const length = password?.length ?? shortestPassword
    if ((known === undefined && password === undefined) || length < shortestPassword || length > longestPassword) {
      throw fail('input', 'dav/password', `A password has at least ${shortestPassword} characters`)
    }
    const hash = password === undefined ? known!.password : (await keptPassword(password)).toHex()
    const chosen = rights === undefined ? (known?.rights ?? {}) : Object.fromEntries(rights)
    this.#users.set(name, { password: hash, rights: chosen })
    this.#changed()
    return this.get(name)!
  }

  /** @throws FaultError `input` `dav/user` */
  remove(name: string): void {
    if (!this.#users.delete(name)) throw fail('input', 'dav/user', `There is no user “${name}”`)
    this.#changed()
  }

  /** A shared folder is no more: an id may be given again, and rights to it must not come back. */
  forget(folder: number): void {
    for (const [name, { password, rights }] of this.#users) {
      if (!(folder in rights)) continue
      const { [String(folder)]: _, ...rest } = rights
      this.#users.set(name, { password, rights: rest })
    }
    this.#changed()
  }

  #changed(): void {
    this.#lately.clear()
    this.#keep.set(key, new TextEncoder().encode(JSON.stringify(Object.fromEntries(this.#users))))
  }

  /** Who this is; undefined when the password is wrong. @throws FaultError `unavailable` `dav/too-often` */
  async check(name: string, password: string, address: string): Promise<DavUser | undefined> {
    const digest = createHmac('sha256', this.#secret).update(`${name}\0${password}`).digest('base64')
    let known = this.#lately.get(digest)
    if (known === undefined || known.until <= this.#now()) {
      // Several questions of one client come at once: they are one guess.
      this.#guesses.begin(address)
      known = { right: this.#right(name, password, address), until: this.#now() + rememberMs }
      this.#lately.set(digest, known)
    }
    if (await known.right) return this.get(name)
    this.#lately.delete(digest)
    return undefined
  }

  async #right(name: string, password: string, address: string): Promise<boolean> {
    const user = this.#users.get(name)
    // As much work for a name that there is not: how long it takes tells nothing.
    const right = await isPassword(
      password,
      user === undefined ? new Uint8Array(48) : Uint8Array.fromHex(user.password),
    )
    if (right) this.#guesses.right(address)
    return right && user !== undefined
  }
}
