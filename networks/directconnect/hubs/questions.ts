import type { Clock, Random } from '@kith/core/network/clock.ts'
import { base32, equal } from '@kith/wire/bytes.ts'
import type { Party } from '../peers/party.ts'
import type { FoundItem } from '../wire/found.ts'
import type { Question } from '../wire/question.ts'
import type { Hub } from './hub.ts'

const tokenBytes = 5
/**
 * Time between two questions on one hub. Hubs and clients ignore, or ban, who asks more often than some two times in ten
 * seconds; a person who waits goes before what is asked for transfers.
 */
const personGapMs = 2_000
const transferGapMs = 10_000

export interface AskOptions {
  /** Only this hub; all that we are on without it. */
  readonly hub?: Hub
  /** A person waits for the answer. */
  readonly urgent?: boolean
}

interface Open {
  readonly token: string
  readonly question: Question
  readonly urgent: boolean
  readonly found: (party: Party, item: FoundItem) => void
}

/** What waits to be asked on one hub. */
interface Turn {
  readonly waiting: Open[]
  askedAt: number
  timer: Disposable | undefined
}

/** What we ask hubs, in turn, and who hears of the answers. */
export class Questions implements Disposable {
  readonly #clock: Clock
  readonly #random: Random
  readonly #hubs: () => Iterable<Hub>
  readonly #open = new Map<string, Open>()
  readonly #turns = new Map<Hub, Turn>()

  constructor(clock: Clock, random: Random, hubs: () => Iterable<Hub>) {
    this.#clock = clock
    this.#random = random
    this.#hubs = hubs
  }

  /** Asks as soon as it may be. Answers are told until it is disposed. */
  ask(question: Question, found: (party: Party, item: FoundItem) => void, options: AskOptions = {}): Disposable {
    const token = base32(this.#random.bytes(tokenBytes))
    const open: Open = { token, question, urgent: options.urgent ?? false, found }
    this.#open.set(token, open)
    for (const hub of options.hub === undefined ? this.#hubs() : [options.hub]) this.#enqueue(hub, open)
    return { [Symbol.dispose]: () => void this.#open.delete(token) }
  }

  /** An answer came. NMDC has no tokens: there everybody hears whose question it may answer. */
  found(party: Party, item: FoundItem, token: string): void {
    const known = this.#open.get(token)
    if (known !== undefined) return known.found(party, item)
    if (token !== '') return
    for (const { question, found } of this.#open.values()) if (answers(item, question)) found(party, item)
  }

  /** A hub is not ours any more. */
  forget(hub: Hub): void {
    this.#turns.get(hub)?.timer?.[Symbol.dispose]()
    this.#turns.delete(hub)
  }

  #enqueue(hub: Hub, open: Open): void {
    if (hub.talk === undefined) return
    let turn = this.#turns.get(hub)
    if (turn === undefined) this.#turns.set(hub, (turn = { waiting: [], askedAt: -Infinity, timer: undefined }))
    if (open.urgent) turn.waiting.unshift(open)
    else turn.waiting.push(open)
    this.#next(hub, turn)
  }

  #next(hub: Hub, turn: Turn): void {
    turn.timer?.[Symbol.dispose]()
    turn.timer = undefined
    while (turn.waiting.length > 0 && !this.#open.has(turn.waiting[0]!.token)) turn.waiting.shift()
    const [first] = turn.waiting
    const { talk } = hub
    if (first === undefined || talk === undefined) return void (turn.waiting.length = 0)
    const now = this.#clock.now()
    const at = turn.askedAt + (first.urgent ? personGapMs : transferGapMs)
    if (now >= at) {
      turn.waiting.shift()
      turn.askedAt = now
      talk.ask(first.question, first.token)
      hub.flush()
    }
    if (turn.waiting.length > 0)
      turn.timer = this.#clock.after(Math.max(0, at - now) || personGapMs, () => this.#next(hub, turn))
  }

  [Symbol.dispose](): void {
    for (const hub of this.#turns.keys()) this.forget(hub)
  }
}

function answers(item: FoundItem, { tth, words, without }: Question): boolean {
  if (tth !== undefined) return item.tth !== undefined && equal(item.tth, tth)
  const text = item.path.join('/').toLowerCase()
  return (
    words.every((word) => text.includes(word.toLowerCase())) &&
    !without.some((word) => text.includes(word.toLowerCase()))
  )
}
