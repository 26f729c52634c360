import type { SearchView } from '@kith/api/find.ts'
import type { AddResponse } from '@kith/api/transfer-changes.ts'
import type { Content } from '@kith/core/content/content.ts'
import type { Digest } from '@kith/core/content/digest.ts'
import { algorithmOf } from '@kith/core/content/digest.ts'
import { fail, FaultError } from '@kith/core/fault/fault.ts'
import type { Group } from '@kith/core/search/group.ts'
import type { Handlers } from '../api/handlers.ts'
import type { Finder } from '../find/finder.ts'
import type { Question } from '../find/question.ts'
import { questionOf } from '../find/question.ts'
import type { OneSearch } from '../find/search.ts'
import type { Watches } from '../find/watches.ts'
import { wishOf } from '../find/wish.ts'
import type { Library } from '../library/library.ts'
import type { Supervised } from '../supervisor.ts'
import type { Entry } from '../transfers/entry.ts'
import type { Transfers } from '../transfers/transfers.ts'
import type { FoundWorld } from '../views/found-view.ts'
import { foundWindow, holderViews, searchView } from '../views/found-view.ts'
import { findNetwork } from './networks.ts'
import { addOptions } from './transfers.ts'

/** Answers come within seconds; who stays longer looks at what comes late. */
const usualSeconds = 120
/** Rows of our own library: who looks for more of those looks into the library. */
const mostOwn = 500
/** By these the library finds a file at once. */
const indexed = new Set(['tth', 'sha1', 'ed2k'])

type Operations = Pick<
  Handlers,
  | 'startSearch'
  | 'searches'
  | 'found'
  | 'stopSearch'
  | 'removeSearch'
  | 'watchSearch'
  | 'unwatchSearch'
  | 'holders'
  | 'getFound'
>

export interface FindWorld {
  readonly finder: Finder
  readonly watches: Watches
  readonly networks: ReadonlyMap<string, Supervised>
  readonly transfers: Transfers
  readonly found: FoundWorld
  /** Makes the folder that the user named. */
  folder(path: string): Promise<string>
  view(entry: Entry): AddResponse['transfer']
}

/** What of that which others have is here already, or comes. */
export function foundWorld(
  library: Library,
  transfers: Transfers,
  watches: Watches,
  view: FindWorld['view'],
): FoundWorld {
  return {
    watchOf: (search) => watches.of(search),
    owns: (digests) => owns(library, digests),
    transfersOf(digests) {
      const running = new Map<Digest, { id: string; progress: number }>()
      for (const entry of transfers) {
        for (const digest of entry.record.digests) {
          if (!digests.has(digest)) continue
          const { id, progress } = view(entry)
          running.set(digest, { id, progress })
        }
      }
      return running
    },
  }
}

/** Searching, and fetching what was found. */
export function findOperations(world: FindWorld): Operations {
  const { finder, watches, networks, transfers, found } = world
  const view = (search: OneSearch): SearchView => searchView(search, watches.of(search))
  const groupOf = (id: string, row: string): Group => {
    const group = finder.get(id).group(Number(row))
    if (group !== undefined) return group
    throw fail('input', 'find/no-row', `That search has no row ${row.slice(0, 20)}`)
  }
  return {
    startSearch({ body }) {
      for (const id of body.networks ?? []) if (id !== 'library') findNetwork(networks, id)
      return view(finder.start(questionOf(body), (body.seconds ?? usualSeconds) * 1_000))
    },
    searches: () => finder.list().map(view),
    found({ params, query }) {
      const search = finder.get(params.id)
      const window = foundWindow(search, query ?? {}, found)
      watches.seen(search)
      return window
    },
    stopSearch({ params }) {
      const search = finder.get(params.id)
      search.stop()
      return view(search)
    },
    removeSearch({ params }) {
      watches.release(finder.get(params.id))
      finder.remove(params.id)
    },
    watchSearch({ params }) {
      const search = finder.get(params.id)
      watches.keep(search)
      return view(search)
    },
    unwatchSearch: ({ params }) => watches.release(finder.get(params.id)),
    holders: ({ params }) => holderViews(groupOf(params.id, params.row)),
    async getFound({ params, body }) {
      const wish = wishOf(groupOf(params.id, params.row), {
        networks: [...networks.values()].map(({ network }) => network),
        parseLink: (link) => transfers.parseLink(link),
      })
      const { entry, duplicate } = await transfers.add(wish, await addOptions(body, world.folder))
      return { transfer: world.view(entry), duplicate }
    },
  }
}

/** What our library has of what is looked for; files that were not read yet are known by name and size only. */
export function ownContents(library: Library, { library: query }: Question): readonly Content[] {
  const { files } = library.search(query, { from: 0, count: mostOwn, offered: false, counted: false })
  return files
    .filter(({ absent }) => !absent)
    .map(({ name, size, digests }) => ({
      name,
      size,
      digests: digests === undefined ? [] : library.catalogue.digests.digests(digests),
    }))
}

function owns(library: Library, digests: readonly Digest[]): boolean {
  const digest = digests.find((one) => indexed.has(algorithmOf(one)))
  if (digest === undefined) return false
  try {
    const query = { words: [], phrases: [], without: [], digest }
    const { files } = library.search(query, { from: 0, count: 1, offered: false, counted: false })
    return files.some(({ absent }) => !absent)
  } catch (error) {
    // A library that is made anew does not know.
    if (error instanceof FaultError) return false
    throw error
  }
}
