import { fail, FaultError } from '@kith/core/fault/fault.ts'

/** Primary result codes of SQLite (sqlite3.h). */
const sqlite = { readonly: 8, ioerr: 10, corrupt: 11, full: 13, cantopen: 14, notadb: 26 } as const

/** The check of the database found something. */
export class Damage extends Error {}

function codeOf(error: unknown): number | undefined {
  const { errcode } = error as { errcode?: unknown }
  return typeof errcode === 'number' ? errcode & 0xff : undefined
}

export function isDamage(error: unknown): boolean {
  const code = codeOf(error)
  return error instanceof Damage || code === sqlite.corrupt || code === sqlite.notadb
}

/** What SQLite or the system said, as a fault; one that is a fault already stays as it is. */
export function databaseFault(error: unknown, doing: string, path: string): FaultError {
  if (error instanceof FaultError) return error
  const message = error instanceof Error ? error.message : String(error)
  const details = { doing, cause: message }
  const system = (error as NodeJS.ErrnoException).code
  switch (codeOf(error) ?? -1) {
    case sqlite.full:
      return fail('local', 'database/full', `The disk is full: ${path} cannot be written`, {
        ...details,
        hint: 'Free some space on the disk.',
      })
    case sqlite.readonly:
    case sqlite.cantopen:
      return denied(path, details)
    case sqlite.corrupt:
    case sqlite.notadb:
      return fail('local', 'database/damaged', `The database ${path} is damaged`, {
        ...details,
        hint: 'Start Kith again: it sets the damaged database aside.',
      })
    default:
      if (system === 'EACCES' || system === 'EPERM' || system === 'EROFS') return denied(path, details)
      return fail('local', 'database/io', `The database ${path} cannot be used: ${message}`, {
        ...details,
        hint: 'See that its folder can be made and written, or choose another one with --home.',
      })
  }
}

function denied(path: string, details: { readonly doing: string; readonly cause: string }): FaultError {
  return fail('local', 'database/denied', `Kith may not read and write ${path}`, {
    ...details,
    hint: 'Give the user that Kith runs as the right to read and write there.',
  })
}
