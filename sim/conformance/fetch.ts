import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Content } from '@kith/core/content/content.ts'
import { budgets } from '@kith/core/limits/tree.ts'
import type { Membership, Network } from '@kith/core/network/network.ts'
import type { Endpoint } from '@kith/core/network/net.ts'
import { Transfer } from '@kith/core/transfer/transfer.ts'
import { simulatedHost } from '../world/host.ts'
import type { Weather } from '../world/internet.ts'
import { fair, Internet } from '../world/internet.ts'
import { MemoryDisk, memorySlots } from '../world/memory.ts'
import { seeded, VirtualClock } from '../world/time.ts'

/** What a network brings to be tested: content in its own terms. */
export interface FetchSubject<Settings> {
  readonly network: Network<Settings>
  readonly settings: Settings
  /** The content, and the hint that names who has it; `complete` is for those who describe it from the start. */
  content(
    bytes: Uint8Array,
  ): Promise<{ content: Content; hint(peers: readonly Endpoint[], complete: boolean): Uint8Array }>
}

export interface Machine {
  readonly membership: Membership
  readonly transfer: Transfer
  readonly disk: MemoryDisk
  readonly address: string
  readonly stop: AbortController
  work: Promise<void>
}

/** Bytes of the content that is fetched. */
const size = 700_001

/** Machines that begin with one seed. */
export interface Swarm {
  readonly clock: VirtualClock
  readonly internet: Internet
  readonly bytes: Uint8Array
  /** A machine at an address, which knows those of others. `complete`: it has everything. */
  start(address: string, complete: boolean, peers: readonly string[]): Promise<Machine>
  end(): Promise<void>
}

/** A world of its own, with the content in it. */
export async function swarm<Settings>(
  subject: FetchSubject<Settings>,
  seed: number,
  weather: Weather = fair,
): Promise<Swarm> {
  const { network } = subject
  const clock = new VirtualClock()
  const random = seeded(seed)
  const internet = new Internet(clock, random, weather)
  const bytes = random.bytes(size)
  const { content, hint } = await subject.content(bytes)
  const machines: Machine[] = []
  const start = async (address: string, complete: boolean, peers: readonly string[]): Promise<Machine> => {
    const host = simulatedHost(internet, address)
    const membership = await network.join(host, subject.settings)
    const disk = new MemoryDisk(size, complete ? bytes : undefined)
    const kept = hint(
      peers.map((peer) => ({ host: peer, port: 6881 })),
      complete,
    )
    const transfer = new Transfer(
      {
        id: address,
        content,
        hints: new Map([[network.id, kept]]),
        had: complete ? [{ start: 0, end: size }] : [],
        priorities: [],
        sequential: false,
      },
      {
        clock,
        random,
        slots: memorySlots(8),
        budget: budgets(clock),
        storage: async () => ({ storage: disk, found: complete }),
        had: () => {},
        lost: () => {},
        keep: () => {},
        described: () => {},
      },
    )
    const description = network.describe(kept)
    if (description !== undefined) transfer.describe(description)
    const stop = new AbortController()
    const work = membership.fetch!.work(transfer, stop.signal)
    const machine: Machine = { membership, transfer, disk, address, stop, work }
    machines.push(machine)
    return machine
  }
  const end = async (): Promise<void> => {
    for (const machine of machines) machine.stop.abort()
    await clock.until(() => false, 5_000)
    for (const machine of machines) {
      await machine.work
      await machine.transfer[Symbol.asyncDispose]()
      await machine.membership[Symbol.asyncDispose]()
    }
  }
  return { clock, internet, bytes, start, end }
}

/**
 * The suite that every network with the facet `fetch` passes: whole swarms in virtual time, with latency, loss of
 * connections and full disks; the same seed gives the same run.
 */
export function fetchSuite<Settings>(subject: FetchSubject<Settings>): void {
  const { network } = subject
  const world = (seed: number, weather?: Weather): Promise<Swarm> => swarm(subject, seed, weather)

  void test(`${network.id}: fetches from one who has it, and gives to the next`, async () => {
    const { clock, bytes, start, end } = await world(1)
    await start('10.0.0.1', true, [])
    const middle = await start('10.0.0.2', false, ['10.0.0.1'])
    assert.ok(
      await clock.until(() => middle.transfer.stage.current === 'giving', 120_000),
      'it is complete within two minutes',
    )
    assert.ok(Buffer.compare(middle.disk.bytes, bytes) === 0, 'the bytes are right')
    const last = await start('10.0.0.3', false, ['10.0.0.2'])
    assert.ok(await clock.until(() => last.transfer.stage.current === 'giving', 120_000))
    assert.ok(Buffer.compare(last.disk.bytes, bytes) === 0, 'the bytes are right')
    await end()
  })

  void test(`${network.id}: the same seed gives the same run`, async () => {
    const trace = async (): Promise<[number, number]> => {
      const { clock, start, end } = await world(7, { latencyMs: 80, bytesPerSecond: 200_000, loss: 0 })
      await start('10.0.0.1', true, [])
      const leech = await start('10.0.0.2', false, ['10.0.0.1'])
      await clock.until(() => leech.transfer.stage.current === 'giving', 600_000)
      const result: [number, number] = [clock.now(), clock.fired]
      await end()
      return result
    }
    assert.deepEqual(await trace(), await trace())
  })

  void test(`${network.id}: goes on after the cable was pulled`, async () => {
    const { clock, internet, bytes, start, end } = await world(3, { latencyMs: 40, bytesPerSecond: 60_000, loss: 0 })
    await start('10.0.0.1', true, [])
    const leech = await start('10.0.0.2', false, ['10.0.0.1'])
    assert.ok(await clock.until(() => leech.transfer.hadRanges.length > 100_000, 60_000))
    internet.cut('10.0.0.1')
    await clock.run(20_000)
    const before = leech.transfer.hadRanges.length
    assert.ok(before < size)
    internet.mend('10.0.0.1')
    assert.ok(await clock.until(() => leech.transfer.stage.current === 'giving', 600_000))
    assert.ok(Buffer.compare(leech.disk.bytes, bytes) === 0, 'the bytes are right')
    await end()
  })

  void test(`${network.id}: a full disk stops it, and room lets it go on`, async () => {
    const { clock, bytes, start, end } = await world(4)
    await start('10.0.0.1', true, [])
    const leech = await start('10.0.0.2', false, ['10.0.0.1'])
    leech.disk.full = true
    assert.ok(await clock.until(() => leech.transfer.fault.current?.code === 'disk/full', 60_000))
    leech.disk.full = false
    await leech.transfer.retry()
    assert.ok(await clock.until(() => leech.transfer.stage.current === 'giving', 120_000))
    assert.ok(Buffer.compare(leech.disk.bytes, bytes) === 0, 'the bytes are right')
    await end()
  })

  void test(`${network.id}: ten peers that begin with nothing but one seed share the work`, async () => {
    const { clock, bytes, start, end } = await world(5, { latencyMs: 30, bytesPerSecond: 400_000, loss: 0 })
    const names = Array.from({ length: 10 }, (_, n) => `10.0.1.${n + 1}`)
    const seed = await start('10.0.0.1', true, [])
    const leeches: Machine[] = []
    for (const name of names)
      leeches.push(await start(name, false, ['10.0.0.1', ...names.filter((one) => one !== name)]))
    assert.ok(await clock.until(() => leeches.every(({ transfer }) => transfer.stage.current === 'giving'), 600_000))
    for (const { disk } of leeches) assert.ok(Buffer.compare(disk.bytes, bytes) === 0, 'the bytes are right')
    const { up } = seed.transfer.moved()
    assert.ok(up < size * 9, `the seed gave ${(up / size).toFixed(1)} copies for ten`)
    await end()
  })
}
