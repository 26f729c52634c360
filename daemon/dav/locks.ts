import { randomUUID } from 'node:crypto'
import { fail } from '@kith/core/fault/fault.ts'

const mostLocks = 5_000
const mostOfOne = 500

/** A write lock (RFC 4918 6). They are kept in memory: a daemon that starts anew holds none. */
export interface Lock {
  readonly token: string
  /** Id of the shared folder, and the names below it, with slashes. */
  readonly at: string
  readonly deep: boolean
  readonly scope: 'exclusive' | 'shared'
  readonly owner: string
  readonly user: string
  /** Milliseconds since the epoch. */
  until: number
}

export class Locks {
  readonly #now: () => number
  readonly #locks = new Map<string, Lock>()

  constructor(now: () => number) {
    this.#now = now
  }

  /** The locks that hold for a resource. */
  over(at: string): readonly Lock[] {
    return this.#alive().filter((lock) => lock.at === at || (lock.deep && isBelow(at, lock.at)))
  }

  /** Locks on what is below a resource. */
  below(at: string): readonly Lock[] {
    return this.#alive().filter((lock) => isBelow(lock.at, at))
  }

  find(token: string): Lock | undefined {
    const lock = this.#locks.get(token)
    return lock !== undefined && lock.until > this.#now() ? lock : undefined
  }

  /** @throws FaultError `dav/locked`, `dav/many-locks` */
  take(wish: Omit<Lock, 'token' | 'until'>, seconds: number): Lock {
    const alive = this.#alive()
    const inTheWay = [...this.over(wish.at), ...(wish.deep ? this.below(wish.at) : [])]
    if (inTheWay.some(({ scope }) => scope === 'exclusive' || wish.scope === 'exclusive')) {
      throw fail('unavailable', 'dav/locked', 'Somebody else works on it')
    }
    const own = alive.filter(({ user }) => user === wish.user).length
    if (alive.length >= mostLocks || own >= mostOfOne) {
      throw fail('unavailable', 'dav/many-locks', 'There are too many locks')
    }
    const lock = { ...wish, token: `opaquelocktoken:${randomUUID()}`, until: this.#now() + seconds * 1000 }
    this.#locks.set(lock.token, lock)
    return lock
  }

  keep(lock: Lock, seconds: number): void {
    lock.until = this.#now() + seconds * 1000
  }

  release(token: string): void {
    this.#locks.delete(token)
  }

  /** What was removed or moved away has no locks any more. */
  gone(at: string): void {
    for (const lock of this.#locks.values()) if (lock.at === at || isBelow(lock.at, at)) this.#locks.delete(lock.token)
  }

  secondsLeft({ until }: Lock): number {
    return (until - this.#now()) / 1000
  }

  #alive(): readonly Lock[] {
    const now = this.#now()
    for (const lock of this.#locks.values()) if (lock.until <= now) this.#locks.delete(lock.token)
    return [...this.#locks.values()]
  }
}

export function isBelow(at: string, above: string): boolean {
  return at.startsWith(`${above}/`)
}
