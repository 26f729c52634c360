import { concat } from '../bytes.ts'
import { aichOf, aichPart } from './aich.ts'
import { bt2Filler, bt2Height, bt2LeafBytes, bt2Leaves, bt2Root, bt2Tree } from './bt2.ts'
import { ed2kOf, partBytes } from './ed2k.ts'
import type { Kernels } from './kernels.ts'
import { md4Size } from './md4.ts'
import { join, parents } from './merkle.ts'
import type { SpanOfUnits, SubtreeHash } from './subtree.ts'
import { joinSubtrees, subtreeCount, subtrees } from './subtree.ts'
import { keptBlockBytes, tigerRoot } from './tiger-tree.ts'
import { leafBytes, tigerSize } from './tiger.ts'
import type { LibraryDigests } from './whole.ts'
import { aichBlocks, libraryPieceLength, noVersion2 } from './whole.ts'

/** MD4 is fastest over four messages side by side. */
const partsPerSpan = 4
/**
 * Bytes of the spans in which a long file is hashed, each on its own: four eDonkey parts. They are a multiple of
 * 16 KiB, the unit in which the trees are cut.
 */
export const spanBytes: number = partsPerSpan * partBytes
const unitBytes: number = bt2LeafBytes
const sha1Size = 20

/** What is kept of one span until the file is complete; digests one after another. */
export interface Span {
  /** MD4 of each part. */
  readonly ed2k: Uint8Array
  /** Both kinds of each part, first the left ones: which it is shows at the end. */
  readonly aichLeft: Uint8Array
  readonly aichRight: Uint8Array
  readonly tiger: Uint8Array
  /** Empty when nobody wanted to know. */
  readonly bt2: Uint8Array
}

export function spanCount(size: number): number {
  return Math.ceil(size / spanBytes)
}

export type SpanHash = (size: number, index: number, read: (into: Uint8Array, position: number) => void) => Span

/**
 * Hashes span `index` of a file of `size` bytes. `read` fills what it is given with the bytes at a position of the
 * file; it is called in order. Takes 39 MB in the room of the kernels' memory, which serve for all spans. Without
 * `version2` there is no root for torrents of version 2.
 */
export function spanHash(kernels: Kernels, version2: boolean = true): SpanHash {
  return (size, index, read) => {
    const start = index * spanBytes
    const bytes = kernels.memory.room(spanBytes).subarray(0, Math.min(size - start, spanBytes))
    const parts: Uint8Array[] = []
    const left: Uint8Array[] = []
    const right: Uint8Array[] = []
    for (let at = 0; at < bytes.length; at += partBytes) {
      const part = bytes.subarray(at, at + partBytes)
      parts.push(part)
      read(part, start + at)
      const blocks = aichBlocks(part)
      left.push(aichPart(blocks, true))
      right.push(aichPart(blocks, false))
    }
    const isEnd = start + bytes.length === size
    const from = start / unitBytes
    const tiger = kernels.tiger.level(bytes, Math.log2(unitBytes / leafBytes))
    return {
      ed2k: concat(kernels.md4.digests(parts)),
      aichLeft: concat(left),
      aichRight: concat(right),
      tiger: concat(subtrees(tigerHash(kernels, size), tiger, from, isEnd)),
      bt2: version2 ? concat(subtrees(bt2Hash, bt2Leaves(bytes), from, isEnd)) : new Uint8Array(),
    }
  }
}

/** The digests of a file that is at least one part long, from all of its spans and the two that have no tree. */
export function joinSpans(
  kernels: Kernels,
  size: number,
  spans: readonly Span[],
  whole: Pick<LibraryDigests, 'sha1' | 'sha256'>,
): LibraryDigests {
  const units = (of: 'tiger' | 'bt2'): SpanOfUnits[] =>
    spans.map((span, index) => ({
      from: (index * spanBytes) / unitBytes,
      to: Math.ceil(Math.min(size, (index + 1) * spanBytes) / unitBytes),
      digests: span[of],
    }))
  const aich = spans.map(({ aichLeft, aichRight }) => [aichRight, aichLeft] as const)
  const leaves = concat(joinSubtrees(tigerHash(kernels, size), units('tiger')))
  const version2 = spans.every(({ bt2 }) => bt2.length > 0)
  const pieceLayer = version2 ? concat(joinSubtrees(bt2Hash, units('bt2'))) : new Uint8Array()
  return {
    ...whole,
    tth: { root: tigerRoot(kernels.tiger, leaves), blockBytes: keptBlockBytes(size), leaves },
    ed2k: ed2kOf(kernels.md4, size, concat(spans.map(({ ed2k }) => ed2k))),
    aich: aichOf(Math.ceil(size / partBytes), (index, isLeft) => {
      const at = (index % partsPerSpan) * sha1Size
      return aich[Math.floor(index / partsPerSpan)]![Number(isLeft)]!.slice(at, at + sha1Size)
    }),
    btpr: version2 ? { root: bt2Root(pieceLayer, bt2Height(libraryPieceLength)), pieceLayer } : noVersion2,
  }
}

function tigerHash({ tiger }: Kernels, size: number): SubtreeHash {
  return {
    size: tigerSize,
    top: Math.log2(keptBlockBytes(size) / unitBytes),
    over: (units) => tigerRoot(tiger, units),
    node: (left, right) => tiger.fold(concat([left, right])),
    alone: (digest) => digest,
  }
}

const bt2Hash: SubtreeHash = {
  size: bt2Tree.size,
  top: bt2Height(libraryPieceLength),
  over(units, height) {
    let level = units
    for (let at = 0; at < height; at++) level = parents(bt2Tree, level, bt2Filler(at))
    return level
  },
  node: (left, right) => join(bt2Tree, left, right),
  alone: (digest, height) => join(bt2Tree, digest, bt2Filler(height)),
}

/** Bytes of the digests in a span, in the order of its fields, as one: what is kept over a restart. */
export function packSpan({ ed2k, aichLeft, aichRight, tiger, bt2 }: Span): Uint8Array<ArrayBuffer> {
  return concat([ed2k, aichLeft, aichRight, tiger, bt2])
}

/** The inverse of `packSpan`; undefined for what cannot be that span of a file of this size. */
export function unpackSpan(size: number, index: number, bytes: Uint8Array): Span | undefined {
  const start = index * spanBytes
  const end = Math.min(size, start + spanBytes)
  const parts = Math.ceil((end - start) / partBytes)
  const ed2k = parts * md4Size
  const aich = parts * sha1Size
  const nodes = (top: number): number => subtreeCount(top, start / unitBytes, Math.ceil(end / unitBytes), end === size)
  const tiger = nodes(Math.log2(keptBlockBytes(size) / unitBytes)) * tigerSize
  const bt2 = nodes(bt2Hash.top) * bt2Tree.size
  if (parts <= 0 || bytes.length !== ed2k + 2 * aich + tiger + bt2) return undefined
  let at = 0
  const take = (length: number): Uint8Array => bytes.slice(at, (at += length))
  return { ed2k: take(ed2k), aichLeft: take(aich), aichRight: take(aich), tiger: take(tiger), bt2: take(bt2) }
}
