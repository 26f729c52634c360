/** A limit that every reader accepts, and at which no honest table has to be made flatter. */
const mostBits = 17

/** Lengths of Huffman codes for symbols that occur so often; each is at least 1 and at most 17 bits. */
export function codeLengths(frequencies: ArrayLike<number>): Uint8Array {
  let weights = Array.from(frequencies, (frequency) => Math.max(1, frequency))
  for (;;) {
    const lengths = huffman(weights)
    if (lengths.every((length) => length <= mostBits)) return lengths
    weights = weights.map((weight) => 1 + (weight >> 1))
  }
}

/** The codes that belong to lengths, in the order that readers assume. */
export function codesOf(lengths: Uint8Array): Uint32Array {
  const codes = new Uint32Array(lengths.length)
  let code = 0
  for (let length = 1; length <= mostBits; length++) {
    for (let symbol = 0; symbol < lengths.length; symbol++) if (lengths[symbol] === length) codes[symbol] = code++
    code <<= 1
  }
  return codes
}

/** Joins the two lightest until one is left, with two queues of which each is in order. */
function huffman(weights: readonly number[]): Uint8Array {
  const count = weights.length
  const leaves = weights.map((_, symbol) => symbol).sort((a, b) => weights[a]! - weights[b]!)
  const weight = [...weights]
  const parent = new Uint32Array(2 * count)
  let leaf = 0
  let joined = count
  const lightest = (): number =>
    joined === weight.length || (leaf < count && weight[leaves[leaf]!]! <= weight[joined]!) ? leaves[leaf++]! : joined++
  while (weight.length < 2 * count - 1) {
    const [one, other] = [lightest(), lightest()]
    parent[one] = parent[other] = weight.length
    weight.push(weight[one]! + weight[other]!)
  }
  const depth = new Uint8Array(2 * count)
  for (let node = 2 * count - 3; node >= 0; node--) depth[node] = depth[parent[node]!]! + 1
  return depth.slice(0, count)
}
