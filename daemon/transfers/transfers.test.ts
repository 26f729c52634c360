import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { FaultError } from '@kith/core/fault/fault.ts'
import { budgets } from '@kith/core/limits/tree.ts'
import type { Clock, Random } from '@kith/core/network/clock.ts'
import type { Network } from '@kith/core/network/network.ts'
import type { Range } from '@kith/core/range/range-set.ts'
import { RangeSet } from '@kith/core/range/range-set.ts'
import type { Subject } from '@kith/core/transfer/subject.ts'
import type { Wish } from '@kith/core/transfer/wish.ts'
import { Disk } from '../host/disk/disk.ts'
import type { TransferRecord } from './record.ts'
import { Transfers } from './transfers.ts'

const clock: Clock = { now: () => 1_000, after: () => ({ [Symbol.dispose]: () => {} }) }

/** What is left of a daemon when it has ended: records and what was had. */
class Kept {
  readonly records = new Map<string, TransferRecord>()
  readonly had = new Map<string, RangeSet>()
  readonly told: string[] = []
  /** How often somebody was told that bytes will come. */
  expected = 0
  #seed = 1

  /** A daemon's list of transfers over what is kept, with one network that works for nobody. */
  async open(folder: string): Promise<{ transfers: Transfers; worked: string[] } & AsyncDisposable> {
    const worked: string[] = []
    const disk = new Disk({ clock, memoryBytes: 4 * 1024 * 1024, workers: 1 })
    const random: Random = { number: () => 0.5, bytes: (length) => new Uint8Array(length).fill(this.#seed++) }
    const ranges = (id: string): RangeSet => {
      let set = this.had.get(id)
      if (set === undefined) this.had.set(id, (set = new RangeSet()))
      return set
    }
    const fetch = {
      can: () => true,
      async work(subject: Subject, signal: AbortSignal): Promise<void> {
        worked.push(subject.id)
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
      },
    }
    const transfers = new Transfers({
      clock,
      random,
      slots: disk.slots,
      budget: budgets(clock),
      networks: [network],
      records: {
        load: () => [...this.records.values()],
        save: (record) => void this.records.set(record.id, record),
        remove: (id) => void this.records.delete(id),
      },
      had: {
        load: (id) => ranges(id),
        add: (id, range: Range) => ranges(id).add(range.start, range.end),
        remove: (id, range: Range) => ranges(id).remove(range.start, range.end),
      },
      downloads: () => folder,
      startPaused: () => false,
      expecting: () => void this.expected++,
      *fetchers() {
        yield ['bittorrent', fetch]
      },
      open: (record, layout, skipped) =>
        disk.open({ layout, dir: record.directory, parts: join(folder, 'parts'), skipped, allocation: 'sparse' }),
      folder: async () => {},
      save: (record) => void this.records.set(record.id, record),
      tell: (type) => void this.told.push(type),
      failed: (_, error) => {
        throw error
      },
      limits: () => ({ ratio: undefined, givingSeconds: undefined }),
    })
    await transfers.start()
    return {
      transfers,
      worked,
      async [Symbol.asyncDispose]() {
        await transfers[Symbol.asyncDispose]()
        await disk[Symbol.asyncDispose]()
      },
    }
  }
}

/** `test:NAME` is a link to the content of that name; `test:` alone is malformed. */
const network = {
  id: 'bittorrent',
  links: [
    {
      scheme: 'test',
      parse(text: string): Wish | undefined {
        const name = text.slice('test:'.length)
        if (name === '') throw new FaultError({ kind: 'input', code: 'test/empty', message: 'It names nothing' })
        if (name === 'other') return undefined
        return wish(name)
      },
    },
  ],
  files: [],
  describe: () => undefined,
  mergeHints: (known: Uint8Array, news: Uint8Array) => Uint8Array.of(...new Set([...known, ...news])),
} as unknown as Network<never>

function wish(name: string, hint = 1): Wish {
  return { content: { digests: [`sha1:${name}` as never], name }, hints: { bittorrent: Uint8Array.of(hint) } }
}

async function scratch(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'kith-transfers-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

const codeOf = (work: () => unknown): string | undefined => {
  try {
    work()
  } catch (error) {
    if (error instanceof FaultError) return error.fault.code
    throw error
  }
  return undefined
}

test('what is added is worked for, and is there again after a restart, paused or not as it was', async () => {
  await using folder = await scratch()
  const kept = new Kept()
  {
    await using first = await kept.open(folder.path)
    const { entry: one } = await first.transfers.add(wish('one'))
    const { entry: two } = await first.transfers.add(wish('two'), { paused: true, label: 'later' })
    assert.deepEqual([one.state, two.state], ['looking', 'paused'])
    assert.deepEqual(first.worked, [one.record.id])
  }
  await using second = await kept.open(folder.path)
  const states = [...second.transfers].map(({ record, state }) => [record.name, state, record.label])
  assert.deepEqual(states, [
    ['one', 'looking', undefined],
    ['two', 'paused', 'later'],
  ])
  assert.equal(second.worked.length, 1)
  await second.transfers.get([...second.transfers][1]!.record.id).resume()
  assert.equal(second.worked.length, 2)
})

test('the disk is told of what is added and wanted now, and of nothing else', async () => {
  await using folder = await scratch()
  const kept = new Kept()
  await using list = await kept.open(folder.path)
  await list.transfers.add(wish('later'), { paused: true })
  await list.transfers.add(wish('ours'), { had: [{ start: 0, end: 1 }] })
  assert.equal(kept.expected, 0)
  await list.transfers.add(wish('now'))
  await list.transfers.add(wish('now'))
  assert.equal(kept.expected, 1)
})

test('the same content twice is one transfer that knows what both said', async () => {
  await using folder = await scratch()
  const kept = new Kept()
  await using daemon = await kept.open(folder.path)
  const first = await daemon.transfers.add(wish('one', 1))
  const again = await daemon.transfers.add(wish('one', 2))
  assert.equal(again.duplicate, true)
  assert.equal(again.entry, first.entry)
  assert.deepEqual(first.entry.record.hints.get('bittorrent'), Uint8Array.of(1, 2))
  assert.equal(daemon.transfers.size, 1)
})

test('links: understood, malformed, of no use to anybody, unknown', async () => {
  await using folder = await scratch()
  await using daemon = await new Kept().open(folder.path)
  const { transfers } = daemon
  assert.equal(transfers.parseLink('  test:film ').content.name, 'film')
  assert.equal(
    codeOf(() => transfers.parseLink('test:')),
    'test/empty',
  )
  assert.equal(
    codeOf(() => transfers.parseLink('test:other')),
    'link/unknown',
  )
  assert.equal(
    codeOf(() => transfers.parseLink('gopher://x')),
    'link/unknown',
  )
  assert.equal(
    codeOf(() => transfers.parseDocument(Uint8Array.of(1, 2, 3))),
    'document/unknown',
  )
})

test('an id may be cut as long as it is clear', async () => {
  await using folder = await scratch()
  await using daemon = await new Kept().open(folder.path)
  const { entry } = await daemon.transfers.add(wish('one'))
  await daemon.transfers.add(wish('two'))
  assert.equal(daemon.transfers.get(entry.record.id.slice(0, 3)), entry)
  assert.equal(
    codeOf(() => daemon.transfers.get('0')),
    'transfer/ambiguous',
  )
  assert.equal(
    codeOf(() => daemon.transfers.get('')),
    'transfer/unknown',
  )
  assert.equal(
    codeOf(() => daemon.transfers.get('ffff')),
    'transfer/unknown',
  )
})

test('what was removed is gone from what is kept, and can be added anew', async () => {
  await using folder = await scratch()
  const kept = new Kept()
  await using daemon = await kept.open(folder.path)
  const { entry } = await daemon.transfers.add(wish('one'))
  await daemon.transfers.remove(entry, true)
  assert.equal(kept.records.size, 0)
  assert.deepEqual(kept.told, ['transfer/added', 'transfer/removed'])
  assert.equal((await daemon.transfers.add(wish('one'))).duplicate, false)
})
