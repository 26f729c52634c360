import type { Digest } from '../content/digest.ts'
import { algorithmOf } from '../content/digest.ts'
import type { NetworkId } from '../peer/peer.ts'
import type { Hit } from './hit.ts'

/** Hits that are the same content, as one row. */
export interface Group {
  readonly key: string
  readonly name: string
  readonly size: number | undefined
  readonly digests: readonly Digest[]
  readonly networks: readonly NetworkId[]
  readonly sources: number
  readonly hits: readonly Hit[]
}

/** Digests that name bytes beyond doubt: sharing one is reason enough to stand in one row. */
const strong = new Set(['sha1', 'sha256', 'tth', 'btmh', 'btih', 'btpr', 'aich', 'ed2k'])

/**
 * Groups hits by content as they stream in: hits that share a digest and do not differ in size are one row; hits
 * without any digest are one row when name and size are the same. A row is for the eye: fetching it still verifies
 * against a digest of one hit, so a lying hit costs a wrong line and nothing else.
 */
export class HitGroups {
  readonly #rows = new Map<string, Row>()
  readonly #byDigest = new Map<string, Row>()
  #next = 1

  add(hit: Hit): Group {
    const digests = hit.content.digests.filter((digest) => strong.has(algorithmOf(digest)))
    const row = this.#find(hit, digests)
    row.hits.push(hit)
    for (const digest of digests) {
      row.digests.add(digest)
      const key = sized(digest, hit.content.size)
      if (!this.#byDigest.has(key)) this.#byDigest.set(key, row)
    }
    return group(row)
  }

  #find(hit: Hit, digests: readonly Digest[]): Row {
    for (const digest of digests) {
      const row = this.#byDigest.get(sized(digest, hit.content.size))
      if (row !== undefined) return row
    }
    const key = digests.length > 0 ? `content ${this.#next++}` : `name ${hit.content.size} ${hit.content.name ?? ''}`
    const known = this.#rows.get(key)
    if (known !== undefined) return known
    const row: Row = { key, size: hit.content.size, digests: new Set(), hits: [] }
    this.#rows.set(key, row)
    return row
  }

  *[Symbol.iterator](): Generator<Group> {
    for (const row of this.#rows.values()) yield group(row)
  }
}

interface Row {
  readonly key: string
  readonly size: number | undefined
  readonly digests: Set<Digest>
  readonly hits: Hit[]
}

/** A digest that comes with two sizes is two rows: one of them lies. */
function sized(digest: Digest, size: number | undefined): string {
  return `${digest} ${size ?? '?'}`
}

function group(row: Row): Group {
  const names = new Map<string, number>()
  for (const hit of row.hits) {
    if (hit.content.name !== undefined) names.set(hit.content.name, (names.get(hit.content.name) ?? 0) + 1)
  }
  const [name = ''] = [...names.entries()].sort((a, b) => b[1] - a[1])[0] ?? []
  return {
    key: row.key,
    name,
    size: row.size,
    digests: [...row.digests],
    networks: [...new Set(row.hits.map((hit) => hit.peer.network))],
    sources: new Set(row.hits.map((hit) => `${hit.peer.network}/${hit.peer.key}`)).size,
    hits: row.hits,
  }
}
