import { concat } from '../bytes.ts'
import type { Digester } from './digester.ts'
import { join, parents } from './merkle.ts'
import type { TreeHash } from './merkle.ts'
import { hashEach, sha256 } from './sha.ts'

/** Bytes under a leaf of a version 2 torrent, and the smallest piece (BEP 52). */
export const bt2LeafBytes: number = 16 * 1024

/** SHA-256 of two digests of 32 bytes. */
export const bt2Tree: TreeHash = { size: 32, node: sha256 }

export interface Bt2File {
  /** The `pieces root`: 32 bytes; undefined for an empty file, which has none. */
  readonly root: Uint8Array | undefined
  /** The digests of the pieces one after another; empty for a file of at most one piece. */
  readonly pieceLayer: Uint8Array
}

/** The digest of a full subtree of `height` levels over nothing: its leaves are zeros, not hashes of zeros. */
export function bt2Filler(height: number): Uint8Array {
  let filler: Uint8Array = new Uint8Array(bt2Tree.size)
  for (let level = 0; level < height; level++) filler = join(bt2Tree, filler, filler)
  return filler
}

/** The root of the digests that stand at `height` above the leaves, filled up to a power of two. */
export function bt2Root(digests: Uint8Array, height = 0): Uint8Array {
  let level = digests
  for (let at = height; level.length > bt2Tree.size; at++) level = parents(bt2Tree, level, bt2Filler(at))
  return level
}

/** How far pieces of `pieceLength` bytes (a power of two, at least 16 KiB) stand above the leaves. */
export function bt2Height(pieceLength: number): number {
  return Math.log2(pieceLength / bt2LeafBytes)
}

/** The digests of the leaves of `bytes`, which start at a multiple of 16 KiB of the file. */
export function bt2Leaves(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return hashEach('sha256', bytes, bt2LeafBytes)
}

/** The digest of a piece from its leaves; the last piece of a file with several is filled up to a whole one. */
export function bt2Piece(leaves: Uint8Array, pieceLength: number): Uint8Array {
  let level = leaves
  for (let at = 0; at < bt2Height(pieceLength); at++) level = parents(bt2Tree, level, bt2Filler(at))
  return level
}

/** One file; `pieceLength` only decides which level is kept. */
export function bt2Digester(pieceLength: number): Digester<Bt2File> {
  const leavesPerPiece = pieceLength / bt2LeafBytes
  const pieces: Uint8Array[] = []
  let leaves: Uint8Array[] = []
  const held = new Uint8Array(bt2LeafBytes)
  let heldLength = 0

  function close(bytes: Uint8Array): void {
    leaves.push(sha256(bytes))
    if (leaves.length < leavesPerPiece) return
    pieces.push(bt2Piece(concat(leaves), pieceLength))
    leaves = []
  }

  return {
    update(bytes) {
      for (let at = 0; at < bytes.length;) {
        const some = bytes.subarray(at, at + bt2LeafBytes - heldLength)
        at += some.length
        if (some.length === bt2LeafBytes) {
          close(some)
          continue
        }
        held.set(some, heldLength)
        heldLength += some.length
        if (heldLength < bt2LeafBytes) continue
        close(held)
        heldLength = 0
      }
    },
    digest() {
      if (heldLength > 0) close(held.subarray(0, heldLength))
      if (pieces.length === 0) {
        return { root: leaves.length > 0 ? bt2Root(concat(leaves)) : undefined, pieceLayer: new Uint8Array() }
      }
      if (leaves.length > 0) pieces.push(bt2Piece(concat(leaves), pieceLength))
      const pieceLayer = concat(pieces)
      const root = bt2Root(pieceLayer, bt2Height(pieceLength))
      return { root, pieceLayer: pieces.length > 1 ? pieceLayer : new Uint8Array() }
    },
  }
}
