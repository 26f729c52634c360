import { algorithmOf, bytesOf, type Digest } from '@kith/core/content/digest.ts'
import type { LibraryFile } from '../../library/folder.ts'
import type { LibraryQuery } from '../../library/query.ts'
import { matchOf } from '../../library/query.ts'
import type { Database } from './database.ts'
import { fileColumns, fileOf } from './library-files.ts'

/** Nobody looks at more, and counting them takes as long as finding them. */
const mostCounted = 10_000
/** Columns that have an index; the others are rare in links. */
const digestColumns = ['sha1', 'tth', 'ed2k'] as const

export interface SearchWindow {
  readonly from: number
  readonly count: number
  /** Only what is offered: known, and there. */
  readonly offered: boolean
  /** Only in these shared folders. */
  readonly folders?: readonly number[]
  /** Without it only as many are looked for as are shown. */
  readonly counted?: boolean
  /** The newest in the library come first; or what was given away most, in copies of itself, and only that. */
  readonly order?: 'newest' | 'given'
}

export interface SearchResult {
  /** At most 10,000, even when there are more; where nobody counts, those that are shown and before. */
  readonly total: number
  readonly files: readonly LibraryFile[]
}

/** Files that are offered and have this digest, the newest first. Asked for every file of a folder that is fetched. */
export function* filesWith(database: Database, digest: Digest): Generator<LibraryFile> {
  const column = digestColumns.find((name) => name === algorithmOf(digest))
  if (column === undefined) return
  const rows = database
    .sql(
      `SELECT ${fileColumns} FROM digests g JOIN files f ON f.digests = g.id JOIN dirs d ON d.id = f.dir
       WHERE g.${column} = ? AND f.state = 1 AND f.absent = 0 ORDER BY f.id DESC`,
    )
    .iterate(bytesOf(digest))
  for (const row of rows) yield fileOf(row)
}

/** Finds files by what is in their names and paths, and by what they are. */
export function searchFiles(database: Database, query: LibraryQuery, window: SearchWindow): SearchResult {
  const { wanted, unwanted } = matchOf(query)
  const terms: string[] = []
  const values: (string | number | Uint8Array)[] = []
  const where = (term: string, ...of: (string | number | Uint8Array)[]): void => {
    terms.push(term)
    values.push(...of)
  }
  const words = [...query.words, ...query.phrases]
  // Words without a letter or digit, such as “!?”, are in no name.
  if (words.length > 0 && wanted === undefined) return { total: 0, files: [] }
  if (wanted !== undefined) {
    where('names MATCH ?', unwanted === undefined ? wanted : `(${wanted}) NOT (${unwanted})`)
  } else if (unwanted !== undefined) {
    where('f.id NOT IN (SELECT rowid FROM names WHERE names MATCH ?)', unwanted)
  }
  if (query.minimumSize !== undefined) where('f.size >= ?', query.minimumSize)
  if (query.maximumSize !== undefined) where('f.size <= ?', query.maximumSize)
  if (query.after !== undefined) where('f.modified >= ?', query.after)
  if (query.before !== undefined) where('f.modified < ?', query.before)
  if (query.extensions !== undefined) {
    // The text index knows words only: “a.flac.txt” has that word too.
    where(
      `(${query.extensions.map(() => 'f.name LIKE ?').join(' OR ') || '0'})`,
      ...query.extensions.map((one) => `%.${one.replace(/[%_]/g, '')}`),
    )
  }
  if (window.offered) terms.push('f.state = 1 AND f.absent = 0')
  if (window.folders !== undefined) {
    where(
      'EXISTS (SELECT 1 FROM dirs d WHERE d.id = f.dir AND d.folder IN (SELECT value FROM json_each(?)))',
      JSON.stringify(window.folders),
    )
  }
  if (query.digest !== undefined) {
    const column = digestColumns.find((name) => name === algorithmOf(query.digest!))
    if (column === undefined) return { total: 0, files: [] }
    where(`f.digests IN (SELECT id FROM digests WHERE ${column} = ?)`, bytesOf(query.digest))
  }
  const isByGiven = window.order === 'given'
  if (isByGiven) terms.push('g.given > 0')
  // Words alone are in the text index alone; thousands of rows need not be looked up to be counted.
  const isOfWords = wanted !== undefined && terms.length === 1
  const named = wanted === undefined ? 'files f' : isOfWords ? 'names' : 'names JOIN files f ON f.id = names.rowid'
  const from = isByGiven ? `${named} JOIN digests g ON g.id = f.digests` : named
  const condition = terms.length === 0 ? '' : `WHERE ${terms.join(' AND ')}`
  const newest = wanted === undefined ? 'f.id' : 'names.rowid'
  const order = isByGiven ? `CAST(g.given AS REAL) / f.size DESC, ${newest}` : newest
  const end = Math.min(mostCounted, window.from + window.count)
  const ids = database
    .sql(`SELECT ${newest} AS id FROM ${from} ${condition} ORDER BY ${order} DESC LIMIT ?`)
    .all(...values, end)
    .map((row) => Number(row['id']))
  const isWhole = window.counted === false || ids.length < end
  const total = isWhole
    ? ids.length
    : Number(
        database
          .sql(`SELECT count(*) AS total FROM (SELECT 1 FROM ${from} ${condition} LIMIT ${mostCounted})`)
          .get(...values)?.['total'],
      )
  const shown = ids.slice(window.from)
  const files = database
    .sql(
      `SELECT ${fileColumns} FROM files f JOIN dirs d ON d.id = f.dir
       WHERE f.id IN (SELECT value FROM json_each(?))`,
    )
    .all(JSON.stringify(shown))
    .map(fileOf)
  const place = new Map(shown.map((id, index) => [id, index]))
  return { total, files: files.toSorted((a, b) => place.get(a.id)! - place.get(b.id)!) }
}
