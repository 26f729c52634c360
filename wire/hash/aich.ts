import { concat } from '../bytes.ts'
import type { Digester } from './digester.ts'
import { partBytes } from './ed2k.ts'
import { sha1, shaDigester } from './sha.ts'

/** Bytes under a leaf; the last of a part has 140 KiB. */
export const aichBlockBytes: number = 180 * 1024
const sha1Size = 20

/**
 * Advanced Intelligent Corruption Handling, eMule's tree of SHA-1. A range of more than one unit (a part, within
 * a part a block) is split in two at a unit; with an odd number of units the middle one goes to the left child in a
 * left branch and to the right child in a right one. The root is a left branch.
 */
export interface Aich {
  /** 20 bytes. */
  readonly root: Uint8Array
  /** Digests of the parts one after another; for a file of one part that is the root. */
  readonly parts: Uint8Array
}

/** The root over units `[from, to)`, each of whose digests depends on the branch that it hangs on. */
function branch(
  from: number,
  to: number,
  isLeft: boolean,
  unit: (index: number, isLeft: boolean) => Uint8Array,
): Uint8Array {
  const count = to - from
  if (count === 1) return unit(from, isLeft)
  const middle = from + Math.floor((isLeft ? count + 1 : count) / 2)
  return sha1(concat([branch(from, middle, true, unit), branch(middle, to, false, unit)]))
}

/** The digest of one part from those of its blocks (20 bytes each), for the branch that it hangs on. */
export function aichPart(blocks: Uint8Array, isLeft: boolean): Uint8Array {
  return branch(0, blocks.length / sha1Size, isLeft, (index) =>
    blocks.subarray(index * sha1Size, (index + 1) * sha1Size),
  )
}

/** The tree over parts; `part` is asked once for each, for the branch that it turned out to hang on. */
export function aichOf(count: number, part: (index: number, isLeft: boolean) => Uint8Array): Aich {
  const parts: Uint8Array[] = []
  const root = branch(0, count, true, (index, isLeft) => (parts[index] = part(index, isLeft)))
  return { root, parts: concat(parts) }
}

export function aichDigester(): Digester<Aich> {
  /** Each finished part as both kinds of branch: which one it is shows at the end. */
  const parts: { readonly left: Uint8Array; readonly right: Uint8Array }[] = []
  let blocks: Uint8Array[] = []
  let inPart = 0
  let blockLength = 0
  let hash = shaDigester('sha1')

  function closeBlock(digest: Uint8Array): void {
    blocks.push(digest)
    blockLength = 0
  }

  function closePart(): void {
    const all = concat(blocks)
    parts.push({ left: aichPart(all, true), right: aichPart(all, false) })
    blocks = []
    inPart = 0
  }

  return {
    update(bytes) {
      for (let at = 0; at < bytes.length;) {
        // What is left of the block: the last one of a part ends with it.
        const due = Math.min(aichBlockBytes - blockLength, partBytes - inPart)
        const some = bytes.subarray(at, at + due)
        at += some.length
        inPart += some.length
        if (blockLength === 0 && some.length === due) {
          closeBlock(sha1(some))
        } else {
          if (blockLength === 0) hash = shaDigester('sha1')
          hash.update(some)
          blockLength += some.length
          if (some.length === due) closeBlock(hash.digest())
        }
        if (inPart === partBytes) closePart()
      }
    },
    digest() {
      if (blockLength > 0) closeBlock(hash.digest())
      if (parts.length === 0 && blocks.length === 0) closeBlock(sha1(new Uint8Array()))
      if (blocks.length > 0) closePart()
      return aichOf(parts.length, (index, isLeft) => (isLeft ? parts[index]!.left : parts[index]!.right))
    },
  }
}
