import type { Search } from '@kith/core/network/facets.ts'
import type { Hit } from '@kith/core/search/hit.ts'
import { inbox } from '@kith/core/value/inbox.ts'
import type { Book } from '../book.ts'
import type { Lines } from '../lines.ts'
import { lookAt } from './browse.ts'

/** Devices do not search for others: what lies on the shelves of those that are paired is looked through here. */
export function search(lines: Lines, book: Book): Search {
  return {
    plan: (query) => ({ native: { words: [] }, local: query }),
    async *run(_plan, signal) {
      const hits = inbox<Hit>(signal)
      const shelves = book.friends.map(async (id) => {
        const name = book.get(id)?.name ?? id.slice(0, 8)
        for await (const { path, size, digests, link } of lookAt(lines, id, signal)) {
          hits.push({
            content: { digests, size, name: path.at(-1)! },
            peer: { network: 'neighbours', key: id, name },
            path,
            ...(link === undefined ? {} : { link }),
          })
        }
      })
      // A device that went away meanwhile has nothing for us.
      void Promise.allSettled(shelves).then(() => hits.end())
      yield* hits
    },
  }
}
