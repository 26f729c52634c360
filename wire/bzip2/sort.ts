/**
 * Sorts the rotations of a block: gives where each begins, in order. By prefixes that double in length, so that a block of one
 * byte only is no worse than any other: 20 rounds for the longest block.
 */
export function sortRotations(block: Uint8Array): Uint32Array {
  const { length } = block
  let order = new Uint32Array(length)
  let other = new Uint32Array(length)
  let ranks = new Uint32Array(length)
  let fresh = new Uint32Array(length)
  const counts = new Uint32Array(Math.max(256, length) + 1)

  for (const byte of block) counts[byte + 1]!++
  for (let byte = 1; byte <= 256; byte++) counts[byte]! += counts[byte - 1]!
  for (let at = 0; at < length; at++) order[counts[block[at]!]!++] = at
  let classes = 0
  for (let at = 0; at < length; at++) {
    if (at > 0 && block[order[at]!] !== block[order[at - 1]!]) classes++
    ranks[order[at]!] = classes
  }
  classes++

  for (let step = 1; step < length && classes < length; step *= 2) {
    // Sorted by the second half already: so count by the first, in that order.
    counts.fill(0, 0, classes + 1)
    for (let at = 0; at < length; at++) counts[ranks[at]! + 1]!++
    for (let rank = 1; rank <= classes; rank++) counts[rank]! += counts[rank - 1]!
    for (let at = 0; at < length; at++) {
      const start = order[at]! - step
      const first = start < 0 ? start + length : start
      other[counts[ranks[first]!]!++] = first
    }
    ;[order, other] = [other, order]
    classes = 0
    let [rank, second] = [-1, -1]
    for (let at = 0; at < length; at++) {
      const first = order[at]!
      const half = first + step < length ? first + step : first + step - length
      if (at > 0 && (ranks[first] !== rank || ranks[half] !== second)) classes++
      rank = ranks[first]!
      second = ranks[half]!
      fresh[first] = classes
    }
    classes++
    ;[ranks, fresh] = [fresh, ranks]
  }
  return order
}
