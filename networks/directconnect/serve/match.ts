import { digestBy } from '@kith/core/content/content.ts'
import { bytesOf } from '@kith/core/content/digest.ts'
import type { Share } from '@kith/core/share/share.ts'
import { extensionsOf } from '../wire/extensions.ts'
import type { FoundItem } from '../wire/found.ts'
import type { Question } from '../wire/question.ts'
import type { Shelf } from './shelf.ts'

/** The answers to a question, at most `most`. */
export function matches(shelf: Shelf, question: Question, most: number, freeSlots: number): FoundItem[] {
  const { tth, words, without, kind, minimumSize, maximumSize } = question
  if (tth !== undefined) {
    const share = shelf.find(tth)
    return share === undefined ? [] : [itemOf(share, freeSlots)]
  }
  const lower = without.map((word) => word.toLowerCase())
  /** Words that must not occur may stand anywhere, within others too. */
  const fits = (path: readonly string[]): boolean => {
    const text = path.join('/').toLowerCase()
    return !lower.some((word) => text.includes(word))
  }
  // Some more are looked for, since some may not fit.
  const asked = without.length === 0 ? most : most * 4
  if (kind === 'folder') {
    if (words.length === 0) return []
    return shelf
      .searchFolders(words, asked)
      .filter(fits)
      .slice(0, most)
      .map((path) => ({ path, folder: true, size: undefined, freeSlots, tth: undefined }))
  }
  const extensions = kind === undefined ? question.extensions : [...question.extensions, ...extensionsOf[kind]]
  const query = {
    words,
    ...(extensions.length === 0 ? {} : { extensions }),
    ...(minimumSize === undefined ? {} : { minimumSize }),
    ...(maximumSize === undefined ? {} : { maximumSize }),
  }
  return shelf
    .search(query, asked)
    .filter(({ path }) => fits(path))
    .slice(0, most)
    .map((share) => itemOf(share, freeSlots))
}

function itemOf(share: Share, freeSlots: number): FoundItem {
  const tth = digestBy(share.content, 'tth')
  return {
    path: share.path,
    folder: false,
    size: share.content.size,
    freeSlots,
    tth: tth === undefined ? undefined : bytesOf(tth),
  }
}
