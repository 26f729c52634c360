import { fchmod, fstat } from 'node:fs'
import { promisify } from 'node:util'
import { diskFault, isAbsent, systemError } from './fault.ts'
import type { Files } from './files.ts'
import type { FlushJob } from './job.ts'
import { packPlaces } from './packed.ts'
import { lstat, open } from 'node:fs/promises'
import { readFlags } from './below.ts'

const statFile = promisify(fstat)
const changeMode = promisify(fchmod)

/** Files that one job flushes: what is written meanwhile does not wait long. */
const FILES_OF_A_FLUSH = 32

/** Makes wanted files that have no bytes, and lets those be executed that are meant to be. */
export async function finish(files: Files): Promise<void> {
  for (const [index, { size, executable, padding }] of files.layout.files.entries()) {
    if (padding === true || (size > 0 && executable !== true) || files.skipped.has(index)) continue
    const path = files.pathOf(index)
    if (await isFinished(path, executable === true)) continue
    const { file } = await files.use(index, true)
    try {
      const { mode } = await statFile(file.fd)
      // Whoever may read it may execute it.
      if (executable === true) await changeMode(file.fd, (mode & 0o777) | ((mode & 0o444) >> 2))
    } catch (error) {
      throw diskFault(error, 'make the file executable', path)
    } finally {
      files.done(file)
    }
  }
}

async function isFinished(path: string, executable: boolean): Promise<boolean> {
  try {
    const stats = await lstat(path)
    return stats.isFile() && (!executable || (stats.mode & 0o111) !== 0)
  } catch (error) {
    if (isAbsent(systemError(error).code)) return false
    throw diskFault(error, 'look for the file', path)
  }
}

/** Waits until the device has what was written; `work` does a job in another thread, or throws. */
export async function flush(files: Files, work: (job: FlushJob) => Promise<unknown>): Promise<void> {
  const { indices, parts } = files.takeWritten()
  const jobs: Promise<unknown>[] = []
  for (let at = 0; at < indices.length; at += FILES_OF_A_FLUSH) {
    const some = indices.slice(at, at + FILES_OF_A_FLUSH)
    const places = some.map((index) => ({ root: files.dir, path: files.pathOf(index) }))
    jobs.push(work({ kind: 'flush', files: packPlaces(places) }))
  }
  for (const job of await Promise.allSettled(jobs)) if (job.status === 'rejected') throw job.reason
  if (!parts) return
  try {
    const file = await open(files.parts, readFlags)
    try {
      await file.datasync()
    } finally {
      await file.close()
    }
  } catch (error) {
    throw diskFault(error, 'write the file', files.parts)
  }
}
