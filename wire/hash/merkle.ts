import { concat, equal } from '../bytes.ts'

/** How a binary hash tree joins two digests of `size` bytes. */
export interface TreeHash {
  readonly size: number
  node(left: Uint8Array, right: Uint8Array): Uint8Array
}

/**
 * One level of a tree: `digests` one after another. Where their number is odd, the one left over goes up as it is,
 * or is joined with `filler`, the digest of a subtree over nothing at this height (BEP 52).
 */
export function parents(tree: TreeHash, digests: Uint8Array, filler?: Uint8Array): Uint8Array<ArrayBuffer> {
  const { size } = tree
  const up: Uint8Array[] = []
  for (let at = 0; at < digests.length; at += 2 * size) {
    const left = digests.subarray(at, at + size)
    const right = at + size < digests.length ? digests.subarray(at + size, at + 2 * size) : filler
    up.push(right === undefined ? left : tree.node(left, right))
  }
  return concat(up)
}

/** Every level from `leaves` (at least one) to the root. */
export function layers(tree: TreeHash, leaves: Uint8Array): readonly Uint8Array[] {
  const all: Uint8Array[] = [leaves]
  while (all.at(-1)!.length > tree.size) all.push(parents(tree, all.at(-1)!))
  return all
}

export function merkleRoot(tree: TreeHash, leaves: Uint8Array): Uint8Array {
  return layers(tree, leaves).at(-1)!
}

/** The siblings on the way from leaf `index` up; where there is none (an odd one went up as it is) nothing is given. */
export function proofOf(tree: TreeHash, levels: readonly Uint8Array[], index: number): readonly Uint8Array[] {
  const siblings: Uint8Array[] = []
  let at = index
  for (const level of levels.slice(0, -1)) {
    const sibling = level.subarray((at ^ 1) * tree.size, ((at ^ 1) + 1) * tree.size)
    if (sibling.length > 0) siblings.push(sibling)
    at >>= 1
  }
  return siblings
}

/** Whether `leaf` is number `index` of the `count` leaves under `root`. A proof of the wrong length is not one. */
export function proves(
  tree: TreeHash,
  root: Uint8Array,
  leaf: Uint8Array,
  index: number,
  count: number,
  proof: readonly Uint8Array[],
): boolean {
  if (!(index >= 0 && index < count)) return false
  let digest = leaf
  let used = 0
  for (let at = index, width = count; width > 1; at >>= 1, width = Math.ceil(width / 2)) {
    if ((at ^ 1) >= width) continue
    const sibling = proof[used++]
    if (sibling?.length !== tree.size) return false
    digest = at % 2 === 0 ? tree.node(digest, sibling) : tree.node(sibling, digest)
  }
  return used === proof.length && equal(digest, root)
}
