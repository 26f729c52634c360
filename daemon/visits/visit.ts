import type { VisitView } from '@kith/api/visits.ts'
import type { FileTree } from '../host/files/tree.ts'
import { Asks, type AsksWorld } from './asks.ts'
import type { VisitRecord } from './records.ts'

/** Wrong PINs of all together that end the page: of ten thousand, nobody guesses the right one in so many. */
const mostWrong = 20
/** Browsers that knew the PIN and are remembered. */
const mostSessions = 200

/** Something that is offered: a file, or the files of a folder. */
export interface Offered {
  readonly name: string
  readonly tree: FileTree
  readonly files: readonly { readonly path: readonly string[]; readonly size: number }[]
}

export interface VisitOptions {
  readonly record: Omit<VisitRecord, 'asks'>
  readonly offered: Offered | undefined
  /** The same, where LocalSend devices fetch it. */
  readonly lent: Disposable | undefined
  readonly world: AsksWorld
}

/** One page for people without the app: at an address that nobody guesses, for a while, perhaps with a PIN. */
export class Visit {
  readonly id: string
  readonly token: string
  readonly pin: string | undefined
  readonly until: number
  readonly offered: Offered | undefined
  readonly asks: Asks
  readonly #options: VisitOptions
  /** Those who knew the PIN. */
  readonly #sessions: Set<string>
  #wrong: number

  constructor(options: VisitOptions) {
    const { id, token, pin, until, sessions, wrong } = options.record
    this.id = id
    this.token = token
    this.pin = pin
    this.until = until
    this.offered = options.offered
    this.asks = new Asks(options.world)
    this.#options = options
    this.#sessions = new Set(sessions)
    this.#wrong = wrong
  }

  /** Whether somebody guessed too often. */
  get isOver(): boolean {
    return this.#wrong >= mostWrong
  }

  guessed(): void {
    this.#wrong++
    this.#options.world.changed()
  }

  /** Whether this browser knew the PIN. */
  knows(session: string): boolean {
    return this.#sessions.has(session)
  }

  admit(session: string): void {
    if (this.#sessions.size >= mostSessions) this.#sessions.delete(this.#sessions.values().next().value!)
    this.#sessions.add(session)
    this.#options.world.changed()
  }

  get record(): VisitRecord {
    return {
      ...this.#options.record,
      wrong: this.#wrong,
      sessions: [...this.#sessions],
      asks: this.asks.records,
    }
  }

  view(links: readonly string[]): VisitView {
    const { id, pin, until, offered } = this
    return {
      id,
      kind: offered === undefined ? 'receive' : 'offer',
      links,
      pin: pin !== undefined,
      localsend: this.#options.lent !== undefined,
      until,
      asks: this.asks.views,
      ...(offered === undefined ? {} : { name: offered.name }),
    }
  }

  /** `drop` takes away what of it is not whole. */
  async end(drop: boolean): Promise<void> {
    this.#options.lent?.[Symbol.dispose]()
    await this.asks.end(drop)
  }
}
