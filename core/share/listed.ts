import { mediumOf } from '../search/medium.ts'
import type { Query } from '../search/query.ts'
import type { Share, ShareFolder, Shares, Viewer } from './share.ts'

/** A fixed list as an index: for few files, and for tests. */
export function listedShares(all: readonly Share[] = []): Shares {
  const seen = (viewer: Viewer): readonly Share[] => all.filter((share) => isSeen(share, viewer))
  return {
    total: (viewer) => ({
      files: seen(viewer).length,
      bytes: seen(viewer).reduce((sum, { content }) => sum + content.size, 0),
    }),
    list: seen,
    folder: (path, viewer) => folderOf(seen(viewer), path),
    find: (digest, viewer) => seen(viewer).filter(({ content }) => content.digests.includes(digest)),
    search: (query, most, viewer) =>
      seen(viewer)
        .filter((share) => matches(share, query))
        .slice(0, most),
    searchFolders(words, most, viewer) {
      const found = new Map<string, readonly string[]>()
      for (const { path } of seen(viewer)) {
        const folder = path.slice(0, -1)
        const end = folder.findIndex((_, index) => hasAll(folder.slice(0, index + 1).join('/'), words))
        if (end >= 0) found.set(folder.slice(0, end + 1).join('/'), folder.slice(0, end + 1))
      }
      return [...found.values()].slice(0, most)
    },
    watch: () => ({ [Symbol.dispose]: () => {} }),
  }
}

/** Whether somebody may see what is offered like this. */
export function isSeen(
  { audience, networks }: Pick<Share, 'audience' | 'networks'>,
  { network, audiences }: Viewer,
): boolean {
  return audiences.includes(audience) && (networks === undefined || networks.includes(network))
}

function folderOf(all: readonly Share[], above: readonly string[]): ShareFolder | undefined {
  const inside = all.filter(
    ({ path }) => above.every((name, index) => path[index] === name) && path.length > above.length,
  )
  if (inside.length === 0 && above.length > 0) return undefined
  const folders = inside.flatMap(({ path }) => (path.length > above.length + 1 ? [path[above.length]!] : []))
  return { folders: [...new Set(folders)], files: inside.filter(({ path }) => path.length === above.length + 1) }
}

function hasAll(text: string, words: readonly string[]): boolean {
  const lower = text.toLowerCase()
  return words.every((word) => lower.includes(word.toLowerCase()))
}

function matches({ path, content }: Share, query: Query): boolean {
  const { words, phrases = [], without = [], extensions, medium, digest } = query
  const text = path.join('/')
  const name = path.at(-1) ?? ''
  return (
    hasAll(text, [...words, ...phrases]) &&
    !without.some((part) => hasAll(text, [part])) &&
    content.size >= (query.minimumSize ?? 0) &&
    content.size <= (query.maximumSize ?? Infinity) &&
    (extensions === undefined || extensions.some((one) => name.toLowerCase().endsWith(`.${one}`))) &&
    (medium === undefined || medium === mediumOf(name)) &&
    (digest === undefined || content.digests.includes(digest))
  )
}
