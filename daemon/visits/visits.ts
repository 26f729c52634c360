import type { VisitRequest, VisitView } from '@kith/api/visits.ts'
import { fail } from '@kith/core/fault/fault.ts'
import type { Clock, Random } from '@kith/core/network/clock.ts'
import type { Http, HttpListener } from '@kith/core/network/http.ts'
import type { Handlers } from '../api/handlers.ts'
import { Guesses } from '../guesses.ts'
import type { Disk } from '../host/disk/disk.ts'
import { FileTree } from '../host/files/tree.ts'
import { isLoopback, localNetwork } from '../host/net/address.ts'
import { ownAddresses } from '../host/net/own.ts'
import { answerVisit } from './answer.ts'
import { Visit, type Offered } from './visit.ts'

const usualSeconds = 3_600
const mostVisits = 20
/** Files of a folder that a page lists; more is nothing for a phone. */
const mostFiles = 2_000

export interface VisitsWorld {
  readonly clock: Clock
  readonly random: Random
  readonly http: Http
  readonly device: string
  readonly disk: Disk
  /** Lets LocalSend devices fetch a file or folder with a PIN. @throws FaultError where that is not spoken */
  lend(path: string, pin: string): Promise<Disposable>
  /** The folder where what arrives is put; made when it is not there. */
  downloads(): Promise<string>
  tell(type: string, id: string, data: Readonly<Record<string, unknown>>): void
}

/** Pages for people without the app. There is a listener only while there is a page. */
export class Visits implements AsyncDisposable {
  readonly #world: VisitsWorld
  readonly #visits = new Map<string, { readonly visit: Visit; readonly end: Disposable }>()
  readonly #own
  #listener: Promise<HttpListener> | undefined

  constructor(world: VisitsWorld) {
    this.#world = world
    this.#own = ownAddresses(world.clock)
  }

  get operations(): Pick<Handlers, 'visits' | 'openVisit' | 'answerVisit' | 'endVisit'> {
    return {
      visits: () => Promise.all([...this.#visits.values()].map(({ visit }) => this.#view(visit))),
      openVisit: ({ body }) => this.#open(body),
      answerVisit: ({ params, body }) => this.#need(params.id).answer(params.ask, body.yes),
      endVisit: ({ params }) => this.#end(this.#need(params.id).id),
    }
  }

  async #open({ path, pin, seconds = usualSeconds, localsend = false }: VisitRequest): Promise<VisitView> {
    const { clock, random, disk } = this.#world
    if (this.#visits.size >= mostVisits) throw fail('unavailable', 'visit/too-many', 'There are too many pages already')
    const offered = path === undefined ? undefined : await offer(disk, path)
    if (localsend && (path === undefined || pin === undefined)) {
      throw fail('input', 'visit/localsend', 'For LocalSend something has to be offered with a PIN', {
        hint: 'kith send FILE --page --localsend --pin 4711',
      })
    }
    const lent = localsend ? await this.#world.lend(path!, pin!) : undefined
    const id = random.bytes(4).toHex()
    const token = random.bytes(16).toBase64({ alphabet: 'base64url', omitPadding: true })
    const visit = new Visit({ id, token, pin, until: clock.now() + seconds * 1000, offered, lent })
    const end = clock.after(seconds * 1000, () => void this.#end(id))
    this.#visits.set(id, { visit, end })
    try {
      return await this.#view(visit)
    } catch (error) {
      await this.#end(id)
      throw error
    }
  }

  /**
   * Plain HTTP: a phone shows a warning for a certificate that nobody vouches for, and people learn to pass over it. So
   * only our own network is answered, by an address that nobody guesses.
   */
  #listen(): Promise<HttpListener> {
    const { clock, random, http, device, downloads, tell } = this.#world
    const isLocal = localNetwork()
    const guesses = new Guesses(() => clock.now(), 'visit/too-often')
    const world = {
      device,
      random,
      guesses,
      downloads,
      find: (token: string) =>
        [...this.#visits.values()].find(({ visit }) => visit.token === token && !visit.isOver)?.visit,
      told: (visit: Visit, type: string, name: string) => tell(`visit/${type}`, visit.id, { name }),
    }
    return http.listen({ port: 0, bodies: true }, async (question) =>
      isLocal(question.remote.host) ? answerVisit(world, question) : { status: 403 },
    )
  }

  async #view(visit: Visit): Promise<VisitView> {
    this.#listener ??= this.#listen()
    const { port } = (await this.#listener).local
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
    ending?.end[Symbol.dispose]()
    ending?.visit.lent?.[Symbol.dispose]()
    this.#visits.delete(id)
    if (this.#visits.size > 0) return
    const listener = this.#listener
    this.#listener = undefined
    await (await listener)?.[Symbol.asyncDispose]()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const id of this.#visits.keys()) await this.#end(id)
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
