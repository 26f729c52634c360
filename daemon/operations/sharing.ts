import type { LinkView, SharedFile, SharedFolder as FolderView } from '@kith/api/sharing.ts'
import type { Digest } from '@kith/core/content/digest.ts'
import { fail } from '@kith/core/fault/fault.ts'
import type { NetworkId } from '@kith/core/peer/peer.ts'
import { formatHostPort } from '@kith/wire/host-port.ts'
import { parseEd2kLink } from '@kith/wire/ed2k-link.ts'
import { parseMagnet } from '@kith/wire/magnet.ts'
import type { Handlers } from '../api/handlers.ts'
import type { LibraryFile, SharedFolder } from '../library/folder.ts'
import { usuallyIgnored } from '../library/folder.ts'
import type { Library } from '../library/library.ts'
import type { Supervised } from '../supervisor.ts'
import { parseQuery } from '../library/query.ts'
import { faultView } from '../views/fault-view.ts'
import { contentLinks } from './content-links.ts'

/** Faults of a folder that are shown. */
const mostFaults = 20

type SharingOperations = Pick<
  Handlers,
  | 'sharedFolders'
  | 'shareFolder'
  | 'changeShared'
  | 'unshareFolder'
  | 'lookAgain'
  | 'sharedFiles'
  | 'sharedLinks'
  | 'hashing'
  | 'pauseHashing'
  | 'resumeHashing'
  | 'parseLink'
>

export interface SharingWorld {
  readonly library: Library
  readonly networks: ReadonlyMap<string, Supervised>
  /** By which torrents a file is known. */
  torrentsOf(path: string, size: number): readonly Digest[]
}

/** What can be done with shared folders. */
export function sharingOperations({ library, networks: known, torrentsOf }: SharingWorld): SharingOperations {
  const networksOf = (names: readonly string[]): readonly NetworkId[] => {
    const wrong = names.find((name) => !known.has(name))
    if (wrong !== undefined) throw fail('input', 'library/network', `There is no network “${wrong}”`)
    return names as readonly NetworkId[]
  }
  return {
    sharedFolders: () => library.folders.map((folder) => folderView(library, folder)),
    async shareFolder({ body: { path, name, audience = 'everyone', networks, ignore = usuallyIgnored } }) {
      const folder = await library.add({
        path,
        audience,
        ignore,
        ...(name === undefined ? {} : { name }),
        ...(networks === undefined ? {} : { networks: networksOf(networks) }),
      })
      return folderView(library, folder)
    },
    async changeShared({ params, body: { name, audience, networks, ignore } }) {
      const folder = await library.change(idOf(params.id), {
        ...(name === undefined ? {} : { name }),
        ...(audience === undefined ? {} : { audience }),
        ...(ignore === undefined ? {} : { ignore }),
        ...(networks === undefined ? {} : { networks: networks === null ? undefined : networksOf(networks) }),
      })
      return folderView(library, folder)
    },
    unshareFolder: ({ params }) => library.remove(idOf(params.id)),
    lookAgain: () => library.look(),
    sharedFiles({ query }) {
      const { q = '', folder, order = 'newest', from = 0, count = 100 } = query ?? {}
      const { total, files } = library.search(parseQuery(q), {
        from,
        count,
        order,
        offered: false,
        ...(folder === undefined ? {} : { folders: [folder] }),
      })
      return { total, from, rows: files.map((file) => fileView(library, file)) }
    },
    sharedLinks({ params }) {
      const file = library.file(idOf(params.id))
      if (file.digests === undefined) {
        throw fail('unavailable', 'library/unhashed', `${file.name} was not read yet`, { hint: 'Wait for its turn.' })
      }
      const { digests: kept } = library.catalogue
      const digests = [...kept.digests(file.digests), ...torrentsOf(library.pathOf(file), file.size)]
      const parts = kept.trees(file.digests, file.size)?.ed2k ?? new Uint8Array()
      return contentLinks(file.name, file.size, digests, parts)
    },
    hashing: () => library.progress,
    pauseHashing() {
      library.pause()
      return library.progress
    },
    resumeHashing() {
      library.resume()
      return library.progress
    },
    parseLink: ({ body }) => linkViewOf(body.link),
  }
}

function idOf(text: string): number {
  return /^\d{1,15}$/.test(text) ? Number(text) : -1
}

function folderView(library: Library, { id, name, path, audience, networks, ignore }: SharedFolder): FolderView {
  const { catalogue } = library
  const faults = catalogue.faultsOf(id)
  return {
    id,
    name,
    path,
    audience,
    ...(networks === undefined ? {} : { networks }),
    ignore,
    present: catalogue.isPresent(id),
    looking: catalogue.isScanning(id),
    ...catalogue.counts.of(id),
    skipped: catalogue.resultOf(id)?.skipped ?? 0,
    faults: [...catalogue.troubles(id, mostFaults), ...faults].slice(0, mostFaults).map(faultView),
  }
}

function fileView(library: Library, file: LibraryFile): SharedFile {
  const { id, folder, name, size, modified, state, absent, fault, digests } = file
  return {
    id,
    folder,
    name,
    path: library.pathOf(file),
    size,
    modifiedAt: modified,
    state: absent ? 'absent' : state,
    digests: digests === undefined ? [] : library.catalogue.digests.digests(digests),
    given: digests === undefined ? 0 : library.catalogue.digests.given(digests),
    ...(fault === undefined ? {} : { fault: faultView(fault) }),
  }
}

/** @throws FaultError `input` for what is no link, or none that is known */
function linkViewOf(link: string): LinkView {
  const list = (name: string, values: readonly string[]): LinkView['more'] => values.map((value) => ({ name, value }))
  if (/^\s*magnet:/i.test(link)) {
    const magnet = parseMagnet(link)
    return {
      kind: 'magnet',
      digests: magnet.digests,
      ...(magnet.name === undefined ? {} : { name: magnet.name }),
      ...(magnet.size === undefined ? {} : { size: magnet.size }),
      more: [
        ...list('tracker', magnet.trackers),
        ...list('web seed', magnet.webSeeds),
        ...list('exact source', magnet.exactSources),
        ...list('acceptable source', magnet.acceptableSources),
        ...list('peer', magnet.peers.map(formatHostPort)),
        ...list('keywords', magnet.keywords === undefined ? [] : [magnet.keywords]),
        ...list('manifest', magnet.manifests),
        ...magnet.others.map(([name, value]) => ({ name, value })),
      ],
    }
  }
  if (!/^\s*ed2k:/i.test(link)) {
    throw fail('input', 'link/unknown', 'This is neither a magnet link nor an eDonkey link')
  }
  const ed2k = parseEd2kLink(link)
  const kind = `ed2k ${ed2k.kind}`
  switch (ed2k.kind) {
    case 'file': {
      const { name, size, digests, parts, urls, sources } = ed2k
      const more = [
        ...(parts === undefined ? [] : list('part', parts.toHex().match(/.{32}/g) ?? [])),
        ...list('web', urls),
        ...list('source', sources.map(formatHostPort)),
      ]
      return { kind, name, size, digests, more }
    }
    case 'server':
      return { kind, digests: [], more: list('server', [formatHostPort(ed2k.server)]) }
    case 'serverlist':
    case 'nodeslist':
      return { kind, digests: [], more: list('address', [ed2k.url]) }
    case 'search':
      return { kind, digests: [], more: list('words', [ed2k.words]) }
  }
}
