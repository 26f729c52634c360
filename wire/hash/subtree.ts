/**
 * A long file is hashed in spans whose ends fall inside of blocks of its trees. What is known of a tree after one
 * span are the digests of the largest whole subtrees within it; joined in order they give the tree of the file. All of
 * this counts in units, the smallest blocks at which spans are cut.
 */
export interface SubtreeHash {
  /** Bytes of a digest. */
  readonly size: number
  /** Levels above a unit that are kept: what stands higher is computed from these. */
  readonly top: number
  /** The digest of a subtree of `height` levels over its units, which are fewer than 2 ** height at the end of a file. */
  over(units: Uint8Array, height: number): Uint8Array
  node(left: Uint8Array, right: Uint8Array): Uint8Array
  /** What a subtree of `height` levels becomes one level up when the file ends with it. */
  alone(digest: Uint8Array, height: number): Uint8Array
}

/** The heights of the largest subtrees within units [from, to), which may reach beyond the end of the file. */
function* heights(from: number, to: number, top: number, isEnd: boolean): Generator<number> {
  for (let at = from; at < to;) {
    let height = 0
    while (height < top && at % 2 ** (height + 1) === 0 && (isEnd || at + 2 ** (height + 1) <= to)) height++
    yield height
    at += 2 ** height
  }
}

/** How many digests `subtrees` gives for units [from, to). */
export function subtreeCount(top: number, from: number, to: number, isEnd: boolean): number {
  return [...heights(from, to, top, isEnd)].length
}

/** The digests of the largest subtrees within a span whose units begin at `from`, one after another. */
export function subtrees(hash: SubtreeHash, units: Uint8Array, from: number, isEnd: boolean): Uint8Array[] {
  const digests: Uint8Array[] = []
  let at = 0
  for (const height of heights(from, from + units.length / hash.size, hash.top, isEnd)) {
    const end = at + 2 ** height * hash.size
    digests.push(hash.over(units.subarray(at, end), height))
    at = end
  }
  return digests
}

export interface SpanOfUnits {
  readonly from: number
  readonly to: number
  /** What `subtrees` gave for it. */
  readonly digests: Uint8Array
}

/** The digests at the kept level, from those of all spans in order. */
export function joinSubtrees(hash: SubtreeHash, spans: readonly SpanOfUnits[]): Uint8Array[] {
  const { size, top } = hash
  const kept: Uint8Array[] = []
  /** Subtrees whose right siblings are still to come, the highest first. */
  const open: { digest: Uint8Array; height: number }[] = []

  function rise(digest: Uint8Array, height: number): void {
    let risen = digest
    let at = height
    while (at < top && open.at(-1)?.height === at) {
      risen = hash.node(open.pop()!.digest, risen)
      at++
    }
    if (at === top) kept.push(risen)
    else open.push({ digest: risen, height: at })
  }

  for (const [index, { from, to, digests }] of spans.entries()) {
    let at = 0
    for (const height of heights(from, to, top, index === spans.length - 1)) {
      rise(digests.subarray(at, at + size), height)
      at += size
    }
  }
  while (open.length > 0) {
    const { digest, height } = open.pop()!
    rise(hash.alone(digest, height), height + 1)
  }
  return kept
}
