import type { Clock } from '@kith/core/network/clock.ts'
import type { Log } from '@kith/core/network/log.ts'
import type { Book } from './book.ts'
import { type Lines, wholeOf } from './lines.ts'
import { decodeIntroduction, MOST_MESSAGE_BYTES, shownName } from './wire/messages.ts'

/** A device is asked no more often, whatever is announced in its name. */
const PAUSE_MS = 60_000

export interface RenamesWorld {
  readonly clock: Clock
  readonly log: Log
  readonly book: Book
  readonly lines: Pick<Lines, 'ask'>
}

/**
 * What paired devices are called. Anybody on the local network can announce anything in the name of any device: the name of
 * one that we trust is what it says itself, inside a channel with its own key.
 */
export class Renames implements Disposable {
  readonly #world: RenamesWorld
  /** When each was asked last. */
  readonly #asked = new Map<string, number>()
  /** Those that are asked again later: what they said may be of before. */
  readonly #later = new Map<string, Disposable>()

  constructor(world: RenamesWorld) {
    this.#world = world
  }

  /** A paired device was announced by a name; if that is another one, it is asked. */
  async heard(id: string, name: string): Promise<void> {
    const { book, clock, lines, log } = this.#world
    const known = book.get(id)
    const now = clock.now()
    if (known === undefined || known.name === shownName(name)) return
    const left = (this.#asked.get(id) ?? Number.NEGATIVE_INFINITY) + PAUSE_MS - now
    this.#later.get(id)?.[Symbol.dispose]()
    if (left > 0)
      return void this.#later.set(
        id,
        clock.after(left, () => void this.heard(id, name)),
      )
    this.#later.delete(id)
    this.#asked.set(id, now)
    try {
      const answer = await lines.ask(id, { method: 'GET', target: '/device' })
      const said = decodeIntroduction(await wholeOf(answer, MOST_MESSAGE_BYTES))
      book.seen(id, { name: said.name })
    } catch (error) {
      log.debug('a device did not say what it is called', { id, error: String(error) })
    }
  }

  [Symbol.dispose](): void {
    for (const timer of this.#later.values()) timer[Symbol.dispose]()
  }
}
