import { digestOf } from '@kith/core/content/digest.ts'
import type { Search } from '@kith/core/network/facets.ts'
import type { Peer } from '@kith/core/peer/peer.ts'
import type { Hit } from '@kith/core/search/hit.ts'
import { inbox } from '@kith/core/value/inbox.ts'
import type { Book } from '../book.ts'
import { type Lines, wholeOf } from '../lines.ts'
import { formatKithLink } from '../wire/links.ts'
import { decodeFound, encodeWords } from '../wire/listing.ts'
import { MOST_LIST_BYTES } from '../wire/messages.ts'
import { lookAt } from './browse.ts'

/**
 * Devices that are paired are asked for words in what they share; what lies on their shelves is looked through here, and
 * so is the rest of the query.
 */
export function search(lines: Lines, book: Book, nameOf: (id: string) => string): Search {
  return {
    plan: (query) => ({ native: query, local: query }),
    async *run({ native }, signal) {
      const hits = inbox<Hit>(signal)
      const peerOf = (key: string): Peer => ({ network: 'neighbours', key, name: nameOf(key) })
      const shelf = async (key: string): Promise<void> => {
        for await (const { path, size, digests, link } of lookAt(lines, key, signal)) {
          const content = { digests, size, name: path.at(-1)! }
          hits.push({ content, peer: peerOf(key), path, ...(link === undefined ? {} : { link }) })
        }
      }
      const shares = async (key: string): Promise<void> => {
        const question = { method: 'POST', target: '/find', body: encodeWords(native), signal } as const
        for (const { path, size, tth, id } of decodeFound(
          await wholeOf(await lines.ask(key, question), MOST_LIST_BYTES),
        )) {
          const content = { digests: [digestOf('kith', id), digestOf('tth', tth)], size, name: path.at(-1)! }
          const link = formatKithLink(content, { from: [key] })
          hits.push({ content, peer: peerOf(key), path, ...(link === undefined ? {} : { link }) })
        }
      }
      // A device that went away meanwhile has nothing for us.
      void Promise.allSettled(book.friends.flatMap((key) => [shelf(key), shares(key)])).then(() => hits.end())
      yield* hits
    },
  }
}
