import { concat } from '../bytes.ts'
import type { Digester } from './digester.ts'
import { batchHeight, leafBytes, tigerSize } from './tiger.ts'
import type { TigerKernel } from './tiger.ts'

/** The finest level that is kept: a source sends 64 KiB before we can tell whether they are right. */
const finestBytes = 64 * 1024
/** Digests that are kept of one file; a larger file has coarser ones. 512 of them have 12 KiB. */
const maxLeaves = 512
/** Levels between the leaves of 1024 bytes and the finest that is kept. */
const levelsBelow = Math.log2(finestBytes / leafBytes)

/** What is kept of a Tiger tree (THEX): its root and one level of it. */
export interface TigerTree {
  /** 24 bytes; all that TTH names. */
  readonly root: Uint8Array
  /** Bytes under each digest of `leaves`: a power of two, at least 64 KiB. */
  readonly blockBytes: number
  /** 1 to 512 digests of 24 bytes, one after another. */
  readonly leaves: Uint8Array
}

/** The root over one level of a tree, at least one digest. A list of leaves that a peer sent is right if this is. */
export function tigerRoot(kernel: TigerKernel, level: Uint8Array): Uint8Array<ArrayBuffer> {
  let digests = level.slice()
  while (digests.length > tigerSize) digests = kernel.fold(digests, batchHeight)
  return digests
}

/** The root of the tree over all of `bytes`; so also the digest of an aligned block of a larger file. */
export function tth(kernel: TigerKernel, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const digester = tigerTreeDigester(kernel)
  digester.update(bytes)
  return digester.digest().root as Uint8Array<ArrayBuffer>
}

/** Bytes under each leaf that is kept of a file of `size` bytes: a power of two, at least 64 KiB. */
export function keptBlockBytes(size: number): number {
  let blockBytes = finestBytes
  while (size > blockBytes * maxLeaves) blockBytes *= 2
  return blockBytes
}

/** The tree over all bytes of a file that is in memory; the finest level is enough for it (32 MiB). */
export function treeOfWhole(kernel: TigerKernel, bytes: Uint8Array): TigerTree {
  const leaves = kernel.level(bytes, levelsBelow)
  return { root: tigerRoot(kernel, leaves), blockBytes: finestBytes, leaves }
}

/** The bytes under each of `count` leaves of a file of `size` bytes, or undefined when no level has so many. */
export function blockBytesOf(size: number, count: number): number | undefined {
  let blockBytes = leafBytes
  while (Math.max(1, Math.ceil(size / blockBytes)) > count) blockBytes *= 2
  return Math.max(1, Math.ceil(size / blockBytes)) === count ? blockBytes : undefined
}

/** A tree from a stream of any length, in bounded memory. */
export function tigerTreeDigester(kernel: TigerKernel): Digester<TigerTree> {
  const held = new Uint8Array(finestBytes)
  let heldLength = 0
  let blockBytes = finestBytes
  /** Digests of whole blocks of `blockBytes`. */
  const leaves = new Uint8Array(2 * maxLeaves * tigerSize)
  let count = 0
  /** Digests of 64 KiB that do not fill a block yet. */
  let fine: Uint8Array[] = []
  let fineCount = 0

  function take(bytes: Uint8Array): void {
    const digests = kernel.level(bytes, levelsBelow)
    for (let at = 0; at < digests.length;) {
      const missing = blockBytes / finestBytes - fineCount
      const some = digests.subarray(at, at + missing * tigerSize)
      at += some.length
      fine.push(some)
      fineCount += some.length / tigerSize
      if (some.length === missing * tigerSize) close()
    }
  }

  /** What is in `fine` becomes one leaf; when there are too many leaves, each pair becomes one. */
  function close(): void {
    leaves.set(tigerRoot(kernel, concat(fine)), count * tigerSize)
    count++
    fine = []
    fineCount = 0
    if (count === 2 * maxLeaves) coarsen()
  }

  function coarsen(): void {
    leaves.set(kernel.fold(leaves.subarray(0, count * tigerSize)))
    count = Math.ceil(count / 2)
    blockBytes *= 2
  }

  return {
    update(bytes) {
      let at = 0
      if (heldLength > 0) {
        at = Math.min(bytes.length, finestBytes - heldLength)
        held.set(bytes.subarray(0, at), heldLength)
        heldLength += at
        if (heldLength < finestBytes) return
        take(held)
        heldLength = 0
      }
      const whole = Math.floor((bytes.length - at) / finestBytes) * finestBytes
      if (whole > 0) take(bytes.subarray(at, at + whole))
      held.set(bytes.subarray(at + whole))
      heldLength = bytes.length - at - whole
    },
    digest() {
      if (heldLength > 0 || (count === 0 && fineCount === 0)) take(held.subarray(0, heldLength))
      if (fineCount > 0) close()
      while (count > maxLeaves) coarsen()
      const kept = leaves.slice(0, count * tigerSize)
      return { root: tigerRoot(kernel, kept), blockBytes, leaves: kept }
    },
  }
}
