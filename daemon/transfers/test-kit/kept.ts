import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FaultError } from '@kith/core/fault/fault.ts'
import { budgets } from '@kith/core/limits/tree.ts'
import type { Clock, Random } from '@kith/core/network/clock.ts'
import type { Network } from '@kith/core/network/network.ts'
import type { Range } from '@kith/core/range/range-set.ts'
import { RangeSet } from '@kith/core/range/range-set.ts'
import type { Description, Subject } from '@kith/core/transfer/subject.ts'
import type { Wish } from '@kith/core/transfer/wish.ts'
import { hash } from '@kith/wire/hash/sha.ts'
import { Disk } from '../../host/disk/disk.ts'
import type { FileStorage } from '../../host/disk/storage.ts'
import type { TransferRecord } from '../record.ts'
import { Transfers } from '../transfers.ts'

/** What every transfer with `hintOfBytes` consists of. */
export const bytes: Uint8Array = Uint8Array.of(1, 2, 3, 4)
export const hintOfBytes = 9
export const damagedHint = 66
const description: Description = {
  layout: { name: 'a', single: true, size: 4, files: [{ path: ['a'], offset: 0, size: 4 }] },
  proofs: [{ start: 0, end: 4, leaf: 4, algorithm: 'sha1', expected: hash('sha1', bytes), digestSize: 20 }],
}

/** What is left of a daemon when it has ended: records and what was had. */
export class Kept {
  readonly records: Map<string, TransferRecord> = new Map()
  readonly had: Map<string, RangeSet> = new Map()
  readonly told: string[] = []
  /** Is told of each storage before it is used. */
  opened: (storage: FileStorage) => void = () => {}
  /** Makes a folder. */
  folder: () => Promise<void> = async () => {}
  /** What is to be done later, by when. */
  readonly later: Set<{ readonly ms: number; readonly call: () => void }> = new Set()
  readonly #clock: Clock = {
    now: () => 1_000,
    after: (ms, call) => {
      const one = { ms, call }
      this.later.add(one)
      return { [Symbol.dispose]: () => void this.later.delete(one) }
    },
  }
  /** How often somebody was told that bytes will come. */
  expected = 0
  #seed = 1

  /** A daemon's list of transfers over what is kept, with one network that works for nobody; `networks` are those that read links and hints. */
  async open(
    folder: string,
    networks: readonly Network<never>[] = [network],
  ): Promise<{ transfers: Transfers; worked: string[] } & AsyncDisposable> {
    const worked: string[] = []
    const disk = new Disk({ clock: this.#clock, memoryBytes: 4 * 1024 * 1024, workers: 1 })
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
      clock: this.#clock,
      random,
      slots: disk.slots,
      budget: budgets(this.#clock),
      networks,
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
      open: (record, layout, skipped) => {
        const files = { layout, dir: record.directory, parts: join(folder, 'parts'), skipped } as const
        const storage = disk.open({ ...files, allocation: 'sparse' })
        this.opened(storage)
        return storage
      },
      folder: () => this.folder(),
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
  describe(hint: Uint8Array): Description | undefined {
    if (hint[0] === damagedHint) throw new FaultError({ kind: 'input', code: 'test/damaged', message: 'It is damaged' })
    return hint[0] === hintOfBytes ? description : undefined
  },
  mergeHints: (known: Uint8Array, news: Uint8Array) => Uint8Array.of(...new Set([...known, ...news])),
} as unknown as Network<never>

export function wish(name: string, hint: number = 1): Wish {
  return { content: { digests: [`sha1:${name}` as never], name }, hints: { bittorrent: Uint8Array.of(hint) } }
}

export async function scratch(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'kith-transfers-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}
