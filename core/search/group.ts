import type { Content } from '../content/content.ts'
import type { Digest } from '../content/digest.ts'
import { algorithmOf } from '../content/digest.ts'
import type { NetworkId } from '../peer/peer.ts'
import type { Hit } from './hit.ts'

/** Hits that are the same content, as one row. */
export interface Group {
  readonly key: string
  /** Rows are numbered as they come, from 1 on. */
  readonly number: number
  readonly name: string
  readonly size: number | undefined
  readonly folder: boolean
  readonly digests: readonly Digest[]
  readonly networks: readonly NetworkId[]
  /** People who say that they have it. */
  readonly sources: number
  /** Of these, how many have a free upload slot. */
  readonly free: number
  /** One of each of them. */
  readonly hits: readonly Hit[]
  /** What our own library knows of it: every digest was computed here. */
  readonly own?: Content
}

/** Digests that name bytes beyond doubt: sharing one is reason enough to stand in one row. */
const strong = new Set(['sha1', 'sha256', 'tth', 'btmh', 'btih', 'btpr', 'aich', 'ed2k', 'kith'])
/** People who are kept for one row: more would make nothing faster. */
const mostHits = 500

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
    const row = this.#find(hit.content, hit.folder ?? false)
    const person = `${hit.peer.network}/${hit.peer.key}`
    if (row.hits.has(person) || row.hits.size < mostHits) {
      // An answer that comes twice counts once; the newer one knows the slots of now.
      row.hits.set(person, hit)
      this.#name(row, hit.content)
    }
    return groupOf(row)
  }

  /** What our own library has. */
  addOwn(content: Content): Group {
    const row = this.#find(content, false)
    row.own = content
    this.#name(row, content)
    return groupOf(row)
  }

  get size(): number {
    return this.#rows.size
  }

  *[Symbol.iterator](): Generator<Group> {
    for (const row of this.#rows.values()) yield groupOf(row)
  }

  #find(content: Content, folder: boolean): Row {
    const digests = strongOf(content)
    for (const digest of digests) {
      const row = this.#byDigest.get(sized(digest, content.size))
      if (row !== undefined) return row
    }
    const number = this.#next
    const kind = folder ? 'folder' : 'name'
    const key = digests.length > 0 ? `content ${number}` : `${kind} ${content.size} ${content.name ?? ''}`
    const known = this.#rows.get(key)
    if (known !== undefined) return known
    this.#next++
    const row: Row = { key, number, size: content.size, folder, digests: new Set(), hits: new Map() }
    this.#rows.set(key, row)
    return row
  }

  #name(row: Row, content: Content): void {
    delete row.group
    for (const digest of strongOf(content)) {
      row.digests.add(digest)
      const key = sized(digest, content.size)
      if (!this.#byDigest.has(key)) this.#byDigest.set(key, row)
    }
  }
}

interface Row {
  readonly key: string
  readonly number: number
  readonly size: number | undefined
  readonly folder: boolean
  readonly digests: Set<Digest>
  /** By person. */
  readonly hits: Map<string, Hit>
  own?: Content
  /** As it was shown last, until something comes. */
  group?: Group
}

function strongOf(content: Content): readonly Digest[] {
  return content.digests.filter((digest) => strong.has(algorithmOf(digest)))
}

/** A digest that comes with two sizes is two rows: one of them lies. */
function sized(digest: Digest, size: number | undefined): string {
  return `${digest} ${size ?? '?'}`
}

function groupOf(row: Row): Group {
  return (row.group ??= made(row))
}

function made(row: Row): Group {
  const { key, number, size, folder, own } = row
  const hits = [...row.hits.values()]
  const names = new Map<string, number>()
  for (const { content } of hits)
    if (content.name !== undefined) names.set(content.name, (names.get(content.name) ?? 0) + 1)
  const [name = own?.name ?? ''] = [...names.entries()].sort((a, b) => b[1] - a[1])[0] ?? []
  return {
    key,
    number,
    name,
    size,
    folder,
    digests: [...row.digests],
    networks: [...new Set(hits.map((hit) => hit.peer.network))],
    sources: hits.length,
    free: hits.filter(({ slots = 0 }) => slots > 0).length,
    hits,
    ...(own === undefined ? {} : { own }),
  }
}
