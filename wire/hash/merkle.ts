import { concat, equal } from '../bytes.ts'

/** How a binary hash tree joins two digests of `size` bytes. */
export interface TreeHash {
  readonly size: number
  /** The node over two digests, one after the other. */
  node(both: Uint8Array): Uint8Array
}

/**
 * One level of a tree: `digests` one after another. Where their number is odd, the one left over goes up as it is,
 * or is joined with `filler`, the digest of a subtree over nothing at this height (BEP 52).
 */
export function parents(tree: TreeHash, digests: Uint8Array, filler?: Uint8Array): Uint8Array<ArrayBuffer> {
  const { size } = tree
  const pairs = Math.floor(digests.length / (2 * size))
  const odd = digests.subarray(pairs * 2 * size)
  const up = new Uint8Array(pairs * size + odd.length)
  for (let pair = 0; pair < pairs; pair++) {
    up.set(tree.node(digests.subarray(pair * 2 * size, (pair + 1) * 2 * size)), pair * size)
  }
  if (odd.length > 0) up.set(filler === undefined ? odd : join(tree, odd, filler), pairs * size)
  return up
}

/** The node over two digests. */
export function join(tree: TreeHash, left: Uint8Array, right: Uint8Array): Uint8Array {
  return tree.node(concat([left, right]))
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
    digest = at % 2 === 0 ? join(tree, digest, sibling) : join(tree, sibling, digest)
  }
  return used === proof.length && equal(digest, root)
}
