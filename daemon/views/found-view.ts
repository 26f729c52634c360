import type { FoundQuery, FoundRow, FoundSort, FoundWindow, HolderView, SearchView } from '@kith/api/find.ts'
import type { Digest } from '@kith/core/content/digest.ts'
import type { Group } from '@kith/core/search/group.ts'
import { mediumOf } from '@kith/core/search/medium.ts'
import type { OneSearch } from '../find/search.ts'
import { faultView } from './fault-view.ts'

const defaultCount = 100

export interface FoundWorld {
  /** Whether the search is asked again and again. */
  watchOf(search: OneSearch): SearchView['watch']
  /** Whether our library has it. */
  owns(digests: readonly Digest[]): boolean
  /** Transfers of any of these contents, by their digests. */
  transfersOf(digests: ReadonlySet<Digest>): ReadonlyMap<Digest, { readonly id: string; readonly progress: number }>
}

export function searchView(search: OneSearch, watch: SearchView['watch']): SearchView {
  const { id, question, state, startedAt, endsAt, rows, full, asked } = search
  return {
    id,
    query: question.text,
    state,
    startedAt,
    endsAt,
    rows,
    full,
    ...(watch === undefined ? {} : { watch }),
    networks: [...asked].map(([network, { state: how, hits, comparedHere, fault }]) => ({
      id: network,
      state: how,
      hits,
      comparedHere,
      ignored: network === 'library' ? [] : question.ignored,
      ...(fault === undefined ? {} : { fault: faultView(fault) }),
    })),
  }
}

/** The rows of a search that somebody looks at, and how many there are of each kind in all of it. */
export function foundWindow(search: OneSearch, query: FoundQuery, world: FoundWorld): FoundWindow {
  const media: Record<string, number> = {}
  const networks: Record<string, number> = {}
  const words = (query.filter ?? '').toLowerCase().split(/\s+/).filter(Boolean)
  const matching: Group[] = []
  for (const group of search.groups()) {
    const name = group.name.toLowerCase()
    if (!words.every((word) => name.includes(word)) || (query.free === true && group.free === 0)) continue
    const medium = mediumWord(group)
    const places = placesOf(group)
    const isMedium = query.medium === undefined || query.medium === medium
    const isThere = query.network === undefined || places.includes(query.network)
    // A count says what would be left if one chose that instead.
    if (isThere) media[medium] = (media[medium] ?? 0) + 1
    if (isMedium) for (const place of places) networks[place] = (networks[place] ?? 0) + 1
    if (isMedium && isThere) matching.push(group)
  }
  const { sort = 'people', from = 0, count = defaultCount } = query
  const sign = (query.descending ?? (sort !== 'name' && sort !== 'found')) ? -1 : 1
  matching.sort((a, b) => sign * compare(a, b, sort) || a.number - b.number)
  const shown = matching.slice(from, from + count)
  const running = world.transfersOf(new Set(shown.flatMap(({ digests }) => digests)))
  const rows = shown.map((group) => rowView(group, running, world))
  return { search: searchView(search, world.watchOf(search)), total: matching.length, from, rows, media, networks }
}

export function holderViews({ hits }: Group): readonly HolderView[] {
  return hits.map(({ peer, path = [], slots }) => ({
    network: peer.network,
    peer: peer.key,
    name: peer.name,
    ...(peer.client === undefined ? {} : { client: peer.client }),
    path,
    ...(slots === undefined ? {} : { slots }),
  }))
}

function rowView(group: Group, running: ReturnType<FoundWorld['transfersOf']>, world: FoundWorld): FoundRow {
  const { number, name, size, digests, sources, free, own } = group
  const transfer = digests.map((digest) => running.get(digest)).find((one) => one !== undefined)
  return {
    row: number,
    name,
    ...(size === undefined ? {} : { size }),
    medium: mediumWord(group),
    digests,
    networks: placesOf(group),
    people: sources,
    free,
    own: own !== undefined || world.owns(digests),
    ...(transfer === undefined ? {} : { transfer: transfer.id, progress: transfer.progress }),
  }
}

function placesOf({ networks, own }: Group): readonly string[] {
  return own === undefined ? networks : ['library', ...networks]
}

function mediumWord({ name, folder }: Group): string {
  return folder ? 'folder' : (mediumOf(name) ?? 'unknown')
}

function compare(a: Group, b: Group, by: FoundSort): number {
  switch (by) {
    case 'name':
      return a.name.localeCompare(b.name)
    case 'size':
      return (a.size ?? -1) - (b.size ?? -1)
    case 'people':
      return a.sources - b.sources
    case 'free':
      return a.free - b.free || a.sources - b.sources
    case 'found':
      return a.number - b.number
  }
}
