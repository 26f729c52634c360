import type { SearchRequest } from '@kith/api/find.ts'
import { fail, FaultError } from '@kith/core/fault/fault.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import { every } from '@kith/core/network/clock.ts'
import type { Keep } from '@kith/core/network/host.ts'
import type { Hit } from '@kith/core/search/hit.ts'
import type { Finder } from './finder.ts'
import { questionOf } from './question.ts'
import type { OneSearch } from './search.ts'

/** Questions that are asked again and again: each costs hubs and devices something. */
const mostWatches = 30
/** Gentle: a question comes up again after this time, and they take turns, in milliseconds. */
const againMs = 30 * 60_000
const turnMs = 60_000
/** Answers come within seconds. */
const listenMs = 60_000
/** Answers of one watch that are kept over restarts, some 100 kB. */
const mostHits = 300

export interface WatchesWorld {
  readonly clock: Clock
  readonly keep: Keep
  readonly finder: Finder
  tell(type: string, id: string, data: Readonly<Record<string, unknown>>): void
}

interface Watched {
  readonly search: OneSearch
  nextAt: number
  /** Rows that somebody has seen. */
  seen: number
}

/** Searches that are asked again in the background, over restarts, and keep what they find. */
export class Watches implements Disposable {
  readonly #world: WatchesWorld
  readonly #watched = new Map<string, Watched>()
  readonly #turns: Disposable

  constructor(world: WatchesWorld) {
    this.#world = world
    for (const { id, request, seen } of this.#load()) {
      try {
        const search = world.finder.adopt(id, questionOf(request))
        search.restore(hitsIn(world.keep.get(`hits ${id}`)))
        this.#watched.set(id, { search, seen, nextAt: world.clock.now() })
      } catch (error) {
        // What a later version understands is not asked by this one.
        if (!(error instanceof FaultError)) throw error
      }
    }
    this.#turns = every(world.clock, turnMs, () => this.#next())
  }

  /** When it is asked next, and how many rows nobody has seen; undefined for a search that is asked once. */
  of({ id, rows }: OneSearch): { readonly nextAt: number; readonly news: number } | undefined {
    const watched = this.#watched.get(id)
    return watched === undefined ? undefined : { nextAt: watched.nextAt, news: Math.max(0, rows - watched.seen) }
  }

  /** Asks it again and again from now on. @throws FaultError `unavailable` `find/too-many-watches` */
  keep(search: OneSearch): void {
    if (this.#watched.has(search.id)) return
    if (this.#watched.size >= mostWatches) {
      throw fail('unavailable', 'find/too-many-watches', `${mostWatches} searches are watched already`, {
        hint: 'Watch one of them no more.',
      })
    }
    this.#world.finder.hold(search, true)
    this.#watched.set(search.id, { search, seen: search.rows, nextAt: this.#world.clock.now() + againMs })
    this.#save(search)
  }

  /** Asks it no more; what was found stays until it is forgotten like others. */
  release(search: OneSearch): void {
    if (!this.#watched.delete(search.id)) return
    this.#world.finder.hold(search, false)
    this.#world.keep.set(`hits ${search.id}`, undefined)
    this.#list()
  }

  /** Somebody looks at what it found. */
  seen({ id, rows }: OneSearch): void {
    const watched = this.#watched.get(id)
    if (watched === undefined || watched.seen >= rows) return
    watched.seen = rows
    this.#list()
  }

  /** One at a time, whose turn it is. */
  #next(): void {
    const { clock } = this.#world
    const all = [...this.#watched.values()]
    if (all.some(({ search }) => search.state === 'asking')) return
    const [first] = all.filter(({ nextAt }) => nextAt <= clock.now()).sort((a, b) => a.nextAt - b.nextAt)
    if (first === undefined) return
    const { search } = first
    const before = search.rows
    first.nextAt = clock.now() + againMs
    search.ask(listenMs, () => {
      if (search.rows === before || !this.#watched.has(search.id)) return
      this.#save(search)
      this.#world.tell('find/news', search.id, { name: search.question.text, rows: search.rows - before })
    })
  }

  #save(search: OneSearch): void {
    const hits = [...search.groups()].flatMap((group) => group.hits).slice(0, mostHits)
    this.#world.keep.set(`hits ${search.id}`, bytesOf(hits))
    this.#list()
  }

  #list(): void {
    const list = [...this.#watched].map(([id, { search, seen }]) => ({ id, request: search.question.request, seen }))
    this.#world.keep.set('watches', list.length === 0 ? undefined : bytesOf(list))
  }

  #load(): readonly { readonly id: string; readonly request: SearchRequest; readonly seen: number }[] {
    return listIn(this.#world.keep.get('watches')).flatMap((one) => {
      const { id, request, seen } = one as { id?: unknown; request?: Partial<SearchRequest>; seen?: unknown }
      if (typeof id !== 'string' || typeof request?.query !== 'string') return []
      return [{ id, request: request as SearchRequest, seen: typeof seen === 'number' ? seen : 0 }]
    })
  }

  [Symbol.dispose](): void {
    this.#turns[Symbol.dispose]()
  }
}

function bytesOf(list: readonly unknown[]): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(list))
}

/** What we wrote ourselves; what cannot be read is as if it were not there. */
function listIn(bytes: Uint8Array | undefined): readonly object[] {
  if (bytes === undefined) return []
  try {
    const list: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return Array.isArray(list) ? list.filter((one) => typeof one === 'object' && one !== null) : []
  } catch {
    return []
  }
}

function hitsIn(bytes: Uint8Array | undefined): readonly Hit[] {
  return listIn(bytes).filter((one): one is Hit => {
    const { content, peer } = one as Partial<Hit>
    return Array.isArray(content?.digests) && typeof peer?.key === 'string' && typeof peer.network === 'string'
  })
}
