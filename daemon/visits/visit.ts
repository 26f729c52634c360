import type { VisitAsk, VisitView } from '@kith/api/visits.ts'
import { fail } from '@kith/core/fault/fault.ts'
import { safeName } from '@kith/wire/safe-path.ts'
import { freeName } from '../host/files/arrivals.ts'
import { exactly } from '../host/files/exactly.ts'
import { FileTree } from '../host/files/tree.ts'

/** Files that wait for an answer of ours; whoever sends more has to wait. */
const mostWaiting = 50
/** What was asked for on one page in all: the list is for a person to read. */
const mostAsks = 1_000
/** Wrong PINs of all together that end the page: of ten thousand, nobody guesses the right one in so many. */
const mostWrong = 20

/** Something that is offered: a file, or the files of a folder. */
export interface Offered {
  readonly name: string
  readonly tree: FileTree
  readonly files: readonly { readonly path: readonly string[]; readonly size: number }[]
}

interface Ask {
  readonly id: string
  readonly name: string
  readonly size: number
  readonly from: string
  state: VisitAsk['state']
  received: number
  path?: string
}

/** One page for people without the app: at an address that nobody guesses, for a while, perhaps with a PIN. */
export class Visit {
  readonly id: string
  readonly token: string
  readonly pin: string | undefined
  readonly until: number
  readonly offered: Offered | undefined
  /** The same, where LocalSend devices fetch it. */
  readonly lent: Disposable | undefined
  /** Those who knew the PIN. */
  readonly sessions: Set<string> = new Set()
  readonly #asks = new Map<string, Ask>()
  #wrong = 0

  constructor(options: {
    readonly id: string
    readonly token: string
    readonly pin: string | undefined
    readonly until: number
    readonly offered: Offered | undefined
    readonly lent?: Disposable | undefined
  }) {
    this.id = options.id
    this.token = options.token
    this.pin = options.pin
    this.until = options.until
    this.offered = options.offered
    this.lent = options.lent
  }

  /** Whether somebody guessed too often. */
  get isOver(): boolean {
    return this.#wrong >= mostWrong
  }

  guessed(): void {
    this.#wrong++
  }

  /** Somebody wants to send this. @throws FaultError `visit/too-many`, `visit/ask` */
  ask(id: string, name: string, size: number, from: string): void {
    const waiting = [...this.#asks.values()].filter(({ state }) => state === 'waiting').length
    if (waiting >= mostWaiting || this.#asks.size >= mostAsks) {
      throw fail('unavailable', 'visit/too-many', 'Too many files wait already')
    }
    if (!Number.isSafeInteger(size) || size < 0) throw fail('input', 'visit/ask', 'A file has a name and a size')
    this.#asks.set(id, { id, name: safeName(name), size, from, state: 'waiting', received: 0 })
  }

  /** @throws FaultError `input` `visit/ask` */
  answer(id: string, yes: boolean): void {
    const ask = this.#need(id)
    if (ask.state !== 'waiting') throw fail('input', 'visit/ask', 'That was answered already')
    ask.state = yes ? 'agreed' : 'refused'
  }

  /** @throws FaultError `input` `visit/ask` */
  stateOf(id: string): VisitAsk['state'] {
    return this.#need(id).state
  }

  /**
   * Takes a file that was agreed to, once, and exactly as long as was said. Nothing that is there is written over.
   * @throws FaultError `visit/ask`, `visit/size`, `disk/…`
   */
  async take(id: string, directory: string, bytes: AsyncIterable<Uint8Array>): Promise<string> {
    const ask = this.#need(id)
    if (ask.state !== 'agreed') throw fail('input', 'visit/ask', 'Nobody agreed to this')
    ask.state = 'coming'
    try {
      const tree = new FileTree(directory)
      const name = await freeName(tree, [], ask.name)
      const counted = exactly(
        ask.size,
        bytes,
        (received) => (ask.received = received),
        () => fail('peer', 'visit/size', 'The file is not as long as was said'),
      )
      await tree.write([name], counted, true)
      ask.path = `${directory}/${name}`
      ask.state = 'done'
      return ask.path
    } catch (error) {
      // It may be tried again: the yes was to this file.
      ask.state = 'agreed'
      ask.received = 0
      throw error
    }
  }

  view(links: readonly string[]): VisitView {
    const { id, pin, until, offered } = this
    return {
      id,
      kind: offered === undefined ? 'receive' : 'offer',
      links,
      pin: pin !== undefined,
      localsend: this.lent !== undefined,
      until,
      asks: [...this.#asks.values()].map((ask) => ({ ...ask })),
      ...(offered === undefined ? {} : { name: offered.name }),
    }
  }

  #need(id: string): Ask {
    const ask = this.#asks.get(id)
    if (ask === undefined) throw fail('input', 'visit/ask', 'Nobody asked for that')
    return ask
  }
}
