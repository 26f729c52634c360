import { broken } from '@kith/wire/fault.ts'
import { numberIn } from '../wire/adc-search.ts'
import type { Ask } from '../wire/ask.ts'
import type { Taker } from './peer-event.ts'
import type { Splitter } from './splitter.ts'

/** Who has begun to answer and then says nothing. */
const stalledMs = 60_000

/** The one question that we have asked somebody, and the body that answers it while it comes. */
export class Asking {
  #asked: { readonly ask: Ask; readonly taker: Taker } | undefined
  #deadline: number | undefined

  get open(): boolean {
    return this.#asked !== undefined
  }

  /** When they have been silent for too long; undefined while nothing is asked. */
  get deadline(): number | undefined {
    return this.#deadline
  }

  ask(ask: Ask, taker: Taker, now: number): void {
    this.#asked = { ask, taker }
    this.#deadline = now + stalledMs
  }

  /** They said something. */
  heard(now: number): void {
    if (this.#asked !== undefined) this.#deadline = now + stalledMs
  }

  /**
   * They announce a body, by what they call it: kind, name, start and length.
   * @throws FaultError `peer` `directconnect/unasked`
   */
  announced([kind, name, start, bytes]: readonly string[], packed: boolean, input: Splitter): void {
    const length = numberIn(bytes)
    if (this.#asked === undefined) throw unasked('It sends what nobody asked for')
    const { ask, taker } = this.#asked
    if (kind !== ask.kind || name !== ask.name || length === undefined) throw unasked('It sends what nobody asked for')
    if (numberIn(start) !== ask.start || (ask.bytes >= 0 && length > ask.bytes))
      throw unasked('It sends another part than it was asked for')
    if (packed && !ask.zlib) throw unasked('It compresses what it was not asked to')
    taker.begin(length)
    if (length === 0) this.bodyEnd()
    else if (packed) input.expectPacked(length)
    else input.expect(length)
  }

  body(bytes: Uint8Array): void {
    this.#asked!.taker.body(bytes)
  }

  bodyEnd(): void {
    const { taker } = this.#asked!
    this.#forget()
    taker.end()
  }

  /** They will not answer; false when nothing was asked. */
  refused(): boolean {
    const asked = this.open
    this.#forget()
    return asked
  }

  #forget(): void {
    this.#asked = undefined
    this.#deadline = undefined
  }
}

function unasked(message: string): Error {
  return broken('directconnect/unasked', message)
}
