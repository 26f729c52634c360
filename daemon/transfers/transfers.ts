import { fail } from '@kith/core/fault/fault.ts'
import type { Fault } from '@kith/core/fault/fault.ts'
import { FaultError } from '@kith/core/fault/fault.ts'
import type { Content } from '@kith/core/content/content.ts'
import type { Fetch } from '@kith/core/network/facets.ts'
import type { Network } from '@kith/core/network/network.ts'
import type { NetworkId } from '@kith/core/peer/peer.ts'
import type { Range } from '@kith/core/range/range-set.ts'
import type { Layout } from '@kith/core/transfer/layout.ts'
import type { Description } from '@kith/core/transfer/subject.ts'
import type { Hints, Wish } from '@kith/core/transfer/wish.ts'
import { attempt } from '@kith/wire/fault.ts'
import type { EntryWorld } from './entry.ts'
import { Entry } from './entry.ts'
import type { TransferRecord } from './record.ts'

/** What whoever adds a transfer can say about it. */
export interface AddOptions {
  readonly directory?: string
  readonly paused?: boolean
  readonly label?: string
  readonly sequential?: boolean
  /** Indices of the files wanted. */
  readonly select?: readonly number[]
  /** Our own bytes, hashed just now: everything is had. */
  readonly had?: readonly Range[]
}

export interface TransfersWorld extends Omit<EntryWorld, 'freeName' | 'describe'> {
  readonly networks: readonly Network<never>[]
  readonly records: {
    load(): Iterable<TransferRecord>
    save(record: TransferRecord): void
    remove(id: string): void
  }
  /** Where transfers go unless said otherwise. */
  downloads(): string
  startPaused(): boolean
  /** Somebody waits for bytes, which will have to be hashed and written soon. */
  expecting(): void
}

/** The one list of transfers. */
export class Transfers implements AsyncDisposable {
  readonly #world: TransfersWorld
  readonly #entries = new Map<string, Entry>()
  readonly #entryWorld: EntryWorld

  constructor(world: TransfersWorld) {
    this.#world = world
    this.#entryWorld = {
      ...world,
      freeName: (record, layout) => this.#freeName(record, layout),
      describe: (record) => this.#describe(record),
    }
    for (const record of world.records.load()) this.#entries.set(record.id, new Entry(record, this.#entryWorld))
  }

  /** Starts what was running when the daemon ended. */
  async start(): Promise<void> {
    await Promise.all([...this.#entries.values()].map((entry) => entry.settle()))
  }

  get size(): number {
    return this.#entries.size
  }

  [Symbol.iterator](): IterableIterator<Entry> {
    return this.#entries.values()
  }

  /** By id or an unambiguous beginning of one.
   * @throws FaultError `input` `transfer/unknown`, `transfer/ambiguous` */
  get(id: string): Entry {
    const exact = this.#entries.get(id)
    if (exact !== undefined) return exact
    const matches = [...this.#entries.values()].filter(({ record }) => record.id.startsWith(id.toLowerCase()))
    if (matches.length === 1 && id.length > 0) return matches[0]!
    if (matches.length > 1 && id.length > 0)
      throw fail('input', 'transfer/ambiguous', `“${id}” begins the ids of ${matches.length} transfers`)
    throw fail('input', 'transfer/unknown', `There is no transfer “${id}”`)
  }

  // Adding

  /** Understands a link. @throws FaultError `input` when no network does */
  parseLink(text: string): Wish {
    const trimmed = text.trim()
    const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(trimmed)?.[1]?.toLowerCase() ?? ''
    const wishes: Wish[] = []
    let fault: Fault | undefined
    for (const network of this.#world.networks) {
      for (const kind of network.links) {
        if (kind.scheme !== scheme) continue
        try {
          const wish = kind.parse(trimmed)
          if (wish !== undefined) wishes.push(wish)
        } catch (error) {
          if (!(error instanceof FaultError)) throw error
          fault = error.fault
        }
      }
    }
    const [first, ...others] = wishes
    if (first !== undefined) return others.reduce(merged, first)
    if (fault !== undefined) throw new FaultError(fault)
    throw fail('input', 'link/unknown', `No network that Kith speaks understands “${trimmed.slice(0, 80)}”`)
  }

  /** Understands a document such as a `.torrent`. @throws FaultError `input` */
  parseDocument(bytes: Uint8Array): Wish {
    for (const network of this.#world.networks) {
      for (const kind of network.files) if (kind.recognise(bytes.subarray(0, 64))) return kind.parse(bytes)
    }
    throw fail('input', 'document/unknown', 'No network that Kith speaks understands this file')
  }

  /** Adds a transfer; a wish for the same content goes to the one that is there already. */
  async add(wish: Wish, options: AddOptions = {}): Promise<{ entry: Entry; duplicate: boolean }> {
    const same = this.find(wish.content)
    if (same !== undefined) {
      await this.#enrich(same, wish)
      return { entry: same, duplicate: true }
    }
    const record = this.#record(wish, options)
    const entry = new Entry(record, this.#entryWorld)
    this.#entries.set(record.id, entry)
    this.#world.records.save(record)
    for (const range of options.had ?? []) this.#world.had.add(record.id, range)
    this.#world.tell('transfer/added', record.id, { name: record.name })
    if (record.wanted === 'running' && options.had === undefined) this.#world.expecting()
    await entry.settle()
    return { entry, duplicate: false }
  }

  #record(wish: Wish, options: AddOptions): TransferRecord {
    const select = options.select ?? wish.select
    const paused = options.paused ?? this.#world.startPaused()
    return {
      id: this.#newId(),
      addedAt: this.#world.clock.now(),
      completedAt: undefined,
      wanted: paused ? 'paused' : 'running',
      name: wish.content.name ?? wish.content.digests[0] ?? 'unnamed',
      diskName: options.had === undefined ? undefined : wish.content.name,
      size: wish.content.size,
      digests: wish.content.digests,
      directory: options.directory ?? this.#world.downloads(),
      label: options.label,
      priorities: [],
      select,
      sequential: options.sequential ?? false,
      downLimit: undefined,
      upLimit: undefined,
      down: 0,
      up: 0,
      givingSeconds: 0,
      hints: new Map(Object.entries(wish.hints) as [NetworkId, Uint8Array][]),
    }
  }

  /** Ids are short, for the command line, and not taken. */
  #newId(): string {
    for (;;) {
      const id = this.#world.random.bytes(4).toHex()
      if (!this.#entries.has(id)) return id
    }
  }

  find(content: Content): Entry | undefined {
    for (const entry of this.#entries.values()) {
      if (entry.record.digests.some((digest) => content.digests.includes(digest))) return entry
    }
    return undefined
  }

  /** What the new wish knows beyond the old one, such as more trackers, is kept. */
  async #enrich(entry: Entry, wish: Wish): Promise<void> {
    for (const network of this.#world.networks) {
      const news = wish.hints[network.id]
      const known = entry.record.hints.get(network.id)
      if (news === undefined) continue
      const both = known === undefined ? news : bothOf(network, known, news)
      if (equal(both, known)) continue
      entry.record.hints = new Map([...entry.record.hints, [network.id, both]])
      this.#world.records.save(entry.record)
      if (entry.record.wanted !== 'running') continue
      await entry[Symbol.asyncDispose]()
      await entry.settle()
    }
  }

  /** What some network's hint says about the bytes. */
  #describe(record: TransferRecord): Description | undefined {
    for (const network of this.#world.networks) {
      const hint = record.hints.get(network.id)
      // What is damaged the network itself complains of; the others, and other transfers, go on.
      const described = hint === undefined ? undefined : attempt(() => network.describe(hint))
      if (described?.ok === true && described.value !== undefined) return described.value
    }
    return undefined
  }

  #freeName(record: TransferRecord, layout: Layout): string {
    const taken = new Set(
      [...this.#entries.values()]
        .filter((entry) => entry.record !== record && entry.record.directory === record.directory)
        .map((entry) => entry.record.diskName),
    )
    const dot = layout.single ? layout.name.lastIndexOf('.') : -1
    const stem = dot > 0 ? layout.name.slice(0, dot) : layout.name
    const ending = dot > 0 ? layout.name.slice(dot) : ''
    let name = layout.name
    for (let n = 2; taken.has(name); n++) name = `${stem} (${n})${ending}`
    return name
  }

  // Changing

  async remove(entry: Entry, withFiles: boolean): Promise<void> {
    // What is not known yet has no files.
    if (withFiles && entry.layout !== undefined) await entry.withFiles((storage) => storage.remove({ data: true }))
    await entry[Symbol.asyncDispose]()
    this.#entries.delete(entry.record.id)
    this.#world.records.remove(entry.record.id)
    this.#world.tell('transfer/removed', entry.record.id, { name: entry.record.name })
  }

  /** A network was joined: it works for every transfer. */
  joined(network: NetworkId, fetch: Fetch): void {
    for (const entry of this.#entries.values()) entry.joined(network, fetch)
  }

  async left(network: NetworkId): Promise<void> {
    await Promise.all([...this.#entries.values()].map((entry) => entry.left(network)))
  }

  tick(): void {
    for (const entry of this.#entries.values()) entry.tick()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#entries.values()].map((entry) => entry[Symbol.asyncDispose]()))
  }
}

function merged(a: Wish, b: Wish): Wish {
  const hints: Hints = { ...b.hints, ...a.hints }
  const digests = [...new Set([...a.content.digests, ...b.content.digests])]
  return { ...b, ...a, content: { ...b.content, ...a.content, digests }, hints }
}

/** What is known may be damaged: then what comes now goes before it, or takes its place. */
function bothOf(network: Network<never>, known: Uint8Array, news: Uint8Array): Uint8Array {
  const whole = attempt(() => network.describe(known)).ok
  const both = attempt(() => (whole ? network.mergeHints(known, news) : network.mergeHints(news, known)))
  return both.ok ? both.value : news
}

function equal(a: Uint8Array, b: Uint8Array | undefined): boolean {
  return b !== undefined && a.length === b.length && a.every((byte, index) => byte === b[index])
}
