import { digestBy } from '@kith/core/content/content.ts'
import { bytesOf, digestOf, hexOf } from '@kith/core/content/digest.ts'
import type { Share } from '@kith/core/share/share.ts'
import type { FoundItem } from '../wire/found.ts'
import type { Question } from '../wire/question.ts'
import { extensionsOf } from '../wire/extensions.ts'
import type { Folder, Shelf } from './shelf.ts'

/** The answers to a question, at most `most`. */
export function matches(shelf: Shelf, question: Question, most: number, freeSlots: number): FoundItem[] {
  if (question.tth !== undefined) {
    const share = shelf.find(hexOf(digestOf('tth', question.tth)))
    return share === undefined ? [] : [itemOf(share, freeSlots)]
  }
  const words = question.words.map((word) => word.toLowerCase())
  const without = question.without.map((word) => word.toLowerCase())
  const out: FoundItem[] = []
  look(shelf.root, [], words)
  return out

  /** `left` are the words that no folder above has. */
  function look(folder: Folder, path: readonly string[], left: readonly string[]): void {
    for (const [name, below] of folder.folders) {
      if (out.length >= most) return
      const lower = name.toLowerCase()
      if (without.some((word) => lower.includes(word))) continue
      const still = left.filter((word) => !lower.includes(word))
      const here = [...path, name]
      if (question.kind === 'folder' && words.length > 0 && still.length === 0) {
        out.push({ path: here, folder: true, size: undefined, freeSlots, tth: undefined })
        continue
      }
      look(below, here, still)
    }
    if (question.kind === 'folder') return
    for (const [name, share] of folder.files) {
      if (out.length >= most) return
      const lower = name.toLowerCase()
      if (left.every((word) => lower.includes(word)) && fits(share, lower)) out.push(itemOf(share, freeSlots))
    }
  }

  function fits(share: Share, name: string): boolean {
    const { size } = share.content
    const { minimumSize = 0, maximumSize = Infinity, extensions, kind } = question
    if (size < minimumSize || size > maximumSize || without.some((word) => name.includes(word))) return false
    const wanted = kind === undefined || kind === 'folder' ? extensions : [...extensions, ...extensionsOf[kind]]
    return wanted.length === 0 || wanted.includes(name.slice(name.lastIndexOf('.') + 1))
  }
}

function itemOf(share: Share, freeSlots: number): FoundItem {
  const tth = digestBy(share.content, 'tth')
  const path = share.path.length > 1 ? share.path : ['Shared', ...share.path]
  return {
    path,
    folder: false,
    size: share.content.size,
    freeSlots,
    tth: tth === undefined ? undefined : bytesOf(tth),
  }
}
