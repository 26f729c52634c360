import type { Fault } from '@kith/core/fault/fault.ts'
import { mediumOf } from '@kith/core/search/medium.ts'
import type { Found, LibraryFile } from '../../library/folder.ts'
import type { Stamp } from '../hash/stamp.ts'
import { deviceOf, withoutDevice } from '../hash/stamp.ts'
import type { Database } from './database.ts'
import type { DigestStore } from './library-digests.ts'

type Row = Readonly<Record<string, unknown>>

/** Rows that are written in one transaction: some milliseconds. */
const stepFiles = 250
/** In the place of a device: whatever a file was on, it is gone. */
export const anyDevice = '*'

const states = ['waiting', 'known', 'trouble'] as const
export const stateNumbers = { waiting: 0, known: 1, trouble: 2 } as const

/** All columns of a file with where it is. */
export const fileColumns: string =
  'f.id, f.name, f.stamp, f.size, f.modified, f.state, f.absent, f.tries, f.fault, f.digests, d.folder, d.path AS dir'

/** A file is there with other content, or no more, or anew; `before` and `after` are undefined where it was not. */
export interface FileChange {
  readonly before: LibraryFile | undefined
  readonly after: LibraryFile | undefined
}

/**
 * The files of the shared folders. Nothing is written with `run`: after rows were taken out of the full-text index, the
 * number that it gives for the last row is beyond what JavaScript can hold, and it throws. Everything
 * that changes is told to one listener, in the order in which it happens.
 */
export class FileStore {
  readonly #database: Database
  readonly #digests: DigestStore
  readonly #told: (change: FileChange) => void

  constructor(database: Database, digests: DigestStore, told: (change: FileChange) => void) {
    this.#database = database
    this.#digests = digests
    this.#told = told
  }

  /** Of each shared folder, how many files and bytes there are in each state, and how many are absent. */
  *tallies(): Generator<{
    readonly folder: number
    readonly state: LibraryFile['state']
    readonly absent: boolean
    readonly files: number
    readonly bytes: number
  }> {
    const rows = this.#database
      .sql(
        `SELECT d.folder, f.state, f.absent, count(*) AS files, sum(f.size) AS bytes
         FROM files f JOIN dirs d ON d.id = f.dir GROUP BY d.folder, f.state, f.absent`,
      )
      .all()
    for (const row of rows) {
      yield {
        folder: Number(row['folder']),
        state: states[Number(row['state'])]!,
        absent: row['absent'] === 1,
        files: Number(row['files']),
        bytes: Number(row['bytes']),
      }
    }
  }

  get(id: number): LibraryFile | undefined {
    const row = this.#database
      .sql(`SELECT ${fileColumns} FROM files f JOIN dirs d ON d.id = f.dir WHERE f.id = ?`)
      .get(id)
    return row === undefined ? undefined : fileOf(row)
  }

  /** Files in the order of their numbers, after one of them. */
  after(id: number, most: number): readonly LibraryFile[] {
    return this.#database
      .sql(`SELECT ${fileColumns} FROM files f JOIN dirs d ON d.id = f.dir WHERE f.id > ? ORDER BY f.id LIMIT ?`)
      .all(id, most)
      .map(fileOf)
  }

  /**
   * Files of some shared folders that may be hashed now. The order of the joins is fixed: a million files that wait are not
   * to be sorted for the first few.
   */
  waiting(now: number, folders: readonly number[], most: number): readonly LibraryFile[] {
    return this.#database
      .sql(
        `SELECT ${fileColumns} FROM files f INDEXED BY files_waiting CROSS JOIN dirs d ON d.id = f.dir
         WHERE f.state = 0 AND f.absent = 0 AND f.retry_at <= ?
           AND d.folder IN (SELECT value FROM json_each(?)) ORDER BY f.retry_at, f.id LIMIT ?`,
      )
      .all(now, JSON.stringify(folders), most)
      .map(fileOf)
  }

  /** When the next file may be hashed that has to rest until then. */
  nextRetry(now: number): number | undefined {
    const row = this.#database
      .sql('SELECT min(retry_at) AS at FROM files WHERE state = 0 AND absent = 0 AND retry_at > ?')
      .get(now)
    return row?.['at'] === null || row === undefined ? undefined : Number(row['at'])
  }

  troubled(folder: number, most: number): readonly LibraryFile[] {
    return this.#database
      .sql(`SELECT ${fileColumns} FROM files f JOIN dirs d ON d.id = f.dir WHERE f.state = 2 AND d.folder = ? LIMIT ?`)
      .all(folder, most)
      .map(fileOf)
  }

  /** All folders that are known at or below one of them. */
  dirs(folder: number, below: string): readonly string[] {
    const rows =
      below === ''
        ? this.#database.sql('SELECT path FROM dirs WHERE folder = ?').all(folder)
        : this.#database
            .sql('SELECT path FROM dirs WHERE folder = ? AND (path = ? OR (path > ? AND path < ?))')
            // The character after the slash ends the range.
            .all(folder, below, `${below}/`, `${below}0`)
    return rows.map((row) => String(row['path']))
  }

  /** Whether anything in a shared folder was on this device, or nothing was in it. */
  wasOn(folder: number, device: string): boolean {
    const row = this.#database
      .sql('SELECT f.stamp FROM dirs d JOIN files f ON f.dir = d.id WHERE d.folder = ? LIMIT 1')
      .get(folder)
    return row === undefined || deviceOf(row['stamp'] as Stamp) === device
  }

  /** Takes what is in a folder now. What is missing from the device that the folder is on is gone; what was on another
   * is absent, for that one may come back. */
  *sync(
    folder: number,
    dir: string,
    found: readonly Found[],
    device: string,
    retryAt: (found: Found) => number,
  ): Generator<void> {
    const id = this.#dirId(folder, dir)
    const known = new Map(this.#filesIn(id).map((file) => [file.name, file]))
    const steps = found.map((one) => (): void => {
      const before = known.get(one.name)
      known.delete(one.name)
      if (before === undefined) this.#add(id, { folder, dir }, one, retryAt(one))
      else this.#see(before, one, retryAt(one))
    })
    yield* this.#inSteps(steps)
    yield* this.#inSteps([...known.values()].map((missing) => () => this.#miss(missing, device)))
  }

  /** Long lists are taken in transactions of some milliseconds, between which others have their turn. */
  *#inSteps(steps: readonly (() => void)[]): Generator<void> {
    for (let at = 0; at < steps.length; at += stepFiles) {
      this.#database.together(() => {
        for (const step of steps.slice(at, at + stepFiles)) step()
      })
      yield
    }
  }

  /** A folder is there no more. */
  *vanish(folder: number, dir: string, device: string): Generator<void> {
    const row = this.#database.sql('SELECT id FROM dirs WHERE folder = ? AND path = ?').get(folder, dir)
    if (row === undefined) return
    const id = Number(row['id'])
    yield* this.#inSteps(this.#filesIn(id).map((file) => () => this.#miss(file, device)))
    this.#database.sql('DELETE FROM dirs WHERE id = ? AND NOT EXISTS (SELECT 1 FROM files WHERE dir = ?)').all(id, id)
  }

  /** Nothing in this shared folder is shared any more. */
  *drop(folder: number): Generator<void> {
    for (const dir of this.dirs(folder, '')) yield* this.vanish(folder, dir, anyDevice)
  }

  /** The files of one folder, after one of them in the order of their numbers. */
  ofFolder(folder: number, after: number, most: number): readonly LibraryFile[] {
    return this.#database
      .sql(
        `SELECT ${fileColumns} FROM files f JOIN dirs d ON d.id = f.dir
         WHERE f.id > ? AND d.folder = ? ORDER BY f.id LIMIT ?`,
      )
      .all(after, folder, most)
      .map(fileOf)
  }

  /** A file was hashed as it was found. */
  know(id: number, digests: number): void {
    this.#change(id, 'UPDATE files SET state = 1, digests = ?, fault = NULL, tries = 0 WHERE id = ?', digests, id)
  }

  /** A file is to be tried again later. */
  rest(id: number, retryAt: number): void {
    this.#change(
      id,
      'UPDATE files SET state = 0, retry_at = ?, tries = tries + 1, digests = NULL WHERE id = ?',
      retryAt,
      id,
    )
  }

  /** A file cannot be read. */
  fail(id: number, fault: Fault): void {
    const { kind, code, message, hint } = fault
    const text = JSON.stringify({ kind, code, message, ...(hint === undefined ? {} : { hint }) })
    this.#change(id, 'UPDATE files SET state = 2, fault = ?, digests = NULL WHERE id = ?', text, id)
  }

  /** Files that could not be read are tried again. */
  retryTroubled(folder: number): void {
    this.#database.together(() => {
      const rows = this.#database
        .sql('SELECT f.id FROM files f JOIN dirs d ON d.id = f.dir WHERE f.state = 2 AND d.folder = ?')
        .all(folder)
      for (const row of rows) {
        this.#change(Number(row['id']), 'UPDATE files SET state = 0, fault = NULL WHERE id = ?', Number(row['id']))
      }
    })
  }

  #change(id: number, sql: string, ...values: (string | number)[]): void {
    const before = this.get(id)
    if (before === undefined) return
    this.#database.sql(sql).all(...values)
    this.#told({ before, after: this.get(id) })
  }

  #dirId(folder: number, path: string): number {
    const row =
      this.#database.sql('SELECT id FROM dirs WHERE folder = ? AND path = ?').get(folder, path) ??
      this.#database.sql('INSERT INTO dirs (folder, path) VALUES (?, ?) RETURNING id').get(folder, path)
    return Number(row!['id'])
  }

  #filesIn(dir: number): LibraryFile[] {
    return this.#database
      .sql(`SELECT ${fileColumns} FROM files f JOIN dirs d ON d.id = f.dir WHERE f.dir = ?`)
      .all(dir)
      .map(fileOf)
  }

  #add(dirId: number, place: { readonly folder: number; readonly dir: string }, found: Found, retryAt: number): void {
    const digests = this.#digests.idOf(found.stamp)
    const state = digests === undefined ? 'waiting' : 'known'
    const { name, stamp, size, modified } = found
    const row = this.#database
      .sql(
        `INSERT INTO files (dir, name, stamp, size, modified, state, digests, retry_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
      )
      .get(dirId, name, stamp, size, modified, stateNumbers[state], digests ?? null, retryAt)
    const id = Number(row!['id'])
    this.#database
      .sql('INSERT INTO names (rowid, path, medium) VALUES (?, ?, ?)')
      .all(id, place.dir === '' ? name : `${place.dir}/${name}`, mediumOf(name) ?? '')
    const file = { id, ...place, name, stamp, size, modified, state, absent: false, tries: 0 } as const
    this.#told({ before: undefined, after: { ...file, ...(digests === undefined ? {} : { digests }) } })
  }

  #see(before: LibraryFile, found: Found, retryAt: number): void {
    if (before.stamp === found.stamp && !before.absent) return
    if (withoutDevice(before.stamp) === withoutDevice(found.stamp)) {
      this.#digests.rename(before.stamp, found.stamp)
      this.#change(before.id, 'UPDATE files SET stamp = ?, absent = 0 WHERE id = ?', found.stamp, before.id)
      return
    }
    const digests = this.#digests.idOf(found.stamp)
    this.#change(
      before.id,
      `UPDATE files SET stamp = ?, size = ?, modified = ?, state = ?, digests = nullif(?, 0), fault = NULL,
         absent = 0, retry_at = max(retry_at, ?) WHERE id = ?`,
      found.stamp,
      found.size,
      found.modified,
      stateNumbers[digests === undefined ? 'waiting' : 'known'],
      digests ?? 0,
      retryAt,
      before.id,
    )
  }

  #miss(file: LibraryFile, device: string): void {
    if (device !== anyDevice && deviceOf(file.stamp) !== device) {
      if (!file.absent) this.#change(file.id, 'UPDATE files SET absent = 1 WHERE id = ?', file.id)
      return
    }
    this.#database.sql('DELETE FROM names WHERE rowid = ?').all(file.id)
    this.#database.sql('DELETE FROM files WHERE id = ?').all(file.id)
    this.#told({ before: file, after: undefined })
  }
}

export function fileOf(row: Row): LibraryFile {
  return {
    id: Number(row['id']),
    folder: Number(row['folder']),
    dir: String(row['dir']),
    name: String(row['name']),
    stamp: row['stamp'] as Stamp,
    size: Number(row['size']),
    modified: Number(row['modified']),
    state: states[Number(row['state'])]!,
    absent: row['absent'] === 1,
    tries: Number(row['tries']),
    ...(typeof row['fault'] === 'string' ? { fault: JSON.parse(row['fault']) as Fault } : {}),
    ...(typeof row['digests'] === 'number' ? { digests: row['digests'] } : {}),
  }
}
