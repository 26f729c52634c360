import type { Content } from '@kith/core/content/content.ts'
import type { Fault } from '@kith/core/fault/fault.ts'
import { faultOf } from '@kith/core/fault/fault.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Search } from '@kith/core/network/facets.ts'
import type { Group } from '@kith/core/search/group.ts'
import { HitGroups } from '@kith/core/search/group.ts'
import type { Hit } from '@kith/core/search/hit.ts'
import { passes, seenFromHere, untold } from '@kith/core/search/parts.ts'
import type { Supervised } from '../supervisor.ts'
import type { Question } from './question.ts'

/** Answers that one search looks at: nobody reads more rows, and each takes memory. */
const mostHits = 20_000

/** What became of asking one network, or our own library. */
export interface Asked {
  state: 'asking' | 'done' | 'off' | 'cannot' | 'failed'
  hits: number
  comparedHere: readonly string[]
  fault?: Fault
}

export interface SearchWorld {
  readonly clock: Clock
  readonly networks: ReadonlyMap<string, Supervised>
  /** What our own library has. @throws FaultError `unavailable` */
  own(question: Question): readonly Content[]
}

/** One question over the library and all networks, with a lifetime. What is found is grouped as it comes. */
export class OneSearch implements Disposable {
  readonly id: string
  readonly question: Question
  readonly asked: Map<string, Asked> = new Map()
  readonly #world: SearchWorld
  readonly #groups = new HitGroups()
  #asking: { readonly stop: AbortController; readonly resources: DisposableStack } | undefined
  #ended: (() => void) | undefined
  #hits = 0
  startedAt: number
  endsAt: number

  constructor(id: string, question: Question, world: SearchWorld) {
    this.id = id
    this.question = question
    this.#world = world
    this.startedAt = world.clock.now()
    this.endsAt = this.startedAt
  }

  get state(): 'asking' | 'done' {
    return this.#asking === undefined ? 'done' : 'asking'
  }

  get hits(): number {
    return this.#hits
  }

  get rows(): number {
    return this.#groups.size
  }

  /** More came than is looked at. */
  get full(): boolean {
    return this.#hits >= mostHits
  }

  groups(): Iterable<Group> {
    return this.#groups
  }

  group(number: number): Group | undefined {
    for (const group of this.#groups) if (group.number === number) return group
    return undefined
  }

  /** Asks everybody, and listens so long; what was found before stays. `ended` is called when it is over. */
  ask(ms: number, ended?: () => void): void {
    this.stop()
    const { clock, networks } = this.#world
    const resources = new DisposableStack()
    const asking = { stop: new AbortController(), resources }
    this.#asking = asking
    this.#ended = ended
    this.startedAt = clock.now()
    this.endsAt = this.startedAt + ms
    resources.use(clock.after(ms, () => this.stop()))
    resources.defer(() => asking.stop.abort())
    const { networks: only } = this.question
    const chosen = [...networks].filter(([id]) => only === undefined || only.includes(id))
    if (only === undefined || only.includes('library')) this.#look()
    // All at first: one that fails at once is not the last.
    for (const [id] of chosen) this.asked.set(id, { state: 'asking', hits: 0, comparedHere: [] })
    for (const [id, supervised] of chosen) {
      const enter = (): void => this.#enter(id, supervised, asking.stop.signal)
      // Who is joined meanwhile is asked too.
      resources.use(supervised.state.watch(enter))
      enter()
    }
    this.#settle()
  }

  stop(): void {
    const asking = this.#asking
    if (asking === undefined) return
    this.#asking = undefined
    this.endsAt = this.#world.clock.now()
    asking.resources[Symbol.dispose]()
    for (const one of this.asked.values()) if (one.state === 'asking') one.state = 'done'
    const ended = this.#ended
    this.#ended = undefined
    ended?.()
  }

  /** What was found in an earlier life of a question that is kept. */
  restore(hits: Iterable<Hit>): void {
    for (const hit of hits) this.#take(hit)
  }

  #look(): void {
    const asked: Asked = { state: 'done', hits: 0, comparedHere: [] }
    this.asked.set('library', asked)
    if (this.question.query.medium === 'folder') return
    try {
      for (const content of this.#world.own(this.question)) {
        asked.hits++
        this.#groups.addOwn(content)
      }
    } catch (error) {
      asked.state = 'failed'
      asked.fault = faultOf(error)
    }
  }

  #enter(id: string, { state, membership }: Supervised, signal: AbortSignal): void {
    const before = this.asked.get(id)
    const hits = before?.hits ?? 0
    if (membership === undefined) {
      const { kind } = state.current
      const fault = kind === 'waiting' ? { fault: state.current.fault } : {}
      this.asked.set(id, { state: kind === 'waiting' ? 'failed' : 'off', hits, comparedHere: [], ...fault })
    } else if (membership.search === undefined) {
      this.asked.set(id, { state: 'cannot', hits, comparedHere: [] })
    } else {
      void this.#run(id, membership.search, signal)
    }
  }

  async #run(id: string, search: Search, signal: AbortSignal): Promise<void> {
    const { query } = this.question
    const asked: Asked = { state: 'asking', hits: 0, comparedHere: [] }
    this.asked.set(id, asked)
    try {
      const plan = search.plan(query)
      asked.comparedHere = untold(query, plan)
      const local = seenFromHere(query, plan)
      for await (const hit of search.run(plan, signal)) {
        if (signal.aborted || this.full) break
        if (!passes(local, hit)) continue
        asked.hits++
        this.#take(hit)
      }
      asked.state = 'done'
    } catch (error) {
      if (signal.aborted) return
      asked.state = 'failed'
      asked.fault = faultOf(error)
    }
    if (!signal.aborted) this.#settle()
  }

  #take(hit: Hit): void {
    if (this.full) return
    this.#hits++
    this.#groups.add(hit)
  }

  /** Nobody is left who could still answer. */
  #settle(): void {
    if (this.#asking === undefined) return
    if (this.full || [...this.asked.values()].every(({ state }) => state !== 'asking')) this.stop()
  }

  [Symbol.dispose](): void {
    this.#ended = undefined
    this.stop()
  }
}
