import { every } from '@kith/core/network/clock.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Subject } from '@kith/core/transfer/subject.ts'
import { equal } from '@kith/wire/bytes.ts'
import type { TigerKernel } from '@kith/wire/hash/tiger.ts'
import type { Hub } from '../hubs/hub.ts'
import type { Line } from '../peers/line.ts'
import type { Party } from '../peers/party.ts'
import { partyKey } from '../peers/party.ts'
import type { FoundItem } from '../wire/found.ts'
import type { Question } from '../wire/question.ts'
import { Described } from './described.ts'
import { FileLane } from './lane.ts'

/** Hubs ban those who ask too often; an answer can be lost, so with nobody who has it the second question comes sooner. */
const againMs = 5 * 60_000
const soonerMs = 60_000
/** Users of one file at once. */
const mostLanes = 50

export interface SourcesWorld {
  readonly host: Pick<Host, 'clock' | 'log'>
  readonly kernel: TigerKernel
  /** Asks all hubs, or one; what is found is told as long as the question is not disposed. */
  ask(question: Question, found: (party: Party, item: FoundItem) => void, hub?: Hub): Disposable
  line(party: Party): Line
  /** Somebody who is on a hub of ours now. */
  find(key: string): Party | undefined
  /** Somebody by nick on one hub of ours. */
  called(nick: string, address: string): Party | undefined
  /** Is on a hub for a transfer, until it is disposed. */
  visit(address: string, transfer: string): Disposable
}

/** Looks for users who have a file, and opens a lane to each. */
export class Sources implements Disposable {
  readonly tth: Uint8Array
  readonly subject: Subject
  readonly #world: SourcesWorld
  readonly #described: Described
  readonly #lanes = new Map<string, FileLane>()
  readonly #resources = new DisposableStack()
  readonly #questions = new Map<Hub | undefined, Disposable>()
  /** Hubs that the link names. */
  #visits: readonly Disposable[] = []

  constructor(tth: Uint8Array, subject: Subject, world: SourcesWorld) {
    this.tth = tth
    this.subject = subject
    this.#world = world
    this.#described = new Described(tth, subject, world.kernel)
    this.#resources.use(every(world.host.clock, againMs, () => this.#look()))
    this.#resources.use(world.host.clock.after(soonerMs, () => this.#lanes.size === 0 && this.#look()))
    this.#resources.use(subject.stage.watch((stage) => stage === 'giving' && this.#letGo()))
    if (subject.stage.current !== 'giving')
      this.#visits = this.#described.places.map(({ address }) => world.visit(address, subject.id))
    this.#look()
  }

  /** A hub was reached just now: who is there has not been asked. */
  reached(hub: Hub): void {
    this.#look(hub)
  }

  /** Somebody left: nothing more comes from them. */
  left(party: Party): void {
    const key = partyKey(party)
    const lane = this.#lanes.get(key)
    if (lane?.line.party.hub === party.hub) this.#drop(key)
  }

  /** A user who has the file, from wherever we know. */
  found(party: Party, item: FoundItem): void {
    const key = partyKey(party)
    if (item.tth === undefined || !equal(item.tth, this.tth) || item.size === undefined) return
    if (this.subject.stage.current === 'giving' || this.#lanes.size >= mostLanes || this.#lanes.has(key)) return
    if (this.subject.banned(`directconnect/${key}`)) return
    this.#described.heard(item.size, item.path.at(-1) ?? '')
    this.#add(party)
  }

  /** Users that the link names, as far as they are there. */
  #recall(): void {
    if (this.#described.size === undefined || this.subject.stage.current === 'giving') return
    const parties = this.#described.users.map((key) => this.#world.find(key))
    for (const { nick, address } of this.#described.places)
      if (nick !== undefined) parties.push(this.#world.called(nick, address))
    for (const party of parties) {
      const key = party === undefined ? '' : partyKey(party)
      if (party === undefined || this.#lanes.has(key)) continue
      if (!this.subject.banned(`directconnect/${key}`)) this.#add(party)
    }
  }

  #add(party: Party): void {
    const key = partyKey(party)
    const line = this.#world.line(party)
    const world = { clock: this.#world.host.clock, subject: this.subject, described: this.#described, line }
    this.#lanes.set(key, new FileLane(this.tth, { ...world, closed: () => this.#lanes.delete(key) }))
  }

  #look(hub?: Hub): void {
    if (this.subject.stage.current === 'giving') return
    this.#recall()
    this.#questions.get(hub)?.[Symbol.dispose]()
    const question: Question = { words: [], without: [], extensions: [], tth: this.tth }
    this.#questions.set(
      hub,
      this.#world.ask(question, (party, item) => this.found(party, item), hub),
    )
  }

  #drop(key: string): void {
    this.#lanes.get(key)?.close()
    this.#lanes.delete(key)
  }

  #letGo(): void {
    for (const question of this.#questions.values()) question[Symbol.dispose]()
    this.#questions.clear()
    for (const visit of this.#visits) visit[Symbol.dispose]()
    this.#visits = []
    for (const key of this.#lanes.keys()) this.#drop(key)
  }

  [Symbol.dispose](): void {
    this.#resources[Symbol.dispose]()
    this.#letGo()
  }
}
