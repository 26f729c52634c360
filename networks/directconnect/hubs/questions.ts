import type { Random } from '@kith/core/network/clock.ts'
import { base32, equal } from '@kith/wire/bytes.ts'
import type { Party } from '../peers/party.ts'
import type { FoundItem } from '../wire/found.ts'
import type { Question } from '../wire/question.ts'
import type { Hub } from './hub.ts'

const tokenBytes = 5

interface Open {
  readonly question: Question
  readonly found: (party: Party, item: FoundItem) => void
}

/** What we have asked hubs for, and who hears of the answers. */
export class Questions {
  readonly #random: Random
  readonly #hubs: () => Iterable<Hub>
  readonly #open = new Map<string, Open>()

  constructor(random: Random, hubs: () => Iterable<Hub>) {
    this.#random = random
    this.#hubs = hubs
  }

  /** Asks one hub, or all that we are on. Answers are told until it is disposed. */
  ask(question: Question, found: (party: Party, item: FoundItem) => void, only?: Hub): Disposable {
    const token = base32(this.#random.bytes(tokenBytes))
    this.#open.set(token, { question, found })
    for (const hub of only === undefined ? this.#hubs() : [only]) {
      hub.talk?.ask(question, token)
      hub.flush()
    }
    return { [Symbol.dispose]: () => void this.#open.delete(token) }
  }

  /** An answer came. NMDC has no tokens: there everybody hears whose question it may answer. */
  found(party: Party, item: FoundItem, token: string): void {
    const known = this.#open.get(token)
    if (known !== undefined) return known.found(party, item)
    if (token !== '') return
    for (const { question, found } of this.#open.values()) if (answers(item, question)) found(party, item)
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
