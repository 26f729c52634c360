import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fail } from '@kith/core/fault/fault.ts'
import { databaseFault } from './database/fault.ts'

/** SQLite: somebody else holds the lock. */
const busy = 5
/** A daemon that was told to stop answers no more while it puts things in order: the next one waits this long, in milliseconds. */
const endingMs = 5_000

/**
 * Only one daemon at a time may use a state folder. The lock is a write lock of SQLite on a database of its own, which
 * the system takes back when the holder ends, however it ends; a file beside it says who that is.
 *
 * @throws FaultError `daemon/running`, `database/…`
 */
export function takeLock(path: string): Disposable {
  let database: DatabaseSync | undefined
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    database = new DatabaseSync(path, { timeout: endingMs })
    database.exec('BEGIN IMMEDIATE')
    writeFileSync(`${path}.pid`, `${process.pid}\n`)
  } catch (error) {
    database?.close()
    if ((error as { errcode?: number }).errcode !== busy) throw databaseFault(error, 'take the lock', path)
    const holder = holderOf(path)
    throw fail(
      'local',
      'daemon/running',
      `A daemon is running already${holder === undefined ? '' : ` (process ${holder})`}`,
      {
        doing: 'take the lock',
        hint: 'Use that one, stop it with “kith stop”, or start another with its own --home.',
      },
    )
  }
  const held = database
  return {
    [Symbol.dispose]() {
      if (held.isOpen) held.close()
    },
  }
}

/** The process that took the lock last. */
export function holderOf(path: string): number | undefined {
  try {
    const holder = Number(readFileSync(`${path}.pid`, 'utf8'))
    return Number.isSafeInteger(holder) && holder > 0 ? holder : undefined
  } catch {
    return undefined
  }
}
