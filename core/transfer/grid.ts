import type { Check, Proof } from './proof.ts'
import { leafCount } from './proof.ts'

/**
 * The bytes of a transfer cut into cells: the intersections of all leaves of all proofs. A cell lies inside one leaf
 * of every network's hash tree, so a block inside a cell is one request on every network, and it is called had when
 * the finest leaf that covers it was right.
 *
 * With one proof over everything, which is every version 1 torrent, a cell is a leaf and finding one is a division.
 */
export interface Grid {
  readonly size: number
  /** How many cells there are. */
  readonly count: number
  start(cell: number): number
  end(cell: number): number
  cellAt(offset: number): number
  /** What proves a cell, or undefined where nothing does: such bytes cannot be fetched yet. */
  check(cell: number): Check | undefined
}

export function grid(size: number, proofs: readonly Proof[]): Grid {
  const only = proofs.length === 1 ? proofs[0]! : undefined
  if (only !== undefined && only.start === 0 && only.end === size) return uniform(only)
  return woven(size, proofs)
}

function checkOf(proof: Proof, leaf: number): Check {
  const start = proof.start + leaf * proof.leaf
  return {
    start,
    end: Math.min(start + proof.leaf, proof.end),
    algorithm: proof.algorithm,
    expected: proof.expected.subarray(leaf * proof.digestSize, (leaf + 1) * proof.digestSize),
  }
}

function uniform(proof: Proof): Grid {
  const { leaf, end: size } = proof
  return {
    size,
    count: leafCount(proof),
    start: (cell) => cell * leaf,
    end: (cell) => Math.min((cell + 1) * leaf, size),
    cellAt: (offset) => Math.floor(offset / leaf),
    check: (cell) => checkOf(proof, cell),
  }
}

function woven(size: number, proofs: readonly Proof[]): Grid {
  const cuts = new Set<number>([0, size])
  for (const proof of proofs) {
    for (let at = proof.start; at < proof.end; at += proof.leaf) cuts.add(at)
    cuts.add(proof.end)
  }
  const bounds = Float64Array.from(cuts).sort()
  const count = bounds.length - 1
  function cellAt(offset: number): number {
    let low = 0
    let high = count - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (bounds[middle]! <= offset) low = middle
      else high = middle - 1
    }
    return low
  }
  const finest = [...proofs].sort((a, b) => a.leaf - b.leaf)
  /** Which of them proves a cell; -1 where none does. There may be one for each of many files. */
  const proves = new Int32Array(count).fill(-1)
  for (let index = finest.length - 1; index >= 0; index--) {
    const { start, end } = finest[index]!
    if (start < end) proves.fill(index, cellAt(start), cellAt(end - 1) + 1)
  }
  return {
    size,
    count,
    start: (cell) => bounds[cell]!,
    end: (cell) => bounds[cell + 1]!,
    cellAt,
    check(cell) {
      const proof = finest[proves[cell]!]
      return proof === undefined ? undefined : checkOf(proof, Math.floor((bounds[cell]! - proof.start) / proof.leaf))
    },
  }
}
