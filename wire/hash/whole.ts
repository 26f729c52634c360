import { concat } from '../bytes.ts'
import { aichBlockBytes, aichOf, aichPart } from './aich.ts'
import { bt2Leaves, bt2Piece, bt2Root, bt2Height, bt2LeafBytes, bt2Tree } from './bt2.ts'
import type { Bt2File } from './bt2.ts'
import { ed2kOf, partBytes } from './ed2k.ts'
import type { Kernels } from './kernels.ts'
import type { FileDigests } from './many.ts'
import { md4Size } from './md4.ts'
import { hashEach, sha1, sha256 } from './sha.ts'
import { keptBlockBytes, treeOfWhole } from './tiger-tree.ts'
import { tigerSize } from './tiger.ts'

/** Every digest by which a network may know a file of the library, with the levels of the trees that are kept. */
export type LibraryDigests = Omit<FileDigests, 'md5'>

/** The layer of version 2 torrents that the library keeps: what torrents of large files usually have. */
export const libraryPieceLength: number = 1024 * 1024

/** A file without a version 2 root: it is empty, or nobody wanted to know. */
export const noVersion2: Bt2File = { root: undefined, pieceLayer: new Uint8Array() }

/**
 * All digests of files shorter than an eDonkey part, from the bytes of each as one; several times cheaper than a stream.
 * Without `version2` there is no root for torrents of version 2.
 */
export function wholeDigests(
  kernels: Kernels,
  files: readonly Uint8Array[],
  version2: boolean = true,
): readonly LibraryDigests[] {
  const md4 = kernels.md4.digests(files)
  return files.map((bytes, index) => wholeOf(kernels, bytes, md4[index]!, version2))
}

function wholeOf(kernels: Kernels, bytes: Uint8Array, md4: Uint8Array, version2: boolean): LibraryDigests {
  if (bytes.length >= partBytes) throw new RangeError('a file of several parts')
  const whole = { sha1: sha1(bytes), sha256: sha256(bytes) }
  // Where a tree has one leaf, the digest of the whole is all of it.
  const blocks = bytes.length <= aichBlockBytes ? whole.sha1 : aichBlocks(bytes)
  return {
    ...whole,
    tth: treeOfWhole(kernels.tiger, bytes),
    ed2k: ed2kOf(kernels.md4, bytes.length, bytes.length === 0 ? new Uint8Array() : md4),
    aich: aichOf(1, (_, isLeft) => aichPart(blocks, isLeft)),
    btpr: bytes.length === 0 || !version2 ? noVersion2 : pieces(bytes, whole.sha256),
  }
}

/** The digests of a file shorter than an eDonkey part as one: a thread hands them over much cheaper so. */
export function packWhole({ sha1, sha256, tth, ed2k, aich, btpr }: LibraryDigests): Uint8Array<ArrayBuffer> {
  const version2 = btpr.root === undefined ? [] : [btpr.root, btpr.pieceLayer]
  return concat([sha1, sha256, ed2k.root, aich.root, tth.root, tth.leaves, ...version2])
}

/** The inverse of `packWhole`, for a file of `size` bytes. What it gives are parts of `bytes`. */
export function unpackWhole(size: number, bytes: Uint8Array): LibraryDigests {
  let at = 0
  const take = (length: number): Uint8Array => bytes.subarray(at, (at += length))
  const whole = { sha1: take(20), sha256: take(32) }
  const ed2k = take(md4Size)
  const aich = take(20)
  const blockBytes = keptBlockBytes(size)
  return {
    ...whole,
    ed2k: { root: ed2k, blue: ed2k, parts: new Uint8Array() },
    aich: { root: aich, parts: aich },
    tth: { root: take(tigerSize), blockBytes, leaves: take(Math.max(1, Math.ceil(size / blockBytes)) * tigerSize) },
    btpr: at === bytes.length ? noVersion2 : { root: take(bt2Tree.size), pieceLayer: bytes.subarray(at) },
  }
}

/** SHA-1 of every block of (what there is of) one part; no bytes are one empty block. */
export function aichBlocks(part: Uint8Array): Uint8Array<ArrayBuffer> {
  return part.length === 0 ? sha1(part) : hashEach('sha1', part, aichBlockBytes)
}

function pieces(bytes: Uint8Array, sha256: Uint8Array): Bt2File {
  const leaves = bytes.length <= bt2LeafBytes ? sha256 : bt2Leaves(bytes)
  if (bytes.length <= libraryPieceLength) return { root: bt2Root(leaves), pieceLayer: new Uint8Array() }
  const each = (libraryPieceLength / bt2LeafBytes) * bt2Tree.size
  const layer: Uint8Array[] = []
  for (let at = 0; at < leaves.length; at += each) {
    layer.push(bt2Piece(leaves.subarray(at, at + each), libraryPieceLength))
  }
  const pieceLayer = concat(layer)
  return { root: bt2Root(pieceLayer, bt2Height(libraryPieceLength)), pieceLayer }
}
