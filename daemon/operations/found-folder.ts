import type { Fault } from '@kith/core/fault/fault.ts'
import { fail, faultOf } from '@kith/core/fault/fault.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Hit } from '@kith/core/search/hit.ts'
import type { Handlers } from '../api/handlers.ts'
import { FileTree } from '../browse/tree.ts'
import type { Finder } from '../find/finder.ts'
import type { BrowseWorld } from './browse.ts'
import { getAll } from './browse.ts'

/** Somebody who does not show within this time what is in a folder is left for the next one. */
const patienceMs = 60_000
/** People who are asked in turn. */
const mostPeople = 5

export interface FoundFolderWorld extends BrowseWorld {
  readonly clock: Clock
  readonly finder: Finder
}

/** Fetching a folder that a search found, from the first of its people who shows what is in it. */
export function foundFolderOperations(world: FoundFolderWorld): Pick<Handlers, 'getFoundFolder'> {
  return {
    async getFoundFolder({ params, body }) {
      const group = world.finder.get(params.id).group(Number(params.row))
      if (group === undefined) throw fail('input', 'find/no-row', `That search has no row ${params.row.slice(0, 20)}`)
      if (!group.folder) throw fail('input', 'find/no-folder', `${group.name} is no folder`)
      const people = group.hits.toSorted((one, other) => (other.slots ?? 0) - (one.slots ?? 0))
      let fault: Fault | undefined
      for (const hit of people.slice(0, mostPeople)) {
        try {
          const tree = await treeOf(hit, world)
          if (tree.root.count === 0) continue
          return await getAll({ tree, peer: hit.peer }, { ...body, paths: [(hit.path ?? []).join('/')] }, world)
        } catch (error) {
          fault ??= faultOf(error, 'look into a folder')
        }
      }
      throw fail('unavailable', 'find/folder-closed', `Nobody shows what is in ${group.name}`, {
        ...(fault === undefined ? {} : { cause: fault }),
        hint: 'Browse who has it, or try again later.',
      })
    },
  }
}

/** What is in a folder of somebody, below its whole path. */
async function treeOf({ peer, path = [] }: Hit, { networks, clock }: FoundFolderWorld): Promise<FileTree> {
  const tree = new FileTree()
  const browse = networks.get(peer.network)?.membership?.browse
  if (browse === undefined || path.length === 0) return tree
  const stop = new AbortController()
  using _timer = clock.after(patienceMs, () =>
    stop.abort(fail('unavailable', 'browse/no-answer', `${peer.name} does not answer`)),
  )
  for await (const entry of browse.browse(peer, stop.signal, path)) if (!tree.add(entry)) break
  return tree
}
