import type { Hit } from './hit.ts'
import { mediumOf } from './medium.ts'
import type { Plan, Query } from './query.ts'

/** The parts of a question that a network may be able to be asked, or not. */
export type QueryPart = keyof Query

/** Parts that were asked for and that the network is not told: we compare them ourselves. */
export function untold(query: Query, { native }: Plan): readonly QueryPart[] {
  return (Object.keys(query) as QueryPart[]).filter((part) => {
    const wanted = query[part]
    if (wanted === undefined || (Array.isArray(wanted) && wanted.length === 0)) return false
    return JSON.stringify(native[part]) !== JSON.stringify(wanted) && !isWithin(part, query, native)
  })
}

/** More words than were typed are asked where phrases are asked word by word. */
function isWithin(part: QueryPart, query: Query, native: Query): boolean {
  return part === 'words' && query.words.every((word) => native.words.includes(word))
}

/** Whether a hit is what a question asks for, as far as it can be seen from here. */
export function passes(query: Query, { content, path, folder = false }: Hit): boolean {
  const { words, phrases = [], without = [], medium, extensions, minimumSize, maximumSize, digest } = query
  const name = content.name ?? path?.at(-1) ?? ''
  const text = (path === undefined ? name : path.join('/')).toLowerCase()
  const has = (part: string): boolean => text.includes(part.toLowerCase())
  if (!words.every(has) || !phrases.every(has) || without.some(has)) return false
  if (medium !== undefined && (medium === 'folder') !== folder) return false
  if (medium !== undefined && medium !== 'folder' && mediumOf(name) !== medium) return false
  if (extensions !== undefined && !extensions.some((one) => name.toLowerCase().endsWith(`.${one}`))) return false
  if (digest !== undefined && !content.digests.includes(digest)) return false
  if (minimumSize === undefined && maximumSize === undefined) return true
  const { size } = content
  return size !== undefined && size >= (minimumSize ?? 0) && size <= (maximumSize ?? Infinity)
}

/**
 * What is checked of every hit, whatever the network was asked: sizes, endings and words that must not be there are
 * seen as well from here, and not every network keeps its word.
 */
export function seenFromHere(query: Query, { local }: Plan): Query {
  const { without, extensions, minimumSize, maximumSize } = query
  return {
    ...(without === undefined ? {} : { without }),
    ...(extensions === undefined ? {} : { extensions }),
    ...(minimumSize === undefined ? {} : { minimumSize }),
    ...(maximumSize === undefined ? {} : { maximumSize }),
    ...local,
  }
}
