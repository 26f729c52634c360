import { join } from 'node:path'
import type {
  BrowsedQuery,
  BrowsedRow,
  BrowsedWindow,
  BrowseView,
  GetBrowsedRequest,
  GotBrowsed,
} from '@kith/api/browse.ts'
import type { Digest } from '@kith/core/content/digest.ts'
import { fail, FaultError } from '@kith/core/fault/fault.ts'
import type { Browse } from '@kith/core/network/facets.ts'
import type { NetworkId, Peer } from '@kith/core/peer/peer.ts'
import type { Wish } from '@kith/core/transfer/wish.ts'
import { safeName } from '@kith/wire/safe-path.ts'
import type { Handlers } from '../api/handlers.ts'
import type { Browses, Browsing } from '../browse/browses.ts'
import type { TreeFile, TreeFolder } from '../browse/tree.ts'
import type { Supervised } from '../supervisor.ts'
import type { Talk } from '../talk/talk.ts'
import type { Transfers } from '../transfers/transfers.ts'
import { faultView } from '../views/fault-view.ts'
import type { FoundWorld } from '../views/found-view.ts'
import { named } from './named.ts'
import { findNetwork } from './networks.ts'
import { addOptions } from './transfers.ts'

const defaultCount = 200
/** Each file is a transfer: more at once nobody oversees. */
const mostAtOnce = 10_000
const mostTold = 1_000

type Operations = Pick<Handlers, 'browse' | 'browses' | 'browsed' | 'browsedRows' | 'getBrowsed' | 'closeBrowse'>

export interface BrowseWorld {
  readonly found: FoundWorld
  readonly browses: Browses
  readonly networks: ReadonlyMap<string, Supervised>
  readonly talk: Talk
  readonly transfers: Transfers
  downloads(): string
  /** Makes the folder that the user named. */
  folder(path: string): Promise<string>
}

/** Looking at what people share, and fetching of it. */
export function browseOperations(world: BrowseWorld): Operations {
  const { browses, networks, talk } = world
  const facetOf = (id: string): Browse => {
    const { membership, network } = findNetwork(networks, id)
    if (membership === undefined) throw fail('unavailable', 'network/off', `${network.title} is not joined now`)
    if (membership.browse !== undefined) return membership.browse
    throw fail('input', 'browse/cannot', `On ${network.title} nobody shows what they share`)
  }
  return {
    browse({ body: { peer, network, again = false } }) {
      const who = peerOf(talk, peer, network)
      return browseView(browses.start(who, facetOf(who.network), again))
    },
    browses: () => browses.list().map(browseView),
    browsed: ({ params }) => browseView(browses.get(params.id)),
    browsedRows: ({ params, query }) => window(browses.get(params.id), query ?? {}, world.found),
    getBrowsed: ({ params, body }) => getAll(browses.get(params.id), body, world),
    closeBrowse: ({ params }) => browses.close(params.id),
  }
}

/** Somebody by the key that a network has for them, or by the name of whoever is there now. */
function peerOf(talk: Talk, text: string, network: string | undefined): Peer {
  const all = talk.everybody().filter(({ own, peer }) => !own && (network === undefined || peer.network === network))
  const exact = all.find(({ peer }) => peer.key === text)
  if (exact !== undefined) return exact.peer
  const isNamed = all.some(({ peer }) => peer.name.toLowerCase().startsWith(text.toLowerCase()))
  // Of who is in no room only the key is known; the network says whether they are there.
  if (!isNamed && network !== undefined) return { network: network as NetworkId, key: text, name: text }
  return named(all, text, ({ peer }) => [peer.key, peer.name], 'browse/nobody', 'person').peer
}

function browseView({ id, peer, state, tree, at, fault }: Browsing): BrowseView {
  return {
    id,
    network: peer.network,
    peer: peer.key,
    name: peer.name,
    state,
    files: tree.root.count,
    bytes: tree.root.bytes,
    full: tree.full,
    at,
    ...(fault === undefined ? {} : { fault: faultView(fault) }),
  }
}

interface Row {
  readonly path: string
  readonly folder?: TreeFolder
  readonly file?: TreeFile
  readonly name: string
  readonly size: number
}

function window({ tree }: Browsing, query: BrowsedQuery, world: FoundWorld): BrowsedWindow {
  const { path = '', filter = '', sort = 'name', descending = false, from = 0, count = defaultCount } = query
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean)
  const under = (name: string): string => (path === '' ? name : `${path}/${name}`)
  const rows: Row[] = []
  if (words.length === 0) {
    const { folders, files } = tree.folder(path)
    for (const folder of folders.values())
      rows.push({ path: under(folder.name), folder, name: folder.name, size: folder.bytes })
    for (const file of files) rows.push({ path: under(file.name), file, name: file.name, size: file.size })
  } else {
    const parent = path.slice(0, Math.max(0, path.lastIndexOf('/')))
    for (const [above, file] of tree.below(path)) {
      const whole = [...(parent === '' ? [] : [parent]), ...above, file.name].join('/')
      const lower = whole.toLowerCase()
      if (words.every((word) => lower.includes(word)))
        rows.push({ path: whole, file, name: file.name, size: file.size })
    }
  }
  const sign = descending ? -1 : 1
  const compare = collator.compare
  rows.sort(
    (a, b) =>
      Number(a.folder === undefined) - Number(b.folder === undefined) ||
      sign * (sort === 'size' ? a.size - b.size : 0) ||
      (sort === 'name' ? sign : 1) * compare(a.name, b.name),
  )
  const shown = rows.slice(from, from + count)
  const running = world.transfersOf(new Set(shown.flatMap(({ file }) => file?.digests ?? [])))
  return { total: rows.length, from, rows: shown.map((row) => rowView(row, running, world)) }
}

const collator = new Intl.Collator('en', { numeric: true })

function rowView(
  { path, folder, file, name, size }: Row,
  running: ReadonlyMap<Digest, { readonly id: string }>,
  world: FoundWorld,
): BrowsedRow {
  if (folder !== undefined) return { kind: 'folder', name, path, size, files: folder.count }
  const digests = file?.digests ?? []
  const transfer = digests.map((digest) => running.get(digest)).find((one) => one !== undefined)
  const own = world.owns(digests)
  return {
    kind: 'file',
    name,
    path,
    size,
    ...(transfer === undefined ? {} : { transfer: transfer.id }),
    ...(own ? { own } : {}),
  }
}

/** Makes a transfer of each file at or below the paths. @throws FaultError `input` `browse/no-path`, `browse/too-much` */
export async function getAll(
  { tree, peer }: Pick<Browsing, 'tree' | 'peer'>,
  request: GetBrowsedRequest,
  world: BrowseWorld,
): Promise<GotBrowsed> {
  const wanted = request.paths.flatMap((path) => {
    const files = [...tree.below(path)]
    return files.map(([above, file]) => ({ above: path === '' ? [peer.name, ...above] : above, file }))
  })
  if (wanted.length > mostAtOnce) {
    throw fail('input', 'browse/too-much', `These are ${wanted.length} files, and ${mostAtOnce} are fetched at once`, {
      hint: 'Choose folders inside.',
    })
  }
  const [first, ...others] = request.paths
  const label = request.label ?? (others.length === 0 && wanted.length > 1 ? labelOf(first!, peer) : undefined)
  const options = await addOptions({ ...request, label }, world.folder)
  const base = options.directory ?? (await world.folder(world.downloads()))
  const made = new Map<string, Promise<string>>()
  const ids: string[] = []
  let [added, duplicates, skipped] = [0, 0, 0]
  for (const { above, file } of wanted) {
    const wish = wishFor(file, peer, world)
    if (wish === undefined) {
      skipped++
      continue
    }
    const path = join(base, ...above.map(safeName))
    const directory = made.get(path) ?? world.folder(path)
    made.set(path, directory)
    const { entry, duplicate } = await world.transfers.add(wish, { ...options, directory: await directory })
    if (duplicate) duplicates++
    else added++
    if (ids.length < mostTold) ids.push(entry.record.id)
  }
  return { added, duplicates, skipped, transfers: ids }
}

/** So that the files of one folder are found again in the list. */
function labelOf(path: string, peer: Peer): string {
  return (path === '' ? peer.name : path.slice(path.lastIndexOf('/') + 1)).slice(0, 100)
}

function wishFor(file: TreeFile, peer: Peer, { networks, transfers }: BrowseWorld): Wish | undefined {
  const { name, size, digests } = file
  try {
    const link = file.link ?? networks.get(peer.network)?.network.link({ digests, name, size }, undefined)
    return link === undefined ? undefined : transfers.parseLink(link)
  } catch (error) {
    if (error instanceof FaultError) return undefined
    throw error
  }
}
