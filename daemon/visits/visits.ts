import type { VisitRequest, VisitView } from '@kith/api/visits.ts'
import { fail, FaultError } from '@kith/core/fault/fault.ts'
import { type Clock, every, type Random } from '@kith/core/network/clock.ts'
import type { Keep } from '@kith/core/network/host.ts'
import type { Http, HttpAnswer, HttpListener, HttpQuestion } from '@kith/core/network/http.ts'
import type { Handlers } from '../api/handlers.ts'
import type { UploadSettings } from '../config/settings.ts'
import { Guesses } from '../guesses.ts'
import type { Disk } from '../host/disk/disk.ts'
import { FileTree } from '../host/files/tree.ts'
import type { Log } from '@kith/core/network/log.ts'
import { isLoopback, localNetwork } from '../host/net/address.ts'
import { ownAddresses } from '../host/net/own.ts'
import { answerVisit } from './answer.ts'
import type { AsksWorld } from './asks.ts'
import { keepPort, keepVisit, keepVisits, portIn, type VisitRecord, visitsIn } from './records.ts'
import { Visit, type Offered } from './visit.ts'

const usualSeconds = 3_600
const mostVisits = 20
/** Files of a folder that a page lists; more is nothing for a phone. */
const mostFiles = 2_000
const lookMs = 60_000

export interface VisitsWorld {
  readonly clock: Clock
  readonly random: Random
  readonly http: Http
  readonly log: Log
  readonly keep: Keep
  /** Puts on the disk what is to be kept. */
  record(): void
  readonly settings: () => UploadSettings
  readonly device: string
  readonly disk: Disk
  /** Lets LocalSend devices fetch a file or folder with a PIN. @throws FaultError where that is not spoken */
  lend(path: string, pin: string): Promise<Disposable>
  /** The folder where what arrives is put; made when it is not there. */
  downloads(): Promise<string>
  tell(type: string, id: string, data: Readonly<Record<string, unknown>>): void
}

/** Pages for people without the app, which outlast a restart. There is a listener only while there is a page. */
export class Visits implements AsyncDisposable {
  readonly #world: VisitsWorld
  readonly #visits = new Map<string, { readonly visit: Visit; readonly end: Disposable }>()
  readonly #own
  #listener: Promise<HttpListener> | undefined
  #look: Disposable | undefined
  #looking: Promise<void> = Promise.resolve()

  constructor(world: VisitsWorld) {
    this.#world = world
    this.#own = ownAddresses(world.clock)
  }

  get operations(): Pick<Handlers, 'visits' | 'openVisit' | 'answerVisit' | 'endVisit'> {
    return {
      visits: () => Promise.all([...this.#visits.values()].map(({ visit }) => this.#view(visit))),
      openVisit: ({ body }) => this.#open(body),
      answerVisit: ({ params, body }) => this.#need(params.id).asks.answer(params.ask, body.yes, this.#world.downloads),
      endVisit: ({ params }) => this.#end(this.#need(params.id).id),
    }
  }

  /** Opens again what a run before left open. */
  async start(): Promise<void> {
    const { clock, keep } = this.#world
    for (const record of visitsIn(keep)) {
      try {
        await this.#add(record)
        this.#save(record.id)
      } catch (error) {
        // What was offered is gone, or nobody lends it any more.
        if (!(error instanceof FaultError)) throw error
        keepVisit(keep, record.id, undefined)
      }
    }
    keepVisits(keep, this.#visits.keys())
    if (this.#visits.size > 0) await this.#listening()
    this.#look = every(clock, lookMs, () => {
      this.#looking = this.#looking.then(() => this.#sweep())
    })
  }

  async #open({ path, pin, seconds = usualSeconds, localsend = false }: VisitRequest): Promise<VisitView> {
    const { clock, random } = this.#world
    if (this.#visits.size >= mostVisits) throw fail('unavailable', 'visit/too-many', 'There are too many pages already')
    if (localsend && (path === undefined || pin === undefined)) {
      throw fail('input', 'visit/localsend', 'For LocalSend something has to be offered with a PIN', {
        hint: 'kith send FILE --page --localsend --pin 4711',
      })
    }
    const id = random.bytes(4).toHex()
    const visit = await this.#add({
      id,
      token: random.bytes(16).toBase64({ alphabet: 'base64url', omitPadding: true }),
      pin,
      until: clock.now() + seconds * 1000,
      offered: path,
      localsend,
      wrong: 0,
      sessions: [],
      asks: [],
    })
    try {
      const view = await this.#view(visit)
      keepVisits(this.#world.keep, this.#visits.keys())
      this.#save(id)
      return view
    } catch (error) {
      await this.#end(id)
      throw error
    }
  }

  async #add({ asks, ...record }: VisitRecord): Promise<Visit> {
    const { clock, disk, settings, tell } = this.#world
    const { id, offered, until, pin, localsend } = record
    const given = offered === undefined ? undefined : await offer(disk, offered)
    const lent = localsend ? await this.#world.lend(offered!, pin!) : undefined
    const world: AsksWorld = {
      clock,
      settings,
      changed: () => this.#save(id),
      record: () => this.#world.record(),
      arrived: (path) => tell('visit/arrived', id, { name: path }),
    }
    const visit = new Visit({ record, offered: given, lent, world })
    await visit.asks.restore(asks)
    const end = clock.after(Math.max(0, until - clock.now()), () => void this.#end(id))
    this.#visits.set(id, { visit, end })
    return visit
  }

  #save(id: string): void {
    const one = this.#visits.get(id)
    if (one !== undefined) keepVisit(this.#world.keep, id, one.visit.record)
  }

  async #sweep(): Promise<void> {
    try {
      for (const { visit } of this.#visits.values()) await visit.asks.sweep()
    } catch (error) {
      this.#world.log.warn('what came of a file could not be taken away', { error: String(error) })
    }
  }

  /**
   * Plain HTTP: a phone shows a warning for a certificate that nobody vouches for, and people learn to pass over it. So
   * only our own network is answered, by an address that nobody guesses.
   */
  async #listen(): Promise<HttpListener> {
    const { clock, random, http, keep, device, tell } = this.#world
    const isLocal = localNetwork()
    const guesses = new Guesses(() => clock.now(), 'visit/too-often')
    const world = {
      device,
      random,
      guesses,
      find: (token: string) =>
        [...this.#visits.values()].find(({ visit }) => visit.token === token && !visit.isOver)?.visit,
      asked: (visit: Visit, name: string) => tell('visit/asked', visit.id, { name }),
    }
    const answer = (question: HttpQuestion): HttpAnswer | Promise<HttpAnswer> =>
      isLocal(question.remote.host) ? answerVisit(world, question) : { status: 403 }
    // The port of before, so that links and what browsers remember of them stay good.
    const port = portIn(keep)
    const listener = await http
      .listen({ port, bodies: true }, answer)
      .catch(() => http.listen({ port: 0, bodies: true }, answer))
    keepPort(keep, listener.local.port)
    return listener
  }

  #listening(): Promise<HttpListener> {
    return (this.#listener ??= this.#listen())
  }

  async #view(visit: Visit): Promise<VisitView> {
    const { port } = (await this.#listening()).local
    const isLocal = localNetwork()
    const hosts = this.#own
      .attached()
      .map(({ host }) => host)
      .filter((host) => isLocal(host) && !/^fe[89ab]/i.test(host))
      // The machine itself comes last; IPv4 first, for it is shorter to type.
      .toSorted((a, b) => weight(a) - weight(b))
    return visit.view(hosts.map((host) => `http://${host.includes(':') ? `[${host}]` : host}:${port}/${visit.token}`))
  }

  #need(id: string): Visit {
    const found = this.#visits.get(id)
    if (found === undefined) throw fail('input', 'visit/unknown', 'There is no such page, or no more')
    return found.visit
  }

  async #end(id: string): Promise<void> {
    const ending = this.#visits.get(id)
    this.#visits.delete(id)
    keepVisit(this.#world.keep, id, undefined)
    keepVisits(this.#world.keep, this.#visits.keys())
    ending?.end[Symbol.dispose]()
    const left = ending?.visit.end(true)
    // Whoever sees that it is over finds nobody there any more.
    const closed = this.#visits.size === 0 ? this.#close() : undefined
    try {
      await left
    } catch (error) {
      this.#world.log.warn('what came of a file could not be taken away', { error: String(error) })
    }
    await closed
  }

  async #close(): Promise<void> {
    const listener = this.#listener
    this.#listener = undefined
    await (await listener)?.[Symbol.asyncDispose]()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#look?.[Symbol.dispose]()
    for (const { end } of this.#visits.values()) end[Symbol.dispose]()
    await this.#looking
    await Promise.all([...this.#visits.values()].map(({ visit }) => visit.end(false)))
    await this.#close()
  }
}

function weight(host: string): number {
  return isLoopback(host) ? 2 : host.includes(':') ? 1 : 0
}

async function offer(disk: Disk, path: string): Promise<Offered> {
  const { dir, layout } = await disk.walk(path)
  if (layout.files.length > mostFiles) {
    throw fail('input', 'visit/too-many', `A page shows at most ${mostFiles} files`, {
      hint: 'Offer a smaller folder.',
    })
  }
  const files = layout.files.map((file) => ({ path: file.path, size: file.size }))
  return { name: layout.name, files, tree: new FileTree(layout.single ? dir : `${dir}/${layout.name}`) }
}
