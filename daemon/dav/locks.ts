import { randomUUID } from 'node:crypto'
import { fail } from '@kith/core/fault/fault.ts'
import type { Keep } from '@kith/core/network/host.ts'

const mostLocks = 5_000
const mostOfOne = 500
/** Of what somebody says of himself with a lock; all of them are written down together. */
const mostOwner = 2_048
const key = 'locks'

/**
 * A write lock (RFC 4918 6). They last over restarts: davfs2 saves a file that it has locked only under that lock, and puts
 * it away where nobody looks when there is none.
 */
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
  readonly #keep: Keep
  readonly #locks: Map<string, Lock>

  constructor(now: () => number, keep: Keep) {
    this.#now = now
    this.#keep = keep
    this.#locks = new Map(keptLocks(keep).map((lock) => [lock.token, lock]))
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

  /** @throws FaultError `dav/locked`, `dav/many-locks`, `dav/too-long` */
  take(wish: Omit<Lock, 'token' | 'until'>, seconds: number): Lock {
    if (wish.owner.length > mostOwner) throw fail('input', 'dav/too-long', 'The owner of a lock is said in fewer words')
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
    this.#store()
    return lock
  }

  keep(lock: Lock, seconds: number): void {
    lock.until = this.#now() + seconds * 1000
    this.#store()
  }

  release(token: string): void {
    if (this.#locks.delete(token)) this.#store()
  }

  /** What was removed or moved away has no locks any more. */
  gone(at: string): void {
    this.#drop((lock) => lock.at === at || isBelow(lock.at, at))
  }

  /** A user is no more. */
  forget(user: string): void {
    this.#drop((lock) => lock.user === user)
  }

  secondsLeft({ until }: Lock): number {
    return (until - this.#now()) / 1000
  }

  #alive(): readonly Lock[] {
    const now = this.#now()
    this.#drop(({ until }) => until <= now)
    return [...this.#locks.values()]
  }

  #drop(is: (lock: Lock) => boolean): void {
    const before = this.#locks.size
    for (const lock of this.#locks.values()) if (is(lock)) this.#locks.delete(lock.token)
    if (this.#locks.size !== before) this.#store()
  }

  #store(): void {
    const all = [...this.#locks.values()]
    this.#keep.set(key, all.length === 0 ? undefined : new TextEncoder().encode(JSON.stringify(all)))
  }
}

/** Those that were written down; none where that cannot be read. */
function keptLocks(keep: Keep): readonly Lock[] {
  try {
    const all: unknown = JSON.parse(new TextDecoder().decode(keep.get(key) ?? new Uint8Array()))
    return Array.isArray(all) ? all.filter(isLock) : []
  } catch {
    return []
  }
}

function isLock(one: unknown): one is Lock {
  const { token, at, deep, scope, owner, user, until } = (one ?? {}) as Partial<Lock>
  const areTexts = [token, at, owner, user].every((text) => typeof text === 'string')
  return (
    areTexts && typeof deep === 'boolean' && (scope === 'exclusive' || scope === 'shared') && Number.isFinite(until)
  )
}

export function isBelow(at: string, above: string): boolean {
  return at.startsWith(`${above}/`)
}
