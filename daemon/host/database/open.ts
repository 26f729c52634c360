import { chmodSync, closeSync, openSync, renameSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

import { fail } from '@kith/core/fault/fault.ts'
import type { FaultError } from '@kith/core/fault/fault.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Log } from '@kith/core/network/log.ts'
import { Database } from './database.ts'
import { Damage, databaseFault, isDamage } from './fault.ts'
import { migrations } from './migrations.ts'

/** Another process may look into the database for a moment, for example a backup. */
const busyMs = 5_000

export interface OpenOptions {
  readonly clock: Clock
  readonly log: Log
}

/** What a database is for. */
export interface Purpose {
  /** The steps from an empty database to the one of this version; see `migrations.ts`. */
  readonly migrations: readonly string[]
  /** What is gone with it when it is damaged, for people. */
  readonly lost: string
  /**
   * Whether every page is looked at when it is opened. A large one that can be made anew is not: damage in it shows when
   * it is read.
   */
  readonly checked: boolean
}

const main: Purpose = { migrations, lost: 'without transfers and settings', checked: true }

/** Opens the database, makes it if there is none, and takes the migrations that are new. One that is damaged is set
 * aside as `….damaged-<time>`, and a new one begun.
 * @throws FaultError `database/newer` for one that a later version made, `database/…` */
export function openDatabase(path: string, options: OpenOptions, purpose: Purpose = main): Database {
  try {
    return new Database(openWhole(path, purpose), options)
  } catch (error) {
    if (!isDamage(error)) throw databaseFault(error, 'open the database', path)
    const aside = setAside(path, options.clock.now())
    options.log.error(`the database is damaged: it was set aside and a new one begun, ${purpose.lost}`, {
      path,
      aside,
      cause: error instanceof Error ? error.message : String(error),
    })
    return new Database(openWhole(path, purpose), options)
  }
}

function openWhole(path: string, { migrations, checked }: Purpose): DatabaseSync {
  if (path !== ':memory:') makePrivate(path)
  const database = new DatabaseSync(path, { enableForeignKeyConstraints: true, timeout: busyMs })
  try {
    // With a write-ahead log, NORMAL loses nothing when the program is killed and costs no flush per transaction.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
    const check = checked ? database.prepare('PRAGMA quick_check(1)').get() : undefined
    if (check !== undefined && check['quick_check'] !== 'ok') throw new Damage(String(check['quick_check']))
    migrate(database, path, migrations)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** It holds secrets: nobody else may read it, nor the files that SQLite puts beside it with the same rights. */
function makePrivate(path: string): void {
  closeSync(openSync(path, 'a', 0o600))
  chmodSync(path, 0o600)
}

function migrate(database: DatabaseSync, path: string, migrations: readonly string[]): void {
  const taken = Number(database.prepare('PRAGMA user_version').get()?.['user_version'])
  if (taken > migrations.length) throw newer(path)
  for (let step = taken; step < migrations.length; step++) {
    database.exec(`BEGIN IMMEDIATE; ${migrations[step]}; PRAGMA user_version = ${step + 1}; COMMIT`)
  }
}

function newer(path: string): FaultError {
  return fail('local', 'database/newer', `A later version of Kith made the database ${path}`, {
    doing: 'open the database',
    hint: 'Update Kith, or start it with another home.',
  })
}

/** Gives a damaged database another name, which is told; it must not be open. */
export function setAside(path: string, now: number): string {
  const aside = `${path}.damaged-${new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, '')}`
  renameSync(path, aside)
  for (const ending of ['-wal', '-shm']) {
    try {
      renameSync(path + ending, aside + ending)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  return aside
}
