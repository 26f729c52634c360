import { fchmod, fdatasync, fstat } from 'node:fs'
import { promisify } from 'node:util'
import { diskFault, isAbsent, systemError } from './fault.ts'
import type { Files } from './files.ts'
import { lstat, open } from 'node:fs/promises'
import { readFlags } from './below.ts'

const statFile = promisify(fstat)
const changeMode = promisify(fchmod)
const flushFile = promisify(fdatasync)

/** The device puts flushes that come together into one order; more only wait for a thread. */
const FLUSHES_OPEN = 8

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

async function flushOne(files: Files, index: number): Promise<void> {
  const { file } = await files.use(index, false)
  try {
    await flushFile(file.fd)
  } catch (error) {
    throw diskFault(error, 'write the file', files.pathOf(index))
  } finally {
    files.done(file)
  }
}

/** Waits until the device has what was written. */
export async function flush(files: Files): Promise<void> {
  const { indices, parts } = files.takeWritten()
  const left = [...indices]
  const next = async (): Promise<void> => {
    for (let index = left.pop(); index !== undefined; index = left.pop()) await flushOne(files, index)
  }
  const all = await Promise.allSettled(Array.from({ length: FLUSHES_OPEN }, next))
  for (const one of all) if (one.status === 'rejected') throw one.reason
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
