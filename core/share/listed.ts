import { mediumOf } from '../search/medium.ts'
import type { Query } from '../search/query.ts'
import type { Share, Shares } from './share.ts'

/** A fixed list as an index: for few files, and for tests. */
export function listedShares(all: readonly Share[] = []): Shares {
  return {
    list: () => all,
    find: (digest) => all.filter(({ content }) => content.digests.includes(digest)),
    search: (query, most) => all.filter((share) => matches(share, query)).slice(0, most),
    watch: () => ({ [Symbol.dispose]: () => {} }),
  }
}

function matches({ path, content }: Share, query: Query): boolean {
  const text = path.join('/').toLowerCase()
  const has = (part: string): boolean => text.includes(part.toLowerCase())
  return (
    query.words.every(has) &&
    (query.phrases ?? []).every(has) &&
    !(query.without ?? []).some(has) &&
    content.size >= (query.minimumSize ?? 0) &&
    content.size <= (query.maximumSize ?? Infinity) &&
    (query.medium === undefined || query.medium === mediumOf(path.at(-1) ?? '')) &&
    (query.digest === undefined || content.digests.includes(query.digest))
  )
}
