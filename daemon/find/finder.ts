import { fail } from '@kith/core/fault/fault.ts'
import type { Random } from '@kith/core/network/clock.ts'
import type { Question } from './question.ts'
import type { SearchWorld } from './search.ts'
import { OneSearch } from './search.ts'

/** Questions that are open at once: hubs ban who asks for more. */
const mostAsking = 8
/** Searches that are kept, and what they may hold together; the oldest goes first. */
const mostKept = 50
const mostHitsKept = 100_000

export interface FinderWorld extends SearchWorld {
  readonly random: Random
}

/** All searches of this run. */
export class Finder implements Disposable {
  readonly #world: FinderWorld
  readonly #searches = new Map<string, OneSearch>()
  /** These are not forgotten. */
  readonly #held = new Set<OneSearch>()

  constructor(world: FinderWorld) {
    this.#world = world
  }

  /** The newest first. */
  list(): readonly OneSearch[] {
    return [...this.#searches.values()].reverse()
  }

  /** By its id, or `last` for the newest. @throws FaultError `input` `find/unknown` */
  get(id: string): OneSearch {
    const found = id === 'last' ? this.list()[0] : this.#searches.get(id)
    if (found !== undefined) return found
    throw fail('input', 'find/unknown', id === 'last' ? 'Nothing was searched for yet' : `There is no search “${id}”`)
  }

  /** @throws FaultError `unavailable` `find/too-many` */
  start(question: Question, ms: number): OneSearch {
    if (this.list().filter(({ state }) => state === 'asking').length >= mostAsking) {
      throw fail('unavailable', 'find/too-many', `${mostAsking} searches are open at once already`, {
        hint: 'Stop one of them, or wait until it ends.',
      })
    }
    const search = new OneSearch(this.#newId(), question, this.#world)
    this.#searches.set(search.id, search)
    search.ask(ms)
    this.#forgetOld()
    return search
  }

  /** A search of an earlier run, which is not asked yet. */
  adopt(id: string, question: Question): OneSearch {
    const search = new OneSearch(id, question, this.#world)
    this.#searches.set(id, search)
    this.#held.add(search)
    return search
  }

  /** Keeps a search from being forgotten, or no more. */
  hold(search: OneSearch, held: boolean): void {
    if (held) this.#held.add(search)
    else this.#held.delete(search)
  }

  remove(id: string): void {
    const search = this.get(id)
    search[Symbol.dispose]()
    this.#held.delete(search)
    this.#searches.delete(search.id)
  }

  #newId(): string {
    for (;;) {
      const id = this.#world.random.bytes(4).toHex()
      if (!this.#searches.has(id)) return id
    }
  }

  #forgetOld(): void {
    const all = [...this.#searches.values()]
    let hits = all.reduce((sum, one) => sum + one.hits, 0)
    for (const one of all) {
      if (this.#searches.size <= mostKept && hits <= mostHitsKept) return
      if (one.state === 'asking' || this.#held.has(one)) continue
      hits -= one.hits
      this.#searches.delete(one.id)
    }
  }

  [Symbol.dispose](): void {
    for (const search of this.#searches.values()) search[Symbol.dispose]()
    this.#searches.clear()
  }
}
