import type { Keep } from '@kith/core/network/host.ts'
import { keepList, keptList } from './kept.ts'
import { foldNick } from './nicks.ts'

/** Somebody who may not come, by any of what is named. Times in milliseconds since the epoch. */
export interface Ban {
  readonly id: string
  readonly nick?: string
  readonly cid?: string
  readonly address?: string
  readonly reason: string
  /** The nick of who did it; empty when it was the hub itself. */
  readonly by: string
  readonly at: number
  /** For ever without it. */
  readonly until?: number
}

const key = 'hub bans'
/** The oldest with an end goes first. */
const mostBans = 20_000

export class Bans {
  readonly #keep: Keep
  readonly #bans = new Map<string, Ban>()
  readonly #byKey = new Map<string, Set<Ban>>()
  #next = 1

  constructor(keep: Keep, now: number) {
    this.#keep = keep
    for (const ban of keptList(keep, key, isBan)) {
      if (ban.until !== undefined && ban.until <= now) continue
      this.#put(ban)
      this.#next = Math.max(this.#next, Number(ban.id) + 1)
    }
  }

  get size(): number {
    return this.#bans.size
  }

  /** Those that hold. */
  list(now: number): readonly Ban[] {
    for (const ban of this.#bans.values()) if (ban.until !== undefined && ban.until <= now) this.#take(ban)
    return [...this.#bans.values()]
  }

  /** One that holds, among those that pass the test. */
  find(
    who: Pick<Ban, 'nick' | 'cid' | 'address'>,
    now: number,
    test: (ban: Ban) => boolean = () => true,
  ): Ban | undefined {
    for (const name of keysOf(who)) {
      for (const ban of this.#byKey.get(name) ?? []) {
        if (ban.until !== undefined && ban.until <= now) this.#take(ban)
        else if (test(ban)) return ban
      }
    }
    return undefined
  }

  add(ban: Omit<Ban, 'id'>): Ban {
    if (this.#bans.size >= mostBans) {
      const ends = [...this.#bans.values()].find(({ until }) => until !== undefined)
      this.#take(ends ?? this.#bans.values().next().value!)
    }
    const made = { id: `${this.#next++}`, ...ban }
    this.#put(made)
    this.#save()
    return made
  }

  /** False when there is none. */
  remove(id: string): boolean {
    const ban = this.#bans.get(id)
    if (ban === undefined) return false
    this.#take(ban)
    this.#save()
    return true
  }

  #put(ban: Ban): void {
    this.#bans.set(ban.id, ban)
    for (const name of keysOf(ban)) {
      const bans = this.#byKey.get(name)
      if (bans === undefined) this.#byKey.set(name, new Set([ban]))
      else bans.add(ban)
    }
  }

  #take(ban: Ban): void {
    this.#bans.delete(ban.id)
    for (const name of keysOf(ban)) {
      const bans = this.#byKey.get(name)
      if (bans?.delete(ban) === true && bans.size === 0) this.#byKey.delete(name)
    }
  }

  #save(): void {
    keepList(this.#keep, key, [...this.#bans.values()])
  }
}

function keysOf({ nick, cid, address }: Pick<Ban, 'nick' | 'cid' | 'address'>): string[] {
  return [
    ...(nick === undefined ? [] : [`nick ${foldNick(nick)}`]),
    ...(cid === undefined ? [] : [`cid ${cid}`]),
    ...(address === undefined ? [] : [`address ${address}`]),
  ]
}

function isBan(item: unknown): item is Ban {
  const { id, reason, at } = (item ?? {}) as Partial<Ban>
  return typeof id === 'string' && /^\d{1,15}$/.test(id) && typeof reason === 'string' && typeof at === 'number'
}
