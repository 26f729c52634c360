import type { VisitAsk } from '@kith/api/visits.ts'
import { fail } from '@kith/core/fault/fault.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import { safeName } from '@kith/wire/safe-path.ts'
import type { UploadSettings } from '../config/settings.ts'
import { freeName } from '../host/files/arrivals.ts'
import { PartialFile } from '../host/files/partial.ts'
import { FileTree } from '../host/files/tree.ts'
import { checkBounds, lastsMs } from '../uploads/bounds.ts'
import { Incoming } from '../uploads/incoming.ts'
import type { TusFile } from '../uploads/tus.ts'
import type { AskRecord } from './records.ts'

/** Files that wait for an answer of ours; whoever sends more has to wait. */
const mostWaiting = 50
/** What was asked for on one page in all: the list is for a person to read. */
const mostAsks = 1_000
/** A name that another file took at the same moment is drawn anew so often. */
const mostTries = 10

/** What a browser says of a file that it wants to send. */
export interface Asked {
  readonly name: string
  readonly size: number
  readonly from: string
}

export interface AsksWorld {
  readonly clock: Clock
  readonly settings: () => UploadSettings
  /** What is kept of them changed. */
  changed(): void
  /** Puts on the disk what changed. */
  record(): void
  /** A file is in its place. */
  arrived(path: string): void
}

interface Ask extends Asked {
  readonly id: string
  /** Of the file while it comes. */
  readonly partial: string
  state: 'waiting' | 'agreed' | 'done' | 'refused' | 'failed'
  /** Once somebody agreed. */
  incoming?: Incoming
  /** Where it goes. */
  folder?: string
  /** Its place, from the moment on at which it may be there. */
  path?: string
}

/** Files that people without the app want to give us on one page: each is asked for, and comes in as many goes as it takes. */
export class Asks {
  readonly #world: AsksWorld
  readonly #asks = new Map<string, Ask>()

  constructor(world: AsksWorld) {
    this.#world = world
  }

  /** Takes up what a run before left. */
  async restore(records: readonly AskRecord[]): Promise<void> {
    for (const { movedAt, path, folder, ...kept } of records) {
      const ask: Ask = { ...kept, ...(folder === undefined ? {} : { folder }), ...(path === undefined ? {} : { path }) }
      this.#asks.set(ask.id, ask)
      if ((ask.state !== 'agreed' && ask.state !== 'done') || folder === undefined) continue
      const partial = new PartialFile(folder, ask.partial)
      // Put in its place by a run that ended before it could say so.
      if (path !== undefined && (await partial.isSettled(path, ask.size))) ask.state = 'done'
      ask.incoming = this.#incoming(ask, folder, partial, movedAt)
      await ask.incoming.restore(ask.state === 'done')
    }
  }

  get records(): readonly AskRecord[] {
    return [...this.#asks.values()].map(({ incoming, ...ask }) => ({ ...ask, movedAt: incoming?.movedAt ?? 0 }))
  }

  get views(): readonly VisitAsk[] {
    return [...this.#asks.values()].map(({ id, name, size, from, state, incoming, path }) => ({
      id,
      name,
      size,
      from,
      state: incoming?.isComing === true ? 'coming' : state,
      received: incoming?.received ?? 0,
      ...(path === undefined || state !== 'done' ? {} : { path }),
    }))
  }

  /** Somebody wants to send this. @throws FaultError `visit/too-many`, `visit/ask`, `upload/…` */
  add(id: string, partial: string, { name, size, from }: Asked): void {
    const all = [...this.#asks.values()]
    if (all.filter(({ state }) => state === 'waiting').length >= mostWaiting || all.length >= mostAsks) {
      throw fail('unavailable', 'visit/too-many', 'Too many files wait already')
    }
    if (!Number.isSafeInteger(size) || size < 0) throw fail('input', 'visit/ask', 'A file has a name and a size')
    const unfinished = all.filter((one) => one.from === from && (one.state === 'waiting' || one.state === 'agreed'))
    checkBounds(this.#world.settings(), unfinished, size)
    this.#asks.set(id, { id, partial, name: safeName(name), size, from, state: 'waiting' })
    this.#world.changed()
  }

  /** An empty file has arrived with that. @throws FaultError `input` `visit/ask` */
  async answer(id: string, yes: boolean, downloads: () => Promise<string>): Promise<void> {
    const ask = this.#need(id)
    const folder = yes ? await downloads() : undefined
    if (ask.state !== 'waiting') throw fail('input', 'visit/ask', 'That was answered already')
    ask.state = yes ? 'agreed' : 'refused'
    if (folder !== undefined) {
      ask.folder = folder
      ask.incoming = this.#incoming(ask, folder, new PartialFile(folder, ask.partial))
      if (ask.size === 0) await ask.incoming.take(0, new Blob([]).stream())
    }
    this.#world.changed()
  }

  /** @throws FaultError `input` `visit/ask` */
  stateOf(id: string): VisitAsk['state'] {
    const { state, incoming } = this.#need(id)
    return incoming?.isComing === true ? 'coming' : state
  }

  /**
   * The file, which goes to its place when it is whole. Nothing that is there is written over.
   * @throws FaultError `visit/ask`, `visit/refused`, `upload/forgotten`, `upload/busy` while nobody has answered
   */
  file(id: string): TusFile {
    const { state, incoming } = this.#need(id)
    if (state === 'waiting') throw fail('unavailable', 'upload/busy', 'It waits for a yes')
    if (state === 'refused') throw fail('input', 'visit/refused', 'They do not want it')
    if (incoming === undefined) throw fail('input', 'upload/forgotten', 'It waited too long, and was forgotten')
    return { incoming, expires: incoming.movedAt + lastsMs(this.#world.settings()) }
  }

  /** Whoever sends it does not want to any more. */
  async giveUp(id: string): Promise<void> {
    const ask = this.#need(id)
    if (ask.state === 'done') return
    ask.state = 'failed'
    await this.#drop(ask)
    this.#world.changed()
  }

  /** Forgets what nobody goes on with. */
  async sweep(): Promise<void> {
    const { clock, settings } = this.#world
    for (const ask of this.#asks.values()) {
      if (ask.state !== 'agreed' || ask.incoming === undefined || ask.incoming.isComing) continue
      if (ask.incoming.movedAt + lastsMs(settings()) > clock.now()) continue
      await this.giveUp(ask.id)
    }
  }

  /** Takes no more; `drop` takes away what is not whole. */
  async end(drop: boolean): Promise<void> {
    const ended = fail('gone', 'upload/ended', 'The page is closed')
    await Promise.all([...this.#asks.values()].map(async (ask) => (drop ? this.#drop(ask) : ask.incoming?.stop(ended))))
  }

  async #drop(ask: Ask): Promise<void> {
    const { incoming } = ask
    delete ask.incoming
    await incoming?.drop(fail('gone', 'upload/ended', 'It was ended'))
  }

  #incoming(ask: Ask, folder: string, partial: PartialFile, movedAt?: number): Incoming {
    return new Incoming(
      {
        clock: this.#world.clock,
        size: ask.size,
        partial,
        folder,
        place: () => this.#place(ask, folder, partial),
        changed: () => this.#world.changed(),
      },
      movedAt,
    )
  }

  /** Under its own name, or with a number where that is taken. */
  async #place(ask: Ask, folder: string, partial: PartialFile): Promise<void> {
    const tree = new FileTree(folder)
    for (let tries = 1; ; tries++) {
      const name = await freeName(tree, [], ask.name)
      ask.path = `${folder}/${name}`
      // Before it is there: a run that ends in the middle leaves it where the next one looks for it.
      this.#world.changed()
      this.#world.record()
      try {
        await tree.settle(partial, [name])
        break
      } catch (error) {
        if (tries === mostTries || (await tree.look([name])) === undefined) throw error
      }
    }
    ask.state = 'done'
    this.#world.arrived(ask.path)
  }

  #need(id: string): Ask {
    const ask = this.#asks.get(id)
    if (ask === undefined) throw fail('input', 'visit/ask', 'Nobody asked for that')
    return ask
  }
}
