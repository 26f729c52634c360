import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { FaultError, fail } from '../fault/fault.ts'
import type { Budget } from '../limits/budget.ts'
import type { Clock } from '../network/clock.ts'
import type { NetworkId } from '../peer/peer.ts'
import type { Range } from '../range/range-set.ts'
import { RangeSet } from '../range/range-set.ts'
import type { Claim, Lane, LanePort } from './lane.ts'
import { blockSize } from './lane.ts'
import type { Layout } from './layout.ts'
import type { Check, Proof } from './proof.ts'
import type { PartDigests, Slot, Slots, Storage } from './storage.ts'
import { Filler } from './filler.ts'
import { Transfer } from './transfer.ts'

function seeded(seed: number): { number(): number; bytes(length: number): Uint8Array<ArrayBuffer> } {
  let state = seed >>> 0 || 1
  const number = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
  return { number, bytes: (length) => Uint8Array.from({ length }, () => Math.floor(number() * 256)) }
}

const sha1 = (bytes: Uint8Array): Uint8Array => createHash('sha1').update(bytes).digest()

function cut(bytes: Uint8Array, length: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / length) }, (_, i) =>
    bytes.subarray(i * length, (i + 1) * length),
  )
}

/** Digests of every leaf of [start, end), each network with an algorithm name of its own over SHA-1. */
function proof(content: Uint8Array, start: number, end: number, leaf: number, algorithm: Proof['algorithm']): Proof {
  const digests: Uint8Array[] = []
  for (let at = start; at < end; at += leaf) digests.push(sha1(content.subarray(at, Math.min(at + leaf, end))))
  return { start, end, leaf, algorithm, expected: Uint8Array.from(Buffer.concat(digests)), digestSize: 20 }
}

class MemorySlots implements Slots {
  readonly size: number
  readonly #free: Uint8Array[] = []
  readonly #watchers = new Set<() => void>()

  constructor(count: number, size: number) {
    this.size = size
    for (let i = 0; i < count; i++) this.#free.push(new Uint8Array(size))
  }

  get free(): number {
    return this.#free.length
  }

  has(): boolean {
    return this.#free.length > 0
  }

  lease(length: number): Slot | undefined {
    assert.ok(length > 0 && length <= this.size)
    const bytes = this.#free.pop()
    if (bytes === undefined) return undefined
    let released = false
    return {
      bytes,
      release: () => {
        assert.equal(released, false, 'a slot is released once')
        released = true
        this.#free.push(bytes)
        for (const watcher of this.#watchers) watcher()
      },
    }
  }

  watch(freed: () => void): Disposable {
    this.#watchers.add(freed)
    return { [Symbol.dispose]: () => void this.#watchers.delete(freed) }
  }
}

class MemoryStorage implements Storage {
  readonly disk: Uint8Array
  full = false
  /** Writing waits for it. */
  gate: Promise<void> = Promise.resolve()
  /** How often something was read back to be proven. */
  readBack = 0
  partDigests?: PartDigests

  constructor(size: number) {
    this.disk = new Uint8Array(size)
  }

  async commit(slot: Slot, length: number, offset: number, check: Check | undefined): Promise<boolean> {
    const bytes = slot.bytes.slice(0, length)
    await this.gate
    if (this.full) throw fail('local', 'disk/full', 'The disk is full')
    if (check !== undefined && !sha1(bytes).every((byte, i) => byte === check.expected[i])) return false
    this.disk.set(bytes, offset)
    return true
  }

  async read(offset: number, into: readonly Uint8Array[]): Promise<void> {
    let at = offset
    for (const part of into) {
      part.set(this.disk.subarray(at, at + part.length))
      at += part.length
    }
  }

  async digests(start: number, end: number, leaf: number): Promise<{ bytes: Uint8Array; present: Uint8Array }> {
    this.readBack++
    const made = proof(this.disk, start, end, leaf, 'sha1')
    return { bytes: made.expected, present: new Uint8Array(Math.ceil((end - start) / leaf)).fill(1) }
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

const budget = { name: 'test' } as unknown as Budget
const clock: Clock = { now: () => 0, after: () => ({ [Symbol.dispose]: () => {} }) }

interface Setting {
  content: Uint8Array
  had?: Range[]
  slots?: number
  slotSize?: number
  layout?: Layout
  found?: boolean
  recheck?: boolean
}

function setting(options: Setting): {
  transfer: Transfer
  storage: MemoryStorage
  recorded: RangeSet
  slots: MemorySlots
  layout: Layout
  /** How often the files were opened. */
  opens(): number
} {
  const { content } = options
  let opens = 0
  const storage = new MemoryStorage(content.length)
  const recorded = new RangeSet()
  const slots = new MemorySlots(options.slots ?? 16, options.slotSize ?? 128 * 1024)
  const layout = options.layout ?? {
    name: 'file',
    single: true,
    size: content.length,
    files: [{ path: ['file'], offset: 0, size: content.length }],
  }
  const transfer = new Transfer(
    {
      id: 't',
      content: { digests: [] },
      hints: new Map(),
      had: options.had ?? [],
      priorities: [],
      sequential: false,
      recheck: options.recheck ?? false,
    },
    {
      clock,
      random: seeded(7),
      slots,
      budget,
      storage: async () => {
        opens++
        await Promise.resolve()
        return { storage, found: options.found ?? false }
      },
      had: (range) => recorded.add(range.start, range.end),
      lost: (range) => recorded.remove(range.start, range.end),
      keep: () => {},
      described: () => {},
    },
  )
  return { transfer, storage, recorded, slots, layout, opens: () => opens }
}

/** A lane of a made-up network: it delivers what it has in its own time, and may lie. */
class TestLane implements Lane {
  readonly peer: Lane['peer']
  readonly via = 'test'
  inRuns = false
  readonly port: LanePort
  readonly claims: Claim[] = []
  readonly content: Uint8Array
  readonly supply: RangeSet
  readonly lies: (offset: number) => boolean
  closed: unknown
  abandoned = 0
  delivered = 0

  constructor(
    transfer: Transfer,
    network: NetworkId,
    key: string,
    content: Uint8Array,
    supply: Range[],
    lies: (offset: number) => boolean = () => false,
  ) {
    this.peer = { network, key, name: key }
    this.content = content
    this.supply = RangeSet.of(supply)
    this.lies = lies
    this.port = transfer.open(this)
    this.port.supplyAnew()
  }

  rate(): number {
    return 1e9
  }
  has(start: number, end: number): boolean {
    return this.supply.has(start, end)
  }
  wake(): void {}
  cancel(offset: number): void {
    const at = this.claims.findIndex((claim) => claim.offset === offset)
    if (at >= 0) this.claims.splice(at, 1)
  }
  abandon(): void {
    this.abandoned++
    this.claims.length = 0
  }
  close(fault?: unknown): void {
    this.closed = fault ?? 'done'
    this.port[Symbol.dispose]()
  }
  idle(): string | undefined {
    return undefined
  }

  /** Claims up to `depth` blocks and delivers one of them. False when there was nothing to do. */
  step(depth: number): boolean {
    if (this.closed !== undefined) return false
    if (this.claims.length < depth) this.port.claim(depth - this.claims.length, this.claims)
    const claim = this.claims.shift()
    if (claim === undefined) return false
    const memory = this.port.place(claim.offset, claim.length)
    if (memory === undefined) return true
    memory.set(this.content.subarray(claim.offset, claim.offset + claim.length))
    if (this.lies(claim.offset)) memory[0]! ^= 0xff
    this.port.delivered(claim.offset, claim.length)
    this.delivered++
    return true
  }
}

/** A failing `deepEqual` of many bytes takes minutes and gigabytes to print its difference. */
function same(actual: Uint8Array, expected: Uint8Array): void {
  const at = actual.findIndex((byte, i) => byte !== expected[i])
  assert.equal(at, -1, `byte ${at} is not the right one`)
  assert.equal(actual.length, expected.length)
}

/** Lets all lanes work in turns until nothing moves any more. */
async function run(lanes: readonly TestLane[], depth = 8): Promise<void> {
  let rounds = 0
  for (let quiet = 0; quiet < 3;) {
    assert.ok(rounds++ < 20_000, 'the lanes come to an end')
    let moved = false
    for (const lane of lanes) moved = lane.step(depth) || moved
    await new Promise((resolve) => setImmediate(resolve))
    quiet = moved ? 0 : quiet + 1
  }
}

test('one transfer is filled by lanes of three networks with different hash trees', async () => {
  const size = 1_000_003
  const content = seeded(1).bytes(size)
  const { transfer, storage, recorded, slots, layout } = setting({ content })
  transfer.describe({ layout, proofs: [proof(content, 0, size, 100_000, 'sha1')] })
  transfer.describe({ layout, proofs: [proof(content, 0, size, 65_536, 'tth')] })
  transfer.describe({ layout, proofs: [proof(content, 0, size, 180 * 1024, 'aich')] })
  await transfer.opened()
  const lanes = [
    new TestLane(transfer, 'bittorrent', 'a', content, [{ start: 0, end: 500_000 }]),
    new TestLane(transfer, 'directconnect', 'b', content, [{ start: 300_000, end: size }]),
    new TestLane(transfer, 'edonkey', 'c', content, [{ start: 0, end: size }]),
  ]
  await run(lanes)
  assert.equal(transfer.stage.current, 'giving')
  same(storage.disk, content)
  assert.deepEqual([...recorded], [{ start: 0, end: size }])
  for (const lane of lanes) assert.ok(lane.delivered > 5, `${lane.peer.key} delivered ${lane.delivered} blocks`)
  assert.equal(slots.free, 16, 'all memory is given back')
})

test('a new proof in the middle of a transfer keeps what is had', async () => {
  const size = 600_000
  const content = seeded(2).bytes(size)
  const { transfer, storage, layout } = setting({ content })
  transfer.describe({ layout, proofs: [proof(content, 0, size, 100_000, 'sha1')] })
  await transfer.opened()
  const lane = new TestLane(transfer, 'bittorrent', 'a', content, [{ start: 0, end: size }])
  for (let i = 0; i < 20; i++) lane.step(4)
  await new Promise((resolve) => setImmediate(resolve))
  const before = transfer.hadRanges.length
  assert.ok(before > 0 && before < size)
  transfer.describe({ layout, proofs: [proof(content, 0, size, 65_536, 'tth')] })
  await transfer.opened()
  assert.equal(transfer.hadRanges.length, before)
  assert.equal(lane.abandoned, 1)
  await run([lane])
  same(storage.disk, content)
})

test('what is being written while a new proof comes is not fetched again', async () => {
  const cell = 4 * blockSize
  const size = 4 * cell
  const content = seeded(12).bytes(size)
  const { transfer, storage, recorded, slots, layout } = setting({ content })
  transfer.describe({ layout, proofs: [proof(content, 0, size, cell, 'sha1')] })
  await transfer.opened()
  const lane = new TestLane(transfer, 'bittorrent', 'a', content, [{ start: 0, end: size }])
  const written = Promise.withResolvers<void>()
  storage.gate = written.promise
  for (let block = 0; block < 4; block++) lane.step(1)
  transfer.describe({ layout, proofs: [proof(content, 0, size, 2 * blockSize, 'tth')] })
  // Until that is on the disk nobody is told what else to fetch.
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(lane.step(1), false)
  assert.equal(transfer.hadRanges.length, 0)
  written.resolve()
  await transfer.opened()
  assert.equal(transfer.hadRanges.length, cell)
  await run([lane])
  assert.equal(lane.delivered, size / blockSize, 'each block once')
  same(storage.disk, content)
  assert.deepEqual([...recorded], [{ start: 0, end: size }])
  assert.equal(slots.free, 16, 'all memory is given back')
})

test('a lane that asks for runs gets cells that follow each other', async () => {
  const size = 4_000_000
  const content = seeded(9).bytes(size)
  const { transfer, layout } = setting({ content, slots: 40 })
  transfer.describe({ layout, proofs: [proof(content, 0, size, 64 * 1024, 'tth')] })
  await transfer.opened()
  const lane = new TestLane(transfer, 'directconnect', 'a', content, [{ start: 0, end: size }])
  lane.inRuns = true
  const gaps = (claims: readonly Claim[]): number =>
    claims.filter((claim, at) => at > 0 && claims[at - 1]!.offset + claims[at - 1]!.length !== claim.offset).length
  const claims: Claim[] = []
  assert.equal(lane.port.claim(60, claims), 60)
  assert.ok(gaps(claims) <= 1, 'only the end of the file, or what another has, ends a run')
  const other = new TestLane(transfer, 'bittorrent', 'b', content, [{ start: 0, end: size }])
  const scattered: Claim[] = []
  other.port.claim(60, scattered)
  assert.ok(gaps(scattered) > 5, 'for the others it is the rarest, or chance')
})

test('a body fills blocks that follow each other as one, but for the one that came from elsewhere', async () => {
  const size = 4 * blockSize
  const content = seeded(10).bytes(size)
  const { transfer, storage, layout } = setting({ content })
  transfer.describe({ layout, proofs: [proof(content, 0, size, size, 'sha1')] })
  await transfer.opened()
  const [one, other] = ['a', 'b'].map(
    (key) => new TestLane(transfer, 'neighbours', key, content, [{ start: 0, end: size }]),
  )
  const claims: Claim[] = []
  assert.equal(one!.port.claim(4, claims), 4)
  const filler = new Filler(one!.port, claims)
  other!.port.claim(4, other!.claims)
  other!.claims.splice(0, 1)
  assert.ok(other!.step(0))

  for (let at = 0; at < size; at += 40_000) filler.take(content.subarray(at, at + 40_000))
  assert.ok(filler.done)
  await run([one!, other!])
  same(storage.disk, content)
  assert.equal(transfer.wasted, blockSize)
})

test('of a body that breaks off, the blocks that came in whole are delivered', async () => {
  const size = 4 * blockSize
  const content = seeded(11).bytes(size)
  const { transfer, layout } = setting({ content })
  transfer.describe({ layout, proofs: [proof(content, 0, size, size, 'sha1')] })
  await transfer.opened()
  const lane = new TestLane(transfer, 'neighbours', 'a', content, [{ start: 0, end: size }])
  const claims: Claim[] = []
  lane.port.claim(4, claims)
  const filler = new Filler(lane.port, claims)
  filler.take(content.subarray(0, 2.5 * blockSize))
  assert.equal(lane.port.claimed, 2)
})

test('who fills a bad range alone is banned; with several, parole finds the liar', async () => {
  const size = 2_000_000
  const content = seeded(3).bytes(size)
  const { transfer, storage, layout } = setting({ content })
  transfer.describe({ layout, proofs: [proof(content, 0, size, 128 * 1024, 'sha1')] })
  await transfer.opened()
  const all = [{ start: 0, end: size }]
  const liar = new TestLane(transfer, 'bittorrent', 'liar', content, all, (offset) => offset % (5 * blockSize) === 0)
  const honest = [1, 2, 3].map((n) => new TestLane(transfer, 'bittorrent', `honest ${n}`, content, all))
  await run([liar, ...honest], 3)
  same(storage.disk, content)
  assert.deepEqual(transfer.bans(), ['bittorrent/liar'])
  assert.equal((liar.closed as { code: string }).code, 'transfer/bad-bytes')
  for (const lane of honest) assert.equal(lane.closed, undefined)
})

test('a full disk stops the transfer with a local fault; after room was made it goes on', async () => {
  const size = 700_000
  const content = seeded(4).bytes(size)
  const { transfer, storage, layout, slots } = setting({ content })
  transfer.describe({ layout, proofs: [proof(content, 0, size, 64 * 1024, 'sha1')] })
  await transfer.opened()
  const lane = new TestLane(transfer, 'bittorrent', 'a', content, [{ start: 0, end: size }])
  storage.full = true
  await run([lane])
  assert.equal(transfer.fault.current?.code, 'disk/full')
  assert.equal(transfer.fault.current?.kind, 'local')
  assert.equal(transfer.hadRanges.length, 0)
  storage.full = false
  await transfer.retry()
  await run([lane])
  same(storage.disk, content)
  assert.equal(slots.free, 16)
})

test('pieces longer than a slot are written in parts and proven by reading back', async () => {
  const size = 3_000_000
  const content = seeded(5).bytes(size)
  const { transfer, storage, layout } = setting({ content, slots: 6, slotSize: 64 * 1024 })
  transfer.describe({ layout, proofs: [proof(content, 0, size, 1_000_000, 'sha1')] })
  await transfer.opened()
  const lanes = [1, 2].map((n) => new TestLane(transfer, 'bittorrent', `${n}`, content, [{ start: 0, end: size }]))
  await run(lanes)
  same(storage.disk, content)
  assert.equal(transfer.stage.current, 'giving')
  assert.ok(storage.readBack > 0)
})

test('where digests over parts make up the one over a piece nothing is read back, and who lies is found', async () => {
  const [size, leaf, part] = [1_000_000, 256 * 1024, 64 * 1024]
  const content = seeded(9).bytes(size)
  const { transfer, storage, layout } = setting({ content, slots: 6, slotSize: part })
  storage.partDigests = {
    can: (algorithm, length) => algorithm === 'tth' && length === part,
    async commit(slot, length, offset) {
      await storage.commit(slot, length, offset, undefined)
      return sha1(slot.bytes.subarray(0, length))
    },
    join: (digests) => sha1(digests),
  }
  const expected = cut(content, leaf).flatMap((one) => [...sha1(Buffer.concat(cut(one, part).map(sha1)))])
  const proofs: Proof[] = [
    { start: 0, end: size, leaf, algorithm: 'tth', expected: Uint8Array.from(expected), digestSize: 20 },
  ]
  transfer.describe({ layout, proofs })
  await transfer.opened()
  const all = [{ start: 0, end: size }]
  const liar = new TestLane(transfer, 'directconnect', 'liar', content, all, (offset) => offset === 32 * 1024)
  const lanes = ['one', 'other'].map((key) => new TestLane(transfer, 'directconnect', key, content, all))
  await run([liar, ...lanes])
  same(storage.disk, content)
  assert.equal(transfer.stage.current, 'giving')
  assert.equal(storage.readBack, 0)
})

test('memory held for a peer that left with its rare piece does not starve the others', async () => {
  const size = 640 * 1024
  const content = seeded(6).bytes(size)
  const { transfer, storage, layout } = setting({ content, slots: 2, slotSize: 64 * 1024 })
  transfer.describe({ layout, proofs: [proof(content, 0, size, 64 * 1024, 'sha1')] })
  await transfer.opened()
  const leaver = new TestLane(transfer, 'bittorrent', 'leaver', content, [{ start: 0, end: 128 * 1024 }])
  for (let i = 0; i < 3; i++) leaver.step(8)
  leaver.close()
  const stayer = new TestLane(transfer, 'bittorrent', 'stayer', content, [{ start: 128 * 1024, end: size }])
  await run([stayer])
  assert.equal(transfer.hadRanges.lengthWithin(128 * 1024, size), 512 * 1024)
  assert.deepEqual(storage.disk.subarray(128 * 1024), content.subarray(128 * 1024))
})

test('files that are not wanted are not fetched, beyond the pieces they share', async () => {
  const size = 300_000
  const content = seeded(8).bytes(size)
  const layout: Layout = {
    name: 'folder',
    single: false,
    size,
    files: [
      { path: ['a'], offset: 0, size: 90_000 },
      { path: ['b'], offset: 90_000, size: 110_000 },
      { path: ['c'], offset: 200_000, size: 100_000 },
    ],
  }
  const { transfer, recorded } = setting({ content, layout })
  transfer.describe({ layout, proofs: [proof(content, 0, size, 50_000, 'sha1')] })
  await transfer.opened()
  transfer.prioritise([2, 0, 0])
  const lane = new TestLane(transfer, 'bittorrent', 'a', content, [{ start: 0, end: size }])
  await run([lane])
  assert.deepEqual([...recorded], [{ start: 0, end: 100_000 }])
  assert.equal(transfer.stage.current, 'giving')
  transfer.prioritise([2, 0, 2])
  assert.equal(transfer.stage.current, 'getting')
  await run([lane])
  assert.deepEqual(
    [...recorded],
    [
      { start: 0, end: 100_000 },
      { start: 200_000, end: 300_000 },
    ],
  )
})

test('in sequential order the front comes first', async () => {
  const size = 512 * 1024
  const content = seeded(9).bytes(size)
  const { transfer, recorded, layout } = setting({ content })
  transfer.sequential = true
  transfer.describe({ layout, proofs: [proof(content, 0, size, 32 * 1024, 'sha1')] })
  await transfer.opened()
  const lane = new TestLane(transfer, 'bittorrent', 'a', content, [{ start: 0, end: size }])
  for (let i = 0; i < 8; i++) lane.step(2)
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual([...recorded], [{ start: 0, end: 128 * 1024 }])
})

test('a recheck takes back what is no longer right and finds what is', async () => {
  const size = 400_000
  const content = seeded(10).bytes(size)
  const { transfer, storage, layout, recorded } = setting({ content, had: [{ start: 0, end: 200_000 }], recheck: true })
  storage.disk.set(content)
  storage.disk[10]! ^= 1
  recorded.add(0, 200_000)
  transfer.describe({ layout, proofs: [proof(content, 0, size, 50_000, 'sha1')] })
  await transfer.opened()
  assert.deepEqual([...recorded], [{ start: 50_000, end: size }])
  assert.equal(transfer.missing(), 50_000)
})

test('a disk that fails in the middle of a recheck is told of, though other parts are read', async () => {
  const content = seeded(14).bytes(1_600_000)
  const { transfer, storage, layout } = setting({ content, recheck: true })
  const read = storage.digests.bind(storage)
  storage.digests = async (start, end, leaf) => {
    const digests = await read(start, end, leaf)
    if (start <= 130_000 && end > 130_000) throw fail('local', 'disk/broken', 'The disk is broken')
    return digests
  }
  const proofs = Array.from({ length: 16 }, (_, at) =>
    proof(content, at * 100_000, (at + 1) * 100_000, at % 2 === 0 ? 50_000 : 25_000, 'sha1'),
  )
  transfer.describe({ layout, proofs })
  await transfer.opened()
  assert.equal(transfer.fault.current?.code, 'disk/broken')
})

test('bytes that were on disk before anything was recorded are found and not fetched', async () => {
  const size = 400_000
  const content = seeded(12).bytes(size)
  const { transfer, storage, layout, recorded } = setting({ content, found: true })
  storage.disk.set(content.subarray(0, 250_000))
  const heard: boolean[] = []
  transfer.watchHad(({ start, end }, change) => heard.push(change === 'had' && transfer.had(start, end)))
  transfer.describe({ layout, proofs: [proof(content, 0, size, 50_000, 'sha1')] })
  await transfer.opened()
  assert.deepEqual([...recorded], [{ start: 0, end: 250_000 }])
  assert.deepEqual(heard, [true, true, true, true, true], 'who listens can ask for what it hears of')
  const lane = new TestLane(transfer, 'bittorrent', 'a', content, [{ start: 0, end: size }])
  await run([lane])
  same(storage.disk, content)
  assert.equal(lane.delivered, 12)
})

test('what is described while files are opened and checked waits: both are done once', async () => {
  const size = 400_000
  const content = seeded(13).bytes(size)
  const { transfer, storage, layout, recorded, opens } = setting({ content, found: true })
  storage.disk.set(content.subarray(0, 250_000))
  transfer.describe({ layout, proofs: [proof(content, 0, size, 50_000, 'sha1')] })
  transfer.describe({ layout, proofs: [proof(content, 0, size, 65_536, 'tth')] })
  await transfer.opened()
  assert.equal(opens(), 1)
  assert.equal(storage.readBack, 1)
  assert.deepEqual([...recorded], [{ start: 0, end: 250_000 }])
  const lane = new TestLane(transfer, 'bittorrent', 'a', content, [{ start: 0, end: size }])
  await run([lane])
  same(storage.disk, content)
  assert.equal(transfer.missing(), 0)
})

test('two descriptions that contradict each other are refused', () => {
  const content = seeded(11).bytes(1000)
  const { transfer, layout } = setting({ content })
  transfer.describe({ layout, proofs: [proof(content, 0, 1000, 1000, 'sha1')] })
  assert.throws(
    () => transfer.describe({ layout: { ...layout, size: 999 }, proofs: [] }),
    (error) => error instanceof FaultError && error.fault.code === 'transfer/contradiction',
  )
})

test('whatever lanes do in whatever order, right bytes are had, and only right ones', async () => {
  const step = fc.record({ lane: fc.nat(3), act: fc.constantFrom('step', 'step', 'step', 'putBack', 'leave', 'tick') })
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.array(step, { maxLength: 300 }),
      fc.constantFrom(40_000, 65_536, 200_000),
      async (seed, steps, leaf) => {
        const size = 500_000 + (seed % 1000)
        const content = seeded(seed).bytes(size)
        const { transfer, storage, recorded, slots, layout } = setting({ content, slots: 3, slotSize: 64 * 1024 })
        transfer.describe({ layout, proofs: [proof(content, 0, size, leaf, 'sha1')] })
        await transfer.opened()
        const chance = seeded(seed + 1)
        const make = (n: number): TestLane =>
          new TestLane(
            transfer,
            'bittorrent',
            `peer ${n}`,
            content,
            [{ start: 0, end: size }],
            () => n === 3 && chance.number() < 0.3,
          )
        const lanes = [0, 1, 2, 3].map(make)
        for (const { lane: at, act } of steps) {
          const lane = lanes[at]!
          if (act === 'step') lane.step(5)
          else if (act === 'tick') await new Promise((resolve) => setImmediate(resolve))
          else if (act === 'putBack') {
            lane.port.putBack()
            lane.claims.length = 0
          } else if (lane.closed === undefined) {
            lane.close()
            lanes[at] = make(at)
          }
        }
        // The liar may be on parole with a chunk of its own; once it is gone, nothing is held back.
        lanes[3]!.close()
        await run(lanes.slice(0, 3))
        same(storage.disk, content)
        assert.deepEqual([...recorded], [{ start: 0, end: size }])
        assert.equal(slots.free, 3)
      },
    ),
    { numRuns: 60 },
  )
})
