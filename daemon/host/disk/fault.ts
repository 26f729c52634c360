import type { FaultError } from '@kith/core/fault/fault.ts'
import { fail } from '@kith/core/fault/fault.ts'

/** What the system said of a call that failed; the part of an Error that survives the way out of a worker. */
export interface SystemError {
  /** `ENOSPC`, `EACCES`, …; undefined when it was no system call that failed. */
  readonly code?: string | undefined
  readonly message: string
  readonly path?: string | undefined
}

export function systemError(error: unknown): SystemError {
  if (typeof error !== 'object' || error === null || !('message' in error)) return { message: String(error) }
  // It may have come out of a worker, where it was no Error any more.
  const { code, path, message } = error as SystemError
  return { code, path, message }
}

/** The codes of `open` that mean: nothing is there. */
export function isAbsent(code: string | undefined): boolean {
  return code === 'ENOENT' || code === 'ENOTDIR'
}

/** The `local` fault for a failed call on a file; `path` is what was being worked on. */
export function diskFault(error: unknown, doing: string, path: string): FaultError {
  const { code, message } = systemError(error)
  const details = { doing, cause: message }
  switch (code ?? 'unknown') {
    case 'ENOSPC':
    case 'EDQUOT':
      return fail('local', 'disk/full', `The disk is full: ${path} could not be written`, {
        ...details,
        hint: 'Free some space on the disk, or move the transfer to another one.',
      })
    case 'EFBIG':
      return fail('local', 'disk/full', `The file system cannot hold a file as large as ${path}`, {
        ...details,
        hint: 'Move the transfer to a file system without this limit.',
      })
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return fail('local', 'disk/denied', `Kith may not ${doing}: ${path}`, {
        ...details,
        hint:
          code === 'EROFS'
            ? 'The file system is read-only: mount it for writing, or move the transfer.'
            : 'Give the user that Kith runs as the right to read and write there.',
      })
    case 'ENOENT':
      return fail('local', 'disk/gone', `${path} is not there any more`, {
        ...details,
        hint: 'Bring the disk or the file back, or check the transfer again.',
      })
    case 'ELOOP':
    case 'ENOTDIR':
    case 'EISDIR':
    case 'ENXIO':
      return inTheWay(path, doing)
    case 'EEXIST':
    case 'ENOTEMPTY':
      return fail('local', 'disk/exists', `${path} exists already`, {
        ...details,
        hint: 'Move it away, or choose another place.',
      })
    case 'ENAMETOOLONG':
    case 'EILSEQ':
      return fail('local', 'disk/name', `The file system cannot hold a file called ${path}`, {
        ...details,
        hint: 'Rename the transfer, or move it to another file system.',
      })
    case 'EMFILE':
    case 'ENFILE':
      return fail('local', 'disk/files', 'Too many files are open', {
        ...details,
        hint: 'Raise the limit of open files (ulimit -n).',
      })
    default:
      return fail('local', 'disk/io', `The disk failed to ${doing}: ${path} (${message})`, {
        ...details,
        hint: 'Look at the state of the disk.',
      })
  }
}

/** Something else than a regular file or folder stands where one has to be; links are never followed. */
export function inTheWay(path: string, doing: string): FaultError {
  return fail('local', 'disk/in-the-way', `Something else stands in the way of ${path}`, {
    doing,
    hint: 'Remove the link or the other thing of that name; links inside a transfer are not followed.',
  })
}
