import { digestBy } from '@kith/core/content/content.ts'
import type { Digest } from '@kith/core/content/digest.ts'
import { fail, faultOf, FaultError } from '@kith/core/fault/fault.ts'
import { every, sleep } from '@kith/core/network/clock.ts'
import type { Fetch } from '@kith/core/network/facets.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Subject } from '@kith/core/transfer/subject.ts'
import type { Book } from '../book.ts'
import { type Lines, wholeOf } from '../lines.ts'
import { dialBulk, dialData } from '../data/dial.ts'
import { BULK_BYTES } from '../data/bulk.ts'
import type { BulkLine } from '../data/bulk-take.ts'
import { DeviceLane } from '../data/lane.ts'
import { decodeHint, emptyHint, encodeHint } from '../wire/hint.ts'
import { isOfShares, type Manifest, manifestDigest, MOST_MANIFEST_BYTES, parseManifest } from '../wire/manifest.ts'
import { contentPath } from '../wire/messages.ts'

/** How often devices that have come, or come back, are asked whether they have it. */
const LOOK_MS = 2_000
/** After a failure a device is asked again this much later, doubled up to the longest. */
const FIRST_RETRY_MS = 1_000
const LONGEST_RETRY_MS = 60_000
/** What is shorter is there before another connection would be. */
const BESIDE_BYTES = 2 * 1024 * 1024

export interface FetchWorld {
  readonly host: Host
  readonly book: Book
  readonly lines: Lines
  /** How people are shown a device. */
  nameOf(id: string): string
  /** Transfers that run here, by the digest of their manifest: what others may ask for. */
  readonly running: Map<Digest, Subject>
}

/** Fetches from every paired device that has the content. */
export function fetch(world: FetchWorld): Fetch {
  return {
    can: (content) => digestBy(content, 'kith') !== undefined,
    async work(subject, signal) {
      const id = digestBy(subject.content, 'kith')
      if (id === undefined) return
      world.running.set(id, subject)
      try {
        await new Job(world, subject, id, signal).run()
      } finally {
        if (world.running.get(id) === subject) world.running.delete(id)
      }
    },
  }
}

/** One transfer: a worker for each device that is near. */
class Job {
  readonly #world: FetchWorld
  readonly #subject: Subject
  readonly #id: Digest
  readonly #signal: AbortSignal
  readonly #workers = new Map<string, Promise<void>>()

  constructor(world: FetchWorld, subject: Subject, id: Digest, signal: AbortSignal) {
    this.#world = world
    this.#subject = subject
    this.#id = id
    this.#signal = signal
  }

  async run(): Promise<void> {
    const { manifest } = this.#hint()
    if (manifest !== undefined && this.#subject.layout.current === undefined) {
      this.#subject.describe(this.#parsed(manifest))
    }
    {
      using _looking = every(this.#world.host.clock, LOOK_MS, () => this.#look())
      using _book = this.#world.book.all.watch(() => this.#look())
      using _stage = this.#subject.stage.watch(() => this.#look())
      this.#look()
      await new Promise<void>((resolve) => {
        if (this.#signal.aborted) resolve()
        else this.#signal.addEventListener('abort', () => resolve(), { once: true })
      })
    }
    await Promise.all(this.#workers.values())
  }

  #hint(): ReturnType<typeof decodeHint> {
    const kept = this.#subject.hint('neighbours')
    return kept === undefined ? emptyHint : decodeHint(kept)
  }

  /** @throws FaultError which the user hears of too: it is what was asked for, and nobody else describes it otherwise */
  #parsed(manifest: Uint8Array): Manifest {
    try {
      return parseManifest(manifest)
    } catch (error) {
      this.#subject.trouble('neighbours', faultOf(error, 'read the description of the files'))
      throw error
    }
  }

  #look(): void {
    const { stage, layout } = this.#subject
    if (this.#signal.aborted || stage.current === 'giving') return
    // The files are being opened: what is missing shows when that is done.
    if (layout.current !== undefined && stage.current === 'looking') return
    const { book } = this.#world
    const said = this.#hint().from.filter((id) => book.isPaired(id))
    for (const id of new Set([...said, ...book.friends])) {
      if (this.#workers.has(id) || this.#subject.banned(`neighbours/${id}`)) continue
      this.#workers.set(
        id,
        this.#work(id).finally(() => this.#workers.delete(id)),
      )
    }
  }

  /** Fetches from one device for as long as there is something to fetch and it is there. */
  async #work(id: string): Promise<void> {
    let failures = 0
    let beside = true
    while (!this.#signal.aborted && this.#subject.stage.current !== 'giving' && this.#world.book.isPaired(id)) {
      const before = this.#subject.missing()
      // While it is asked for the rest: threads take as long to start.
      if (beside && this.#missing() >= BULK_BYTES) this.#world.host.carriers?.prepare('take')
      try {
        if (this.#subject.layout.current === undefined) await this.#learn(id)
        else await this.#has(id)
        const lane = await this.#lane(id, beside)
        const fault = await lane.run(this.#world.host.clock, this.#until())
        if (fault !== undefined && lane.received === 0) beside = false
        if (fault !== undefined) throw new FaultError(fault)
      } catch (error) {
        if (this.#signal.aborted) return
        const fault = faultOf(error, 'fetch from a device')
        if (fault.code === 'kith/bug') throw error
        this.#world.host.log.debug('a device is left alone for a while', { id, fault })
        if (fault.kind === 'peer') failures = 8
      }
      failures = this.#subject.missing() < before ? 0 : failures + 1
      await this.#rest(Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures, 8)))
    }
  }

  /** Bytes, as far as anybody knows. */
  #missing(): number {
    const { layout, content } = this.#subject
    return layout.current === undefined ? (content.size ?? 0) : this.#subject.missing()
  }

  async #lane(id: string, beside: boolean): Promise<DeviceLane> {
    const { nameOf, lines, host } = this.#world
    const wish = { target: `/data/${contentPath(this.#id)}`, budget: this.#subject.budget, signal: this.#signal }
    const channel = await lines.to(id, this.#signal)
    const long = beside && this.#subject.missing() >= BESIDE_BYTES
    const line = long ? await dialData(host, channel, wish) : undefined
    const peer = { network: 'neighbours', key: id, name: nameOf(id), client: 'Kith' } as const
    const openBulk = async (): Promise<BulkLine | undefined> =>
      line === undefined ? undefined : dialBulk(host, channel, wish)
    const subject = this.#subject
    if (line !== undefined) return new DeviceLane({ peer, subject, line, via: 'data', openBulk })
    return new DeviceLane({ peer, subject, line: await channel.tunnel(wish.target, wish), via: 'channel', openBulk })
  }

  /** Ends when the transfer ends, or when everything is here. */
  #until(): AbortSignal {
    const here = new AbortController()
    const done = fail('gone', 'neighbours/complete', 'Everything is here')
    const watching = this.#subject.stage.watch((stage) => {
      if (stage !== 'giving') return
      watching[Symbol.dispose]()
      here.abort(done)
    })
    this.#signal.addEventListener('abort', () => watching[Symbol.dispose](), { once: true })
    return AbortSignal.any([this.#signal, here.signal])
  }

  async #rest(ms: number): Promise<void> {
    await sleep(this.#world.host.clock, ms, this.#signal).catch(() => {})
  }

  /** Gets the manifest. @throws FaultError `peer` `neighbours/manifest-other` when it is another one */
  async #learn(id: string): Promise<void> {
    const target = `/manifest/${contentPath(this.#id)}`
    const answer = await this.#world.lines.ask(id, { method: 'GET', target, signal: this.#signal })
    const manifest = await wholeOf(answer, MOST_MANIFEST_BYTES)
    if (manifestDigest(manifest) !== this.#id) {
      throw fail('peer', 'neighbours/manifest-other', 'The device describes something else than was asked for')
    }
    if (this.#subject.layout.current !== undefined) return
    const parsed = this.#parsed(manifest)
    this.#subject.keep('neighbours', encodeHint({ ...this.#hint(), manifest }))
    this.#subject.describe(parsed)
  }

  async #has(id: string): Promise<void> {
    const target = `/have/${contentPath(this.#id)}`
    const { lines } = this.#world
    try {
      return void (await wholeOf(await lines.ask(id, { method: 'GET', target, signal: this.#signal }), 0))
    } catch (error) {
      const body = this.#hint().manifest
      if (faultOf(error).code !== 'neighbours/not-there' || body === undefined || !isOfShares(body)) throw error
      // Perhaps it shares the same files, and nobody has asked it for them by this name yet.
      await wholeOf(await lines.ask(id, { method: 'POST', target, body, signal: this.#signal }), 0)
    }
  }
}
