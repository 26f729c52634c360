import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Fault, FaultError } from '@kith/core/fault/fault.ts'
import type { LanePort } from '@kith/core/transfer/lane.ts'
import type { Check } from '@kith/core/transfer/proof.ts'
import type { Outcome, TakenCell } from '@kith/core/transfer/taken-cells.ts'
import { Bulk, BULK_BYTES } from '@kith/neighbours/data/bulk.ts'
import { type BulkLine, BulkTake } from '@kith/neighbours/data/bulk-take.ts'
import { MOST_QUESTION_BYTES, parseRanges } from '@kith/neighbours/wire/ranges.ts'
import { lossyText } from '@kith/wire/bytes.ts'
import { lengthPrefixed } from '@kith/wire/framing.ts'
import { VirtualClock } from './world/time.ts'

const MIB = 1024 * 1024
const gone: Fault = { kind: 'gone', code: 'test/gone', message: 'It is gone' }
const full: Fault = { kind: 'local', code: 'disk/full', message: 'The disk is full' }

interface Cell {
  readonly start: number
  readonly end: number
  outcome: Outcome | undefined
  open: boolean
}

/** A transfer that is as long as is told, whose cells are settled once or it fails. */
class Cells {
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
class Line implements BulkLine {
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

function taking(cells: Cells, line = new Line()) {
  const told = { over: [] as (Fault | undefined)[], left: 0, came: 0 }
  const take: BulkTake = new BulkTake(line, {
    port: cells.port,
    came: (bytes) => (told.came += bytes),
    over: (fault) => {
      assert.ok(take.over)
      told.over.push(fault)
    },
    left: () => {
      assert.equal(told.over.length, 1, 'over before left')
      assert.equal(take.ahead, 0)
      assert.notEqual(line.closed, undefined)
      assert.deepEqual(cells.unsettled, [])
      told.left++
    },
  })
  return { take, line, told }
}

async function turns(count = 5): Promise<void> {
  for (let times = 0; times < count; times++) await turn()
}

test('it asks for so much ahead, and for more when a question of it has come', async () => {
  const cells = new Cells(Array.from({ length: 100 }, () => MIB))
  const { take, line, told } = taking(cells)
  take.ask()
  take.ask()
  await turns()
  assert.equal(take.ahead, 32 * MIB)
  const [first, second, ...more] = line.asked
  assert.deepEqual(first, { start: 0, end: 8 * MIB })
  assert.deepEqual(second, { start: 8 * MIB, end: 16 * MIB })
  assert.equal(more.length, 2)
  for (let cell = 0; cell < 7; cell++) line.answer()
  await turns()
  assert.equal(line.questions, 4)
  line.answer()
  await turns()
  assert.equal(line.questions, 5)
  assert.equal(take.ahead, 32 * MIB)
  assert.equal(told.came, 8 * MIB)
  while (cells.taken.length < 100 || line.waiting.length > 0) {
    line.answer()
    await turn()
  }
  await turns()
  assert.ok(cells.taken.every(({ outcome }) => outcome === 'right'))
  assert.deepEqual(told, { over: [undefined], left: 1, came: 100 * MIB })
  assert.deepEqual(line.closed, { fault: undefined })
  assert.equal(cells.open, 0)
})

test('it asks on however many answers come at once', async () => {
  for (const atOnce of [1, 8, 9, 16, 31, 32]) {
    const cells = new Cells(Array.from({ length: 200 }, () => MIB))
    const { take, line, told } = taking(cells)
    take.ask()
    await turns()
    while (told.left === 0) {
      for (let cell = 0; cell < atOnce; cell++) line.answer()
      await turns()
      if (cells.taken.length < 200) assert.ok(take.ahead > 24 * MIB, `${atOnce} at once`)
    }
    assert.deepEqual(told, { over: [undefined], left: 1, came: 200 * MIB })
  }
})

test('of long cells it asks for two at a time, and of those that are too long for none', async () => {
  const long = new Cells([16 * MIB, 16 * MIB, 16 * MIB])
  const { take, line } = taking(long)
  take.ask()
  await turns()
  assert.equal(line.waiting.length, 2)
  assert.equal(line.questions, 2)
  const tooLong = taking(new Cells([16 * MIB + 1]))
  tooLong.take.ask()
  await turns()
  assert.deepEqual(tooLong.told, { over: [undefined], left: 1, came: 0 })
})

test('where a limit comes up it asks for nothing more, and what was asked for still comes', async () => {
  const cells = new Cells(Array.from({ length: 40 }, () => MIB))
  const { take, line, told } = taking(cells)
  take.ask()
  await turns()
  line.free = false
  while (line.waiting.length > 0) {
    assert.equal(line.closed, undefined)
    line.answer()
    await turn()
  }
  await turns()
  assert.equal(cells.taken.length, 32)
  assert.ok(cells.taken.every(({ outcome }) => outcome === 'right'))
  assert.deepEqual(told, { over: [undefined], left: 1, came: 32 * MIB })
})

test('what is wrong is told of, and a line that breaks gives the rest back', async () => {
  const cells = new Cells(Array.from({ length: 40 }, () => MIB))
  const { take, line, told } = taking(cells)
  take.ask()
  await turns()
  line.answer(false)
  line.answer()
  await turns()
  line.fail(gone)
  await turns()
  assert.deepEqual(
    cells.taken.map(({ outcome }) => outcome),
    ['wrong', 'right', ...Array.from({ length: cells.taken.length - 2 }, () => 'back')],
  )
  assert.deepEqual(told, { over: [gone], left: 1, came: 2 * MIB })
  assert.deepEqual(line.closed, { fault: gone })
})

test('a fault of the disk is told of to the transfer, whether files are opened or written', async () => {
  const writing = new Cells(Array.from({ length: 40 }, () => MIB))
  const one = taking(writing)
  one.take.ask()
  await turns()
  one.line.fail(full)
  await turns()
  assert.deepEqual(writing.taken[0]!.outcome, full)
  assert.deepEqual(one.told, { over: [full], left: 1, came: 0 })

  const opening = new Cells([MIB, MIB, MIB])
  let opened = 0
  opening.place = async () => {
    if (++opened === 2) throw new FaultError(full)
  }
  const other = taking(opening)
  other.take.ask()
  await turns()
  assert.deepEqual(
    opening.taken.map(({ outcome }) => outcome),
    ['back', full, 'back'],
  )
  assert.equal(other.line.questions, 0)
  assert.equal(opening.open, 0)
  assert.deepEqual(other.told, { over: [full], left: 1, came: 0 })
})

test('it can be closed in each state, and leaves once', async () => {
  const before = taking(new Cells([MIB]))
  before.take.close(gone)
  before.take.close()
  before.take.ask()
  await turns()
  assert.deepEqual(before.told, { over: [gone], left: 1, came: 0 })
  assert.deepEqual(before.line.closed, { fault: gone }, 'a line hears why it is closed')

  const opened = Promise.withResolvers<void>()
  const opening = new Cells([MIB, MIB])
  opening.place = () => opened.promise
  const during = taking(opening)
  during.take.ask()
  await turns()
  during.take.close(gone)
  assert.deepEqual(during.told, { over: [gone], left: 0, came: 0 }, 'files are still being opened')
  opened.resolve()
  await turns()
  assert.deepEqual(
    opening.taken.map(({ outcome }) => outcome),
    ['back', 'back'],
  )
  assert.deepEqual(during.told, { over: [gone], left: 1, came: 0 })
  assert.equal(opening.open, 0)

  const ended = Promise.withResolvers<void>()
  const line = new Line()
  line.lateness = ended.promise
  const fetching = new Cells([MIB, MIB])
  const under = taking(fetching, line)
  under.take.ask()
  await turns()
  under.take.close()
  await turns()
  assert.deepEqual(under.told, { over: [undefined], left: 0, came: 0 }, 'threads still write')
  ended.resolve()
  await turns()
  assert.deepEqual(under.told, { over: [undefined], left: 1, came: 0 })
  assert.ok(fetching.taken.every(({ outcome }) => outcome === 'back'))
})

test('who is closed while the last cell is settled, as a guilty device is, leaves once', async () => {
  for (const right of [true, false]) {
    const cells = new Cells([MIB])
    const { take, line, told } = taking(cells)
    cells.settled = () => take.close(gone)
    take.ask()
    await turns()
    line.answer(right)
    await turns()
    assert.equal(told.left, 1)
    assert.equal(told.over.length, 1)
  }
})

test('whatever happens in whatever order, each cell is settled once, each place disposed, and it leaves once', async () => {
  const act = fc.constantFrom(
    'right',
    'right',
    'right',
    'wrong',
    'ask',
    'turn',
    'limit',
    'free',
    'break',
    'full',
    'close',
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 17 * MIB }), { maxLength: 30 }),
      fc.array(act, { maxLength: 60 }),
      fc.option(fc.nat(20), { nil: undefined }),
      fc.boolean(),
      async (lengths, acts, badPlace, closesInside) => {
        const cells = new Cells(lengths)
        let places = 0
        cells.place = async () => {
          await turn()
          if (places++ === badPlace) throw new FaultError(full)
        }
        const { take, line, told } = taking(cells)
        if (closesInside) cells.settled = (outcome) => outcome === 'wrong' && take.close(gone)
        take.ask()
        for (const one of acts) {
          if (one === 'right' || one === 'wrong') line.answer(one === 'right')
          else if (one === 'ask') take.ask()
          else if (one === 'turn') await turn()
          else if (one === 'limit' || one === 'free') line.free = one === 'free'
          else if (one === 'close') take.close()
          else line.fail(one === 'full' ? full : gone)
        }
        for (let times = 0; told.left === 0 && times < 500; times++) {
          line.answer()
          await turn()
        }
        await turns()
        assert.equal(told.left, 1)
        assert.equal(told.over.length, 1)
        assert.deepEqual(cells.unsettled, [])
        assert.equal(cells.open, 0)
        assert.equal(take.ahead, 0)
      },
    ),
    { numRuns: 200 },
  )
})

function bulk(cells: Cells, open: () => Promise<BulkLine | undefined>, missing = BULK_BYTES) {
  const clock = new VirtualClock()
  const told = { came: 0, changed: 0, opened: 0 }
  const one = new Bulk({
    port: cells.port,
    clock,
    missing: () => missing,
    open: () => {
      told.opened++
      return open()
    },
    came: (bytes) => (told.came += bytes),
    changed: () => told.changed++,
  })
  return { one, clock, told }
}

test('threads are for a device that is fast, and for much', async () => {
  const cells = () => new Cells(Array.from({ length: 3 }, () => MIB))
  const slow = bulk(cells(), async () => new Line())
  for (let second = 0; second < 60; second++) {
    slow.one.ordinary(8 * MIB)
    await slow.clock.until(() => false, 1_000)
  }
  assert.equal(slow.told.opened, 1, 'only what came at once, at the very beginning')
  const little = bulk(cells(), async () => new Line(), BULK_BYTES - 1)
  for (let times = 0; times < 100; times++) little.one.ordinary(MIB)
  assert.equal(little.told.opened, 0)
})

test('a line that cannot be had is not asked for again, and one that ended well may be', async () => {
  const cells = () => new Cells([MIB, MIB])
  for (const open of [async () => undefined, async () => Promise.reject(new FaultError(gone))]) {
    const none = bulk(cells(), open)
    for (let times = 0; times < 100; times++) {
      none.one.ordinary(MIB)
      await turn()
    }
    assert.equal(none.told.opened, 1)
    assert.equal(none.one.asks, false)
  }
  const lines: Line[] = []
  const again = bulk(new Cells([MIB, MIB]), async () => {
    const line = new Line()
    lines.push(line)
    return line
  })
  again.one.ordinary(8 * MIB)
  await turns()
  assert.equal(again.one.asks, false, 'all that there was is asked for')
  assert.equal(again.one.ahead, 2 * MIB)
  lines[0]!.answer()
  lines[0]!.answer()
  await turns()
  assert.equal(again.one.ahead, 0)
  assert.equal(again.told.came, 2 * MIB)
  again.one.ordinary(8 * MIB)
  await turns()
  assert.equal(lines.length, 2)
})

test('a line that broke is not replaced, also when it breaks at once', async () => {
  for (const atOnce of [true, false]) {
    const cells = new Cells(Array.from({ length: 90 }, () => MIB))
    if (atOnce) cells.place = () => Promise.reject(new FaultError(full))
    const line = new Line()
    const { one, told } = bulk(cells, async () => line)
    one.ordinary(8 * MIB)
    await turns()
    line.fail(gone)
    await turns()
    assert.equal(one.asks, false)
    for (let times = 0; times < 20; times++) {
      one.ordinary(8 * MIB)
      await turn()
    }
    assert.equal(told.opened, 1)
    assert.ok(told.changed >= 1)
  }
})

test('what is closed while its line is being opened closes that', async () => {
  const opened = Promise.withResolvers<BulkLine | undefined>()
  const line = new Line()
  const { one } = bulk(new Cells([MIB]), () => opened.promise)
  one.ordinary(8 * MIB)
  one.close(gone)
  opened.resolve(line)
  await turns()
  assert.notEqual(line.closed, undefined)
  assert.equal(one.asks, false)
})

test('what is abandoned, as when the bytes are described anew, may begin again; what is closed does not', async () => {
  const lines: Line[] = []
  const { one } = bulk(new Cells(Array.from({ length: 90 }, () => MIB)), async () => {
    const line = new Line()
    lines.push(line)
    return line
  })
  one.ordinary(8 * MIB)
  await turns()
  assert.ok(one.asks)
  one.abandon()
  await turns()
  assert.deepEqual([one.asks, one.ahead], [false, 0])
  assert.notEqual(lines[0]!.closed, undefined)
  one.ordinary(8 * MIB)
  await turns()
  assert.ok(one.asks)
  assert.equal(lines.length, 2)
  one.close()
  await turns()
  one.ordinary(8 * MIB)
  await turns()
  assert.equal(lines.length, 2)
})
