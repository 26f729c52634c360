import type { Algorithm, Digest } from '../content/digest.ts'
import { algorithmOf } from '../content/digest.ts'
import type { Group } from './group.ts'

/**
 * Digests of a row that may name one transfer. What our library computed is beyond doubt. Else strangers claim: the
 * digest that most of them name is what is meant, and for every other algorithm the digest that more of those name
 * together with it than name another one; where they are divided the algorithm is left out. That two digests are of the
 * same bytes is then the word of those people: when it was a lie, what comes is refused by one of the two, and nothing
 * wrong is ever called had.
 */
export function belonging({ hits, own, digests }: Group): readonly Digest[] {
  if (own !== undefined) return own.digests
  const anchor = most(hits.flatMap(({ content }) => content.digests.filter((one) => digests.includes(one))))
  if (anchor === undefined) return []
  const votes = new Map<Algorithm, Digest[]>()
  for (const { content } of hits) {
    if (!content.digests.includes(anchor)) continue
    for (const digest of content.digests) {
      const algorithm = algorithmOf(digest)
      if (algorithm === algorithmOf(anchor)) continue
      const cast = votes.get(algorithm)
      if (cast === undefined) votes.set(algorithm, [digest])
      else cast.push(digest)
    }
  }
  return [anchor, ...[...votes.values()].flatMap((cast) => majority(cast) ?? [])]
}

function tally(all: readonly Digest[]): readonly (readonly [Digest, number])[] {
  const counts = new Map<Digest, number>()
  for (const one of all) counts.set(one, (counts.get(one) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1])
}

function most(all: readonly Digest[]): Digest | undefined {
  return tally(all)[0]?.[0]
}

function majority(cast: readonly Digest[]): Digest | undefined {
  const [first] = tally(cast)
  return first !== undefined && first[1] * 2 > cast.length ? first[0] : undefined
}
