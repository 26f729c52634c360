import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { type Fault, FaultError } from '@kith/core/fault/fault.ts'
import type { LanePort } from '@kith/core/transfer/lane.ts'
import type { Check } from '@kith/core/transfer/proof.ts'
import type { Outcome, TakenCell } from '@kith/core/transfer/taken-cells.ts'
import type { BulkLine } from '@kith/neighbours/data/bulk-take.ts'
import { MOST_QUESTION_BYTES, parseRanges } from '@kith/neighbours/wire/ranges.ts'
import { lossyText } from '@kith/wire/bytes.ts'
import { lengthPrefixed } from '@kith/wire/framing.ts'

export const MIB: number = 1024 * 1024
export const gone: Fault = { kind: 'gone', code: 'test/gone', message: 'It is gone' }
export const full: Fault = { kind: 'local', code: 'disk/full', message: 'The disk is full' }

interface Cell {
  readonly start: number
  readonly end: number
  outcome: Outcome | undefined
  open: boolean
}

/** A transfer that is as long as is told, whose cells are settled once or it fails. */
export class Cells {
  readonly taken: Cell[] = []
  readonly #lengths: number[]
  #at = 0
  /** Resolves where a cell lies. */
  place: () => Promise<void> = async () => {}
  /** What the transfer does when a cell is settled, as it may close the lane in it. */
  settled: (outcome: Outcome) => void = () => {}

  constructor(lengths: readonly number[]) {
    this.#lengths = [...lengths]
  }

  get port(): LanePort {
    return { takeCell: (most: number) => this.#take(most) } as unknown as LanePort
  }

  get open(): number {
    return this.taken.filter(({ open }) => open).length
  }

  get unsettled(): readonly Cell[] {
    return this.taken.filter(({ outcome }) => outcome === undefined)
  }

  #take(most: number): TakenCell | undefined {
    const length = this.#lengths[0]
    if (length === undefined || length > most) return undefined
    this.#lengths.shift()
    const cell: Cell = { start: this.#at, end: (this.#at += length), outcome: undefined, open: false }
    this.taken.push(cell)
    return {
      check: { start: cell.start, end: cell.end, algorithm: 'sha256', expected: new Uint8Array(32) },
      place: async () => {
        await this.place()
        cell.open = true
        return {
          runs: [{ file: 3, path: '/file', position: cell.start, length }],
          [Symbol.dispose]: () => {
            assert.ok(cell.open, 'a place is disposed once')
            cell.open = false
          },
        }
      },
      settle: (outcome) => {
        assert.equal(cell.outcome, undefined, 'a cell is settled once')
        cell.outcome = outcome
        this.settled(outcome)
      },
    }
  }
}

/** A line that answers when it is told to. */
export class Line implements BulkLine {
  free = true
  readonly asked: { readonly start: number; readonly end: number }[] = []
  questions = 0
  readonly waiting: { readonly check: Check; resolve(right: boolean): void; reject(error: Error): void }[] = []
  closed: { readonly fault: Fault | undefined } | undefined
  /** What is under way is rejected later, as when threads have to end first. */
  lateness: Promise<void> = Promise.resolve()

  unlimited(): boolean {
    return this.free
  }
  ask(question: Uint8Array): void {
    assert.equal(this.closed, undefined, 'nobody asks on a closed line')
    this.questions++
    const [frame] = [...lengthPrefixed(MOST_QUESTION_BYTES).frames(question)]
    this.asked.push(...parseRanges(lossyText(frame!), Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER))
  }
  async take(check: Check): Promise<boolean> {
    if (this.closed !== undefined) throw new FaultError(this.closed.fault ?? gone)
    const { promise, resolve, reject } = Promise.withResolvers<boolean>()
    this.waiting.push({ check, resolve, reject })
    return promise
  }
  close(fault?: Fault): void {
    assert.equal(this.closed, undefined, 'a line is closed once')
    this.closed = { fault }
    void this.lateness.then(() => this.fail(fault ?? gone))
  }
  /** The first of them is done. */
  answer(right = true): void {
    this.waiting.shift()?.resolve(right)
  }
  fail(fault: Fault): void {
    for (const { reject } of this.waiting.splice(0)) reject(new FaultError(fault))
  }
}

export async function turns(count = 5): Promise<void> {
  for (let times = 0; times < count; times++) await turn()
}
