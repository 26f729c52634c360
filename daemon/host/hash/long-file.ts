import type { Span } from '@kith/wire/hash/span.ts'
import { spanBytes, spanCount } from '@kith/wire/hash/span.ts'
import type { LibraryDigests } from '@kith/wire/hash/whole.ts'
import type { FileAt, HashAnswer, HashJob } from './job.ts'

/**
 * Trees and the two hashes of the whole stay this close, in spans: what one has read, the other still finds in the
 * system's memory, so that the disk is read once.
 */
const mostApart = 3

export interface LongFileOptions {
  readonly file: FileAt
  /** Names its chain. */
  readonly key: number
  /** Spans whose trees are known from an earlier run. */
  readonly kept: ReadonlyMap<number, Span>
  readonly keep: (index: number, span: Span) => void
}

/**
 * A file that is hashed by several threads at once: the trees of its spans by any of them, in any order; SHA-1 and
 * SHA-256, which have no trees, by one of them from front to back.
 */
export class LongFile {
  readonly file: FileAt
  readonly #key: number
  readonly #keep: (index: number, span: Span) => void
  readonly #spans: (Span | undefined)[]
  #nextSpan = 0
  #chained = 0
  #chaining = false
  #joining = false
  #change: string | undefined
  #whole: Pick<LibraryDigests, 'sha1' | 'sha256'> | undefined

  constructor({ file, key, kept, keep }: LongFileOptions) {
    this.file = file
    this.#key = key
    this.#keep = keep
    this.#spans = Array.from({ length: spanCount(file.size) }, (_, index) => kept.get(index))
    this.#skipKept()
  }

  /** Bytes that are done; a byte in a tree counts half of one, the other half when the hashes of the whole had it. */
  get done(): number {
    const { size } = this.file
    const trees = this.#spans.reduce((sum, span, index) => sum + (span === undefined ? 0 : this.#length(index)), 0)
    return (trees + Math.min(size, this.#chained * spanBytes)) / 2
  }

  /** What a thread may do now; `isOwner` when the hashes of the whole are kept in this one. */
  next(isOwner: boolean): HashJob | undefined {
    const { file } = this
    const chainFirst = isOwner && !this.#chaining && this.#whole === undefined
    if (chainFirst && (this.#chained < this.#nextSpan + mostApart || this.#nextSpan === this.#spans.length)) {
      this.#chaining = true
      return { kind: 'chain', file, key: this.#key, index: this.#chained }
    }
    const near = this.#nextSpan < this.#chained + mostApart || this.#whole !== undefined
    if (this.#nextSpan < this.#spans.length && near) {
      const index = this.#nextSpan++
      this.#skipKept()
      return { kind: 'span', file, index }
    }
    if (this.#whole !== undefined && !this.#joining && !this.#spans.includes(undefined)) {
      this.#joining = true
      return { kind: 'join', size: file.size, spans: this.#spans as Span[], whole: this.#whole }
    }
    return undefined
  }

  get forget(): HashJob {
    return { kind: 'forget', key: this.#key }
  }

  /** Takes the answer to a job of `next`; gives what became of the whole file once that is known. */
  take(job: HashJob, answer: HashAnswer): HashAnswer | undefined {
    switch (answer.kind) {
      case 'span': {
        if (job.kind !== 'span') return undefined
        this.#spans[job.index] = answer.span
        this.#keep(job.index, answer.span)
        return this.#same(answer.change)
      }
      case 'chained':
        this.#chaining = false
        this.#chained++
        this.#whole = answer.whole
        return this.#same(answer.change)
      case 'lost':
        this.restartChain()
        return undefined
      case 'whole':
        return undefined
      case 'digests':
      case 'changed':
      case 'failed':
        return answer
    }
  }

  /** The thread that had the hashes of the whole is gone. */
  restartChain(): void {
    this.#chaining = false
    if (this.#whole === undefined) this.#chained = 0
  }

  #same(change: string): HashAnswer | undefined {
    this.#change ??= change
    return this.#change === change ? undefined : { kind: 'changed' }
  }

  #skipKept(): void {
    while (this.#nextSpan < this.#spans.length && this.#spans[this.#nextSpan] !== undefined) this.#nextSpan++
  }

  #length(index: number): number {
    return Math.min(spanBytes, this.file.size - index * spanBytes)
  }
}
