import type { Publication, PublishRequest } from '@kith/api/publications.ts'
import type { Fault } from '@kith/core/fault/fault.ts'
import { fail, faultOf } from '@kith/core/fault/fault.ts'
import type { Layout } from '@kith/core/transfer/layout.ts'
import type { Wish } from '@kith/core/transfer/wish.ts'
import type { Random } from '@kith/core/network/clock.ts'
import type { PublishOptions } from '@kith/core/network/facets.ts'
import type { Handlers } from '../api/handlers.ts'
import type { Disk } from '../host/disk/disk.ts'
import type { Walked } from '../host/disk/walk.ts'
import type { Supervised } from '../supervisor.ts'
import type { Transfers } from '../transfers/transfers.ts'
import { faultView } from '../views/fault-view.ts'

/** Publications of this run that are remembered. */
const mostKept = 1_000

interface Kept {
  readonly id: string
  readonly path: string
  bytes: number
  size: number
  link?: string
  fileName?: string
  document?: Uint8Array
  transfer?: string
  fault?: Fault
}

export interface PublicationWorld {
  readonly random: Random
  readonly disk: Disk
  readonly transfers: Transfers
  readonly networks: ReadonlyMap<string, Supervised>
  /** Ends everything when the daemon does. */
  readonly signal: AbortSignal
  tell(type: string, id: string, data: Readonly<Record<string, unknown>>): void
}

/** Torrents and the like made of files on our own disk. */
export class Publications {
  readonly #world: PublicationWorld
  readonly #kept = new Map<string, Kept>()

  constructor(world: PublicationWorld) {
    this.#world = world
  }

  get operations(): Pick<Handlers, 'publish' | 'publications' | 'publication' | 'publishedDocument'> {
    return {
      publish: ({ body }) => this.begin(body),
      publications: () => [...this.#kept.values()].map(view),
      publication: ({ params }) => view(this.#find(params.id)),
      publishedDocument: ({ params }) => {
        const { document } = this.#find(params.id)
        if (document === undefined) throw fail('unavailable', 'publication/not-ready', 'It is not ready yet')
        return document
      },
    }
  }

  /** What is being read now. */
  get reading(): readonly string[] {
    const all = [...this.#kept.values()]
    return all.filter((one) => one.document === undefined && one.fault === undefined).map(({ path }) => path)
  }

  /** Hashes and gives a file or folder; `ready` is told the wish once that is done, and may fail it.
   * @throws FaultError when it cannot even begin */
  async begin(body: PublishRequest, ready?: (wish: Wish, layout: Layout) => Promise<void>): Promise<Publication> {
    const kept: Kept = { id: this.#world.random.bytes(4).toHex(), path: body.path, bytes: 0, size: 0 }
    if (this.#kept.size >= mostKept) this.#kept.delete(this.#kept.keys().next().value!)
    const network = this.#network(body.network)
    const walked = await this.#world.disk.walk(body.path, this.#world.signal)
    if (walked.layout.size === 0) throw fail('input', 'publish/empty', `There are no bytes in ${body.path}`)
    kept.size = walked.layout.size
    this.#kept.set(kept.id, kept)
    const options: PublishOptions = {
      progress: (bytes) => (kept.bytes = bytes),
      ...(body.gateways === undefined ? {} : { gateways: body.gateways }),
      ...(body.webSeeds === undefined ? {} : { webSeeds: body.webSeeds }),
      ...(body.private === undefined ? {} : { private: body.private }),
      ...(body.comment === undefined ? {} : { comment: body.comment }),
      ...(body.pieceLength === undefined ? {} : { leaf: body.pieceLength }),
    }
    void this.#work(kept, network, walked, options, body.give ?? true, ready)
    return view(kept)
  }

  #find(id: string): Kept {
    const kept = this.#kept.get(id)
    if (kept === undefined) throw fail('input', 'publication/unknown', `There is no publication “${id}”`)
    return kept
  }

  #network(id: string | undefined): Supervised {
    for (const supervised of this.#world.networks.values()) {
      if (supervised.membership?.publish === undefined) continue
      if (id === undefined || supervised.network.id === id) return supervised
    }
    throw fail(
      'unavailable',
      'publish/no-network',
      id === undefined ? 'No network that is on can publish' : `“${id}” is not on, or cannot publish`,
    )
  }

  async #work(
    kept: Kept,
    network: Supervised,
    walked: Walked,
    options: PublishOptions,
    give: boolean,
    ready: ((wish: Wish, layout: Layout) => Promise<void>) | undefined,
  ): Promise<void> {
    const { disk, transfers, signal, tell } = this.#world
    try {
      const { layout, dir } = walked
      await using storage = disk.open({ layout, dir, parts: `${dir}/.kith-parts` })
      const publish = network.membership!.publish!
      const body = {
        layout,
        digests: (...args: Parameters<typeof storage.digests>) => storage.digests(...args),
      }
      const made = await publish.publish(body, options, signal)
      if (give) {
        const had = [{ start: 0, end: made.size }]
        const { entry } = await transfers.add(made.wish, { directory: dir, had, paused: false })
        kept.transfer = entry.record.id
      }
      await ready?.(made.wish, layout)
      kept.document = made.document
      kept.fileName = made.fileName
      kept.link = made.link
      kept.bytes = kept.size
      tell('publication/ready', kept.id, { path: kept.path })
    } catch (error) {
      kept.fault = faultOf(error, 'make the document')
    }
  }
}

function view(kept: Kept): Publication {
  const { id, path, bytes, size, link, fileName, transfer, fault } = kept
  return {
    id,
    path,
    bytes,
    size,
    state: fault !== undefined ? 'failed' : kept.document !== undefined ? 'ready' : 'hashing',
    ...(link === undefined ? {} : { link }),
    ...(fileName === undefined ? {} : { fileName }),
    ...(transfer === undefined ? {} : { transfer }),
    ...(fault === undefined ? {} : { fault: faultView(fault) }),
  }
}
