import { digestOf } from '@kith/core/content/digest.ts'
import type { Digest } from '@kith/core/content/digest.ts'
import type { Trees } from '@kith/core/share/share.ts'
import { partBytes } from '@kith/wire/hash/ed2k.ts'
import type { Span } from '@kith/wire/hash/span.ts'
import { packSpan, unpackSpan } from '@kith/wire/hash/span.ts'
import { keptBlockBytes } from '@kith/wire/hash/tiger-tree.ts'
import { tigerSize } from '@kith/wire/hash/tiger.ts'
import type { LibraryDigests } from '@kith/wire/hash/whole.ts'
import { concat } from '@kith/wire/bytes.ts'
import type { Stamp } from '../hash/stamp.ts'
import type { Database } from './database.ts'

type Row = Readonly<Record<string, unknown>>

const aichSize = 20

/** Everything that was hashed, by the stamps of the files. */
export interface DigestStore {
  /** The number under which they are kept, or undefined. */
  idOf(stamp: Stamp): number | undefined
  save(stamp: Stamp, digests: LibraryDigests, now: number): number
  /** The same file has another stamp now: its disk was mounted anew. */
  rename(from: Stamp, to: Stamp): void
  digests(id: number): readonly Digest[]
  trees(id: number, size: number): Trees | undefined
  spans(stamp: Stamp, size: number): ReadonlyMap<number, Span>
  saveSpan(stamp: Stamp, index: number, span: Span): void
  dropSpans(stamp: Stamp): void
  /** Others were given so many bytes more of it. */
  give(id: number, bytes: number): void
  given(id: number): number
  /** Forgets what no file has had since a time. */
  forget(before: number, now: number): void
}

export function digestStore(database: Database): DigestStore {
  /** Bytes that were given and are not in the database yet, by the number of what they are of. */
  const unwritten = new Map<number, number>()
  return {
    idOf(stamp) {
      const row = database.sql('SELECT id FROM digests WHERE stamp = ?').get(stamp)
      return row === undefined ? undefined : Number(row['id'])
    },
    save(stamp, { sha1, sha256, tth, ed2k, aich, btpr }, now) {
      const trees = packTrees({ tth, ed2k: ed2k.parts, aich: aich.parts, pieces: btpr.pieceLayer })
      const row = database
        .sql(
          `INSERT INTO digests (stamp, sha1, sha256, tth, ed2k, aich, btpr, trees, used_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (stamp) DO UPDATE SET sha1 = excluded.sha1, sha256 = excluded.sha256, tth = excluded.tth,
             ed2k = excluded.ed2k, aich = excluded.aich, btpr = excluded.btpr, trees = excluded.trees
           RETURNING id`,
        )
        .get(stamp, sha1, sha256, tth.root, ed2k.root, aich.root, btpr.root ?? null, trees, now)
      return Number(row!['id'])
    },
    rename(from, to) {
      database.sql('UPDATE OR IGNORE digests SET stamp = ? WHERE stamp = ?').all(to, from)
    },
    digests(id) {
      const row = database.sql('SELECT sha1, sha256, tth, ed2k, aich, btpr FROM digests WHERE id = ?').get(id)
      return row === undefined ? [] : digestsOf(row)
    },
    trees(id, size) {
      const row = database.sql('SELECT tth, aich, trees FROM digests WHERE id = ?').get(id)
      return row === undefined ? undefined : unpackTrees(row, size)
    },
    spans(stamp, size) {
      const spans = new Map<number, Span>()
      for (const row of database.sql('SELECT span, bytes FROM spans WHERE stamp = ?').all(stamp)) {
        const index = Number(row['span'])
        const span = unpackSpan(size, index, row['bytes'] as Uint8Array)
        if (span !== undefined) spans.set(index, span)
      }
      return spans
    },
    saveSpan(stamp, index, span) {
      database.later(`span ${stamp} ${index}`, () =>
        database
          .sql('INSERT OR REPLACE INTO spans (stamp, span, bytes) VALUES (?, ?, ?)')
          .all(stamp, index, packSpan(span)),
      )
    },
    dropSpans(stamp) {
      database.later(`spans ${stamp}`, () => database.sql('DELETE FROM spans WHERE stamp = ?').all(stamp))
    },
    give(id, bytes) {
      const sum = (unwritten.get(id) ?? 0) + bytes
      unwritten.set(id, sum)
      database.later(
        `given ${id}`,
        () => database.sql('UPDATE digests SET given = given + ? WHERE id = ?').all(sum, id),
        () => {
          const left = (unwritten.get(id) ?? 0) - sum
          if (left > 0) unwritten.set(id, left)
          else unwritten.delete(id)
        },
      )
    },
    given(id) {
      const row = database.sql('SELECT given FROM digests WHERE id = ?').get(id)
      return Number(row?.['given'] ?? 0) + (unwritten.get(id) ?? 0)
    },
    forget(before, now) {
      database.together(() => {
        database
          .sql('UPDATE digests SET used_at = ? WHERE used_at < ? AND id IN (SELECT digests FROM files)')
          .all(now, before)
        database.sql('DELETE FROM digests WHERE used_at < ?').all(before)
      })
    },
  }
}

/** The names in a row of the columns `sha1`, `sha256`, `tth`, `ed2k`, `aich`, `btpr`. */
export function digestsOf(row: Row): readonly Digest[] {
  const all: Digest[] = []
  for (const algorithm of ['sha1', 'sha256', 'tth', 'ed2k', 'aich', 'btpr'] as const) {
    const bytes = row[algorithm]
    if (bytes instanceof Uint8Array) all.push(digestOf(algorithm, bytes))
  }
  return all
}

/** Of most files the trees are their roots: nothing is kept of these. */
function packTrees({ tth, ed2k, aich, pieces }: Trees): Uint8Array | null {
  if (tth.leaves.length === tigerSize && ed2k.length === 0 && pieces.length === 0) return null
  const several = aich.length > aichSize ? aich : new Uint8Array()
  return concat([tth.leaves, ed2k, several, pieces])
}

function unpackTrees(row: Row, size: number): Trees | undefined {
  const root = row['tth'] as Uint8Array
  const aichRoot = row['aich'] as Uint8Array
  const blockBytes = keptBlockBytes(size)
  const bytes = row['trees']
  if (!(bytes instanceof Uint8Array)) {
    return { tth: { blockBytes, leaves: root }, ed2k: new Uint8Array(), aich: aichRoot, pieces: new Uint8Array() }
  }
  const lengths = [
    Math.max(1, Math.ceil(size / blockBytes)) * tigerSize,
    size < partBytes ? 0 : (Math.floor(size / partBytes) + 1) * 16,
    size <= partBytes ? 0 : Math.ceil(size / partBytes) * aichSize,
  ]
  const ends = lengths.map((_, index) => lengths.slice(0, index + 1).reduce((sum, length) => sum + length, 0))
  if (bytes.length < ends[2]!) return undefined
  return {
    tth: { blockBytes, leaves: bytes.slice(0, ends[0]) },
    ed2k: bytes.slice(ends[0], ends[1]),
    aich: lengths[2] === 0 ? aichRoot : bytes.slice(ends[1], ends[2]),
    pieces: bytes.slice(ends[2]),
  }
}
