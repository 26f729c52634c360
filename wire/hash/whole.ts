import { concat } from '../bytes.ts'
import { aichBlockBytes, aichOf, aichPart } from './aich.ts'
import { bt2Leaves, bt2Piece, bt2Root, bt2Height, bt2LeafBytes, bt2Tree } from './bt2.ts'
import type { Bt2File } from './bt2.ts'
import { ed2kOf, partBytes } from './ed2k.ts'
import type { Kernels } from './kernels.ts'
import type { FileDigests } from './many.ts'
import { hashEach, sha1, sha256 } from './sha.ts'
import { treeOfLeaves } from './tiger-tree.ts'

/** Every digest by which a network may know a file of the library, with the levels of the trees that are kept. */
export type LibraryDigests = Omit<FileDigests, 'md5'>

/** The layer of version 2 torrents that the library keeps: what torrents of large files usually have. */
export const libraryPieceLength: number = 1024 * 1024

/**
 * All digests of files shorter than an eDonkey part, from the bytes of each as one; several times cheaper than a stream.
 */
export function wholeDigests(kernels: Kernels, files: readonly Uint8Array[]): readonly LibraryDigests[] {
  const md4 = kernels.md4.digests(files)
  return files.map((bytes, index) => wholeOf(kernels, bytes, md4[index]!))
}

function wholeOf(kernels: Kernels, bytes: Uint8Array, md4: Uint8Array): LibraryDigests {
  if (bytes.length >= partBytes) throw new RangeError('a file of several parts')
  const whole = { sha1: sha1(bytes), sha256: sha256(bytes) }
  // Where a tree has one leaf, the digest of the whole is all of it.
  const blocks = bytes.length <= aichBlockBytes ? whole.sha1 : aichBlocks(bytes)
  const leaves = bytes.length <= bt2LeafBytes ? whole.sha256 : bt2Leaves(bytes)
  return {
    ...whole,
    tth: treeOfLeaves(kernels.tiger, kernels.tiger.leaves(bytes)),
    ed2k: ed2kOf(kernels.md4, bytes.length, bytes.length === 0 ? new Uint8Array() : md4),
    aich: aichOf(1, (_, isLeft) => aichPart(blocks, isLeft)),
    btpr: bytes.length === 0 ? { root: undefined, pieceLayer: new Uint8Array() } : pieces(bytes.length, leaves),
  }
}

/** SHA-1 of every block of (what there is of) one part; no bytes are one empty block. */
export function aichBlocks(part: Uint8Array): Uint8Array<ArrayBuffer> {
  return part.length === 0 ? sha1(part) : hashEach('sha1', part, aichBlockBytes)
}

function pieces(size: number, leaves: Uint8Array): Bt2File {
  if (size <= libraryPieceLength) return { root: bt2Root(leaves), pieceLayer: new Uint8Array() }
  const each = (libraryPieceLength / bt2LeafBytes) * bt2Tree.size
  const layer: Uint8Array[] = []
  for (let at = 0; at < leaves.length; at += each) {
    layer.push(bt2Piece(leaves.subarray(at, at + each), libraryPieceLength))
  }
  const pieceLayer = concat(layer)
  return { root: bt2Root(pieceLayer, bt2Height(libraryPieceLength)), pieceLayer }
}
