import type { Subject } from '@kith/core/transfer/subject.ts'
import type { Hint } from './wire/hint.ts'
import { decodeHint, emptyHint, encodeHint } from './wire/hint.ts'

/** What is kept of a torrent with its transfer, and given back when it is started again. */
export class KeptHint {
  readonly #subject: Subject
  #current: Hint

  constructor(subject: Subject) {
    const kept = subject.hint('bittorrent')
    this.#subject = subject
    this.#current = kept === undefined ? emptyHint : decodeHint(kept)
  }

  get current(): Hint {
    return this.#current
  }

  keep(change: Partial<Hint>): void {
    this.#current = { ...this.#current, ...change }
    this.#subject.keep('bittorrent', encodeHint(this.#current))
  }
}
