import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { fail } from '@kith/core/fault/fault.ts'
import { databaseFault } from './database/fault.ts'

/** SQLite: somebody else holds the lock. */
const busy = 5
/** A daemon that is ending is looked at so often, in milliseconds. */
const lookMs = 50
/** It ends within 20 s, whatever hangs: who still holds the lock after 25 s does not end. */
const mostLooks = 25_000 / lookMs
/** Stands below the process in the file of a daemon that was told to stop. */
const endingWord = 'ending'

export interface Lock extends Disposable {
  /** Says that it is given back soon, so that the next daemon waits for it instead of being refused. */
  ending(): void
}

interface Holder {
  readonly process: number | undefined
  readonly ending: boolean
}

/**
 * Only one daemon at a time may use a state folder. The lock is a write lock of SQLite on a database of its own, which
 * the system takes back when the holder ends, however it ends; a file beside it says who that is, and whether it is
 * ending. One that is ending is waited for, calling `pause` between the looks: a start right after a stop is no second
 * daemon.
 *
 * @param path in a folder that is there
 * @throws FaultError `daemon/running`, `database/…`
 */
export function takeLock(path: string, pause: () => void = sleep): Lock {
  const about = `${path}.pid`
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(path, { timeout: 0 })
    for (let looks = 0; !begin(database); looks++) {
      const holder = holderOf(about)
      if (!holder.ending || looks >= mostLooks) throw running(holder)
      pause()
    }
    writeFileSync(about, `${process.pid}\n`)
  } catch (error) {
    database?.close()
    throw databaseFault(error, 'take the lock', path)
  }
  const held = database
  return {
    ending() {
      try {
        appendFileSync(about, `${endingWord}\n`)
      } catch {
        // On a full disk too it ends as it should; the next daemon is refused meanwhile, and does not wait.
      }
    },
    [Symbol.dispose]() {
      if (held.isOpen) held.close()
    },
  }
}

/** Takes the write lock, unless somebody has it. */
function begin(database: DatabaseSync): boolean {
  try {
    database.exec('BEGIN IMMEDIATE')
    return true
  } catch (error) {
    if ((error as { errcode?: number }).errcode === busy) return false
    throw error
  }
}

function sleep(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, lookMs)
}

/** Who took the lock last. */
function holderOf(path: string): Holder {
  try {
    const [process, word] = readFileSync(path, 'utf8').split('\n')
    const holder = Number(process)
    return { process: Number.isSafeInteger(holder) && holder > 0 ? holder : undefined, ending: word === endingWord }
  } catch {
    return { process: undefined, ending: false }
  }
}

function running({ process, ending }: Holder): Error {
  const who = ending ? 'A daemon that was stopped has still not ended' : 'A daemon is running already'
  return fail('local', 'daemon/running', `${who}${process === undefined ? '' : ` (process ${process})`}`, {
    doing: 'take the lock',
    hint: ending
      ? 'Wait until it has ended, or end its process.'
      : 'Use that one, stop it with “kith stop”, or start another with its own --home.',
  })
}
