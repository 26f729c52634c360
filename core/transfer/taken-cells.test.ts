import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Fault, FaultError } from '../fault/fault.ts'
import type { Budget } from '../limits/budget.ts'
import type { Clock } from '../network/clock.ts'
import { RangeSet } from '../range/range-set.ts'
import { blockSize, type Claim, type Lane, type LanePort } from './lane.ts'
import type { Layout } from './layout.ts'
import type { Proof } from './proof.ts'
import type { Places, Slot, Slots, Storage } from './storage.ts'
import type { Outcome, TakenCell } from './taken-cells.ts'
import { Transfer } from './transfer.ts'

const cell = 64 * 1024
const most = 16 * 1024 * 1024
const full: Fault = { kind: 'local', code: 'disk/full', message: 'The disk is full' }
const clock: Clock = { now: () => 0, after: () => ({ [Symbol.dispose]: () => {} }) }

function seeded(seed: number): () => number {
  let state = seed >>> 0 || 1
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32
}

function proof(content: Uint8Array, leaf: number, algorithm: Proof['algorithm'], start = 0): Proof {
  const digests: Uint8Array[] = []
  for (let at = start; at < content.length; at += leaf) {
    digests.push(
      createHash('sha1')
        .update(content.subarray(at, at + leaf))
        .digest(),
    )
  }
  const expected = Uint8Array.from(Buffer.concat(digests))
  return { start, end: content.length, leaf, algorithm, expected, digestSize: 20 }
}

function slots(): Slots {
  const lease = (length: number): Slot => ({ bytes: new Uint8Array(length), release() {} })
  return { size: cell, has: () => true, lease, watch: () => ({ [Symbol.dispose]() {} }) }
}

/** A lane that takes whole cells. */
class TakingLane implements Lane {
  readonly peer: Lane['peer']
  readonly via = 'test'
  readonly port: LanePort
  woken = 0
  abandoned = 0
  closed: unknown

  constructor(transfer: Transfer, key: string) {
    this.peer = { network: 'neighbours', key, name: key }
    this.port = transfer.open(this)
    this.port.supplyAll()
  }

  rate(): number {
    return 1e9
  }
  has(): boolean {
    return true
  }
  wake(): void {
    this.woken++
  }
  cancel(): void {}
  abandon(): void {
    this.abandoned++
  }
  close(fault?: unknown): void {
    this.closed = fault ?? 'done'
    this.port[Symbol.dispose]()
  }
  idle(): undefined {}

  take(longest = most): TakenCell {
    return this.port.takeCell(longest) ?? assert.fail('there is one to take')
  }
  /** Where those begin that it took, up to so many. */
  starts(count: number): number[] {
    return Array.from({ length: count }, () => this.take().check.start)
  }
}

interface Setting {
  readonly size: number
  readonly leaf?: number
  readonly algorithm?: Proof['algorithm']
  readonly can?: Places['can']
  readonly proofs?: (content: Uint8Array) => readonly Proof[]
  readonly writing?: false
}

async function setting({ size, leaf = cell, algorithm = 'sha1', can = () => true, proofs, writing }: Setting) {
  const next = seeded(3)
  const content = Uint8Array.from({ length: size }, () => next() * 256)
  const disk = new Uint8Array(size)
  const recorded = new RangeSet()
  const opened: [number, number][] = []
  const places: Places = {
    can,
    async open(start, end) {
      opened.push([start, end])
      const runs = [{ file: 3, path: '/file', position: start, length: end - start }]
      return { runs, [Symbol.dispose]() {} }
    },
  }
  const storage: Storage = {
    ...(writing === false ? {} : { writing: places }),
    async commit({ bytes }, length, offset) {
      disk.set(bytes.subarray(0, length), offset)
      return true
    },
    async read() {},
    async digests(start, end) {
      const { expected } = proof(disk.subarray(0, end), end - start, 'sha1', start)
      return { bytes: expected, present: Uint8Array.of(1) }
    },
    async [Symbol.asyncDispose]() {},
  }
  const layout: Layout = { name: 'f', single: true, size, files: [{ path: ['f'], offset: 0, size }] }
  const random = seeded(9)
  const transfer = new Transfer(
    { id: 't', content: { digests: [] }, hints: new Map(), had: [], priorities: [], sequential: false },
    {
      clock,
      random: { number: random, bytes: (length) => Uint8Array.from({ length }, () => random() * 256) },
      slots: slots(),
      budget: {} as Budget,
      storage: async () => ({ storage, found: false }),
      had: ({ start, end }) => recorded.add(start, end),
      lost() {},
      keep() {},
      described() {},
    },
  )
  transfer.describe({ layout, proofs: proofs?.(content) ?? [proof(content, leaf, algorithm)] })
  await transfer.opened()
  return { transfer, content, disk, recorded, opened, layout }
}

async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}

test('cells that follow each other are taken, each once, with where they go', async () => {
  const { transfer, content, recorded, opened } = await setting({ size: 20 * cell + 77 })
  const lane = new TakingLane(transfer, 'a')
  const taken: TakenCell[] = []
  for (let next = lane.port.takeCell(most); next !== undefined; next = lane.port.takeCell(most)) taken.push(next)
  const starts = taken.map(({ check }) => check.start)
  assert.deepEqual(
    starts.toSorted((a, b) => a - b),
    Array.from({ length: 21 }, (_, at) => at * cell),
  )
  const gaps = starts.filter((start, at) => at > 0 && starts[at - 1]! + cell !== start).length
  assert.ok(gaps <= 1, 'only the end ends a run')
  for (const one of taken) {
    const { start, end, expected } = one.check
    assert.deepEqual([...expected], [...createHash('sha1').update(content.subarray(start, end)).digest()])
    assert.equal((await one.place()).runs[0]?.position, start)
    one.settle('right')
  }
  assert.deepEqual(opened[0], [taken[0]!.check.start, taken[0]!.check.end])
  assert.deepEqual([...recorded], [{ start: 0, end: content.length }])
  assert.equal(transfer.stage.current, 'giving')
  assert.equal(transfer.moved().down, content.length)
  assert.equal(transfer.wasted, 0)
})

test('only what is short enough, has a place and is proven by one check is taken', async () => {
  const long = await setting({ size: 4 * cell, leaf: 2 * cell })
  assert.equal(new TakingLane(long.transfer, 'a').port.takeCell(2 * cell - 1), undefined)
  assert.ok(new TakingLane(long.transfer, 'b').port.takeCell(2 * cell) !== undefined)

  const few = await setting({ size: 4 * cell, can: (start) => start === 2 * cell })
  const lane = new TakingLane(few.transfer, 'a')
  assert.deepEqual(lane.starts(1), [2 * cell])
  assert.equal(lane.port.takeCell(most), undefined)

  const none = await setting({ size: 4 * cell, writing: false })
  assert.equal(new TakingLane(none.transfer, 'a').port.takeCell(most), undefined)

  // Where two proofs cut the bytes differently, some cells are proven only together with others.
  const woven = await setting({
    size: 6 * cell,
    proofs: (content) => [proof(content, 3 * cell, 'sha1'), proof(content, 2 * cell, 'tth')],
  })
  const other = new TakingLane(woven.transfer, 'a')
  for (let next = other.port.takeCell(most); next !== undefined; next = other.port.takeCell(most)) {
    const { start, end, algorithm } = next.check
    const leaf = algorithm === 'sha1' ? 3 * cell : 2 * cell
    assert.deepEqual([start % leaf, end - start], [0, leaf], 'a whole leaf')
  }
})

test('nobody else is asked for what is taken, also not in the end game, and what comes back is for all', async () => {
  const { transfer } = await setting({ size: 3 * cell })
  const [one, other] = [new TakingLane(transfer, 'a'), new TakingLane(transfer, 'b')]
  const taken = [one.take(), one.take(), one.take()]
  const claims: Claim[] = []
  assert.equal(other.port.claim(100, claims), 0)
  assert.equal(other.port.takeCell(most), undefined)
  assert.ok(other.port.wanted, 'it is still wanted')
  const before = other.woken
  one.port.putBack()
  assert.equal(other.port.claim(100, claims), 0, 'it is no claim')
  taken[1]!.settle('back')
  assert.ok(other.woken > before, 'who found nothing is woken')
  assert.equal(other.port.claim(100, claims), cell / blockSize)
  assert.ok(claims.every(({ offset }) => Math.floor(offset / cell) * cell === taken[1]!.check.start))
  taken[0]!.settle('right')
  taken[2]!.settle('right')
  assert.equal(transfer.missing(), cell)
})

test('a lane that leaves keeps what it took until that is settled', async () => {
  const { transfer, recorded } = await setting({ size: 2 * cell })
  const [one, other] = [new TakingLane(transfer, 'a'), new TakingLane(transfer, 'b')]
  const taken = [one.take(), one.take()]
  one.close()
  assert.equal(other.port.claim(100, []), 0, 'it is still written')
  assert.equal(other.port.takeCell(most), undefined)
  taken[0]!.settle('right')
  assert.equal(recorded.length, cell)
  taken[1]!.settle('back')
  assert.equal(other.take().check.start, taken[1]!.check.start)
})

test('who sends a wrong cell is guilty, and another gets it', async () => {
  const { transfer } = await setting({ size: 2 * cell })
  const [liar, honest] = [new TakingLane(transfer, 'liar'), new TakingLane(transfer, 'honest')]
  const [bad, more] = [liar.take(), liar.take()]
  bad.settle('wrong')
  assert.deepEqual(transfer.bans(), ['neighbours/liar'])
  assert.equal((liar.closed as Fault).code, 'transfer/bad-bytes')
  assert.equal(new TakingLane(transfer, 'liar').port.takeCell(most), undefined, 'not under a new line either')
  more.settle('back')
  for (const one of [honest.take(), honest.take()]) one.settle('right')
  assert.equal(transfer.missing(), 0)
  assert.equal(transfer.moved().down, 3 * cell, 'what was wrong came as well')
})

test('a fault of the disk stops the transfer until it is tried again', async () => {
  const { transfer } = await setting({ size: 3 * cell })
  const lane = new TakingLane(transfer, 'a')
  const [bad, good] = [lane.take(), lane.take()]
  bad.settle(full)
  assert.equal(transfer.fault.current?.code, 'disk/full')
  assert.equal(lane.port.takeCell(most), undefined)
  good.settle('right')
  assert.equal(transfer.missing(), 2 * cell)
  await transfer.retry()
  for (const one of [lane.take(), lane.take()]) one.settle('right')
  assert.equal(transfer.missing(), 0)
  assert.equal(transfer.moved().down, 3 * cell, 'what the disk refused is not counted')
})

test('a cell that is settled twice is a mistake of ours', async () => {
  const { transfer } = await setting({ size: cell })
  const taken = new TakingLane(transfer, 'a').take()
  taken.settle('right')
  for (const outcome of ['right', 'back'] as const) {
    assert.throws(
      () => taken.settle(outcome),
      (error) => error instanceof FaultError && error.fault.code === 'kith/bug',
    )
  }
})

test('a new description waits until what is taken is settled', async () => {
  const { transfer, content, layout, recorded } = await setting({ size: 4 * cell })
  const lane = new TakingLane(transfer, 'a')
  const [right, back] = [lane.take(), lane.take()]
  transfer.describe({ layout, proofs: [proof(content, cell / 2, 'tth')] })
  await turn()
  assert.equal(lane.abandoned, 1)
  assert.equal(lane.port.takeCell(most), undefined, 'nobody is told what else to fetch')
  right.settle('right')
  await turn()
  assert.equal(lane.port.takeCell(most), undefined)
  back.settle('back')
  await transfer.opened()
  assert.equal(recorded.length, cell)
  assert.equal(transfer.missing(), 3 * cell)
  const rest: number[] = []
  for (let next = lane.port.takeCell(most); next !== undefined; next = lane.port.takeCell(most)) {
    rest.push(next.check.start)
    next.settle('right')
  }
  assert.ok(!rest.includes(right.check.start), 'what was written meanwhile is had')
  assert.equal(transfer.missing(), 0)
})

test('whatever lanes take and however it is settled, each cell is out once, and all is had in the end', async () => {
  const step = fc.record({
    lane: fc.nat(2),
    act: fc.constantFrom<'take' | 'claim' | 'leave' | Outcome>('take', 'take', 'claim', 'right', 'back', 'leave', full),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 120 }), fc.nat(30 * 1024), async (steps, odd) => {
      const { transfer, recorded } = await setting({ size: 7 * cell + odd, leaf: cell / 2 })
      const lanes = [0, 1, 2].map((at) => new TakingLane(transfer, `${at}`))
      const out = new Map<number, TakenCell>()
      for (const { lane: at, act } of steps) {
        if (act === 'take') {
          const one = lanes[at]!.port.takeCell(most)
          if (one === undefined) continue
          assert.ok(!out.has(one.check.start), 'nobody else has it')
          assert.ok(!recorded.has(one.check.start, one.check.end))
          out.set(one.check.start, one)
        } else if (act === 'claim') {
          const claims: Claim[] = []
          lanes[at]!.port.claim(3, claims)
          const within = (start: number): boolean => out.has(Math.floor(start / (cell / 2)) * (cell / 2))
          assert.ok(!claims.some(({ offset }) => within(offset)))
        } else if (act === 'leave') {
          lanes[at]!.close()
          lanes[at] = new TakingLane(transfer, `${at}`)
        } else {
          const [first] = out
          if (first === undefined) continue
          out.delete(first[0])
          first[1].settle(act)
          await transfer.retry()
        }
      }
      for (const lane of lanes) lane.close()
      for (const one of out.values()) one.settle('right')
      const last = new TakingLane(transfer, 'last')
      for (let next = last.port.takeCell(most); next !== undefined; next = last.port.takeCell(most))
        next.settle('right')
      assert.equal(transfer.missing(), 0)
      assert.deepEqual([...recorded], [{ start: 0, end: 7 * cell + odd }])
    }),
    { numRuns: 60 },
  )
})
