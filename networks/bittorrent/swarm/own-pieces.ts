import type { Range } from '@kith/core/range/range-set.ts'
import type { Subject } from '@kith/core/transfer/subject.ts'
import { Bitfield } from '@kith/wire/bitfield.ts'
import type { Metainfo } from '../wire/metainfo.ts'
import type { Session } from './session.ts'

/** The pieces of a torrent that we have in whole, and the word of them that goes to its peers. */
export class OwnPieces {
  readonly have: Bitfield
  readonly #metainfo: Metainfo
  readonly #subject: Subject
  readonly #sessions: ReadonlySet<Session>
  /** Those that hear of our news at the end of this turn. */
  readonly #flushing = new Set<Session>()

  constructor(metainfo: Metainfo, subject: Subject, sessions: ReadonlySet<Session>) {
    this.#metainfo = metainfo
    this.#subject = subject
    this.#sessions = sessions
    this.have = new Bitfield(metainfo.pieceCount)
    for (let piece = 0; piece < metainfo.pieceCount; piece++) if (this.#isHad(piece)) this.have.set(piece)
  }

  #isHad(piece: number): boolean {
    const { pieceLength, layout } = this.#metainfo
    return this.#subject.had(piece * pieceLength, Math.min((piece + 1) * pieceLength, layout.size))
  }

  /** Something in the range was verified, or lost: all peers hear of pieces that are complete now, or no longer. */
  changed(range: Range, change: 'had' | 'lost'): void {
    const { pieceLength } = this.#metainfo
    const last = Math.ceil(range.end / pieceLength)
    for (let piece = Math.floor(range.start / pieceLength); piece < last; piece++) {
      const has = change === 'had' && this.#isHad(piece)
      if (has === this.have.get(piece)) continue
      if (has) this.have.set(piece)
      else this.have.clear(piece)
      for (const session of this.#sessions) {
        if (has) session.talk.tellHavePiece(piece)
        else session.talk.tellDontHave(piece)
        // Who has the piece is in no hurry to hear of it: that goes with the next words, at the next tick at the latest.
        if (!has || session.talk.have?.get(piece) !== true) this.#flushSoon(session)
      }
    }
  }

  /** Many pieces are verified in one turn; each peer hears of them in one write. */
  #flushSoon(session: Session): void {
    this.#flushing.add(session)
    if (this.#flushing.size > 1) return
    queueMicrotask(() => {
      const all = [...this.#flushing]
      this.#flushing.clear()
      for (const one of all) one.flush()
    })
  }
}
