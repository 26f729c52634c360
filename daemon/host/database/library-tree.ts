import type { Digest } from '@kith/core/content/digest.ts'
import type { LibraryFile } from '../../library/folder.ts'
import type { Database } from './database.ts'
import { digestsOf } from './library-digests.ts'
import { fileColumns, fileOf } from './library-files.ts'

/** Sorts after all that begins with the same folder. */
const last = '\u{10ffff}'

/** The names of the folders that are right in a folder of a shared one, found by leaping over what is in them. */
export function foldersIn(database: Database, folder: number, dir: string): readonly string[] {
  const above = dir === '' ? '' : `${dir}/`
  const next = database.sql('SELECT path FROM dirs WHERE folder = ? AND path > ? AND path < ? ORDER BY path LIMIT 1')
  const found = new Set<string>()
  for (let at = above; ;) {
    const row = next.get(folder, at, above === '' ? last : `${above}${last}`)
    if (row === undefined) return [...found]
    const path = String(row['path'])
    const end = path.indexOf('/', above.length)
    found.add(end < 0 ? path.slice(above.length) : path.slice(above.length, end))
    at = end < 0 ? path : `${path.slice(0, end)}/${last}`
  }
}

/** The files right in a folder that are offered, with their digests; undefined when there is no such folder. */
export function offeredIn(
  database: Database,
  folder: number,
  dir: string,
): readonly { readonly file: LibraryFile; readonly digests: readonly Digest[] }[] | undefined {
  const row = database.sql('SELECT id FROM dirs WHERE folder = ? AND path = ?').get(folder, dir)
  if (row === undefined) return undefined
  return database
    .sql(
      `SELECT ${fileColumns}, g.sha1, g.sha256, g.tth, g.ed2k, g.aich, g.btpr
       FROM files f JOIN dirs d ON d.id = f.dir JOIN digests g ON g.id = f.digests
       WHERE f.dir = ? AND f.state = 1 AND f.absent = 0 ORDER BY f.name`,
    )
    .all(Number(row['id']))
    .map((one) => ({ file: fileOf(one), digests: digestsOf(one) }))
}

/** Folders of a shared one that have all words in their paths, at most `most`; not those that are in another of these. */
export function foldersNamed(
  database: Database,
  folder: number,
  words: readonly string[],
  most: number,
): readonly string[] {
  const likes = words.map(() => "path LIKE ? ESCAPE '!'")
  const rows = database
    .sql(`SELECT path FROM dirs WHERE folder = ? AND path <> '' AND ${likes.join(' AND ') || '1'} ORDER BY path`)
    .iterate(folder, ...words.map((word) => `%${word.replace(/[!%_]/g, '!$&')}%`))
  const found: string[] = []
  for (const row of rows) {
    const path = String(row['path'])
    if (found.some((one) => path.startsWith(`${one}/`))) continue
    if (found.push(path) >= most) break
  }
  return found
}
