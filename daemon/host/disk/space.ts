import { lstat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { makeFolders } from '@kith/api/home.ts'
import { diskFault, isAbsent, systemError } from './fault.ts'

/** Bytes that can still be written below a folder, which need not exist yet.
 * @throws FaultError `disk/…` */
export async function freeBytes(dir: string): Promise<number> {
  for (let at = dir; ; at = dirname(at)) {
    try {
      const { bavail, bsize } = await statfs(at)
      return bavail * bsize
    } catch (error) {
      if (!isAbsent(systemError(error).code) || dirname(at) === at) throw diskFault(error, 'look at the disk', at)
    }
  }
}

/** Makes a folder that the user chose, with what is above it.
 * @throws FaultError `disk/…` */
export async function makeFolder(dir: string): Promise<void> {
  try {
    await makeFolders(dir)
  } catch (error) {
    throw diskFault(error, 'make the folder', dir)
  }
}

/** Whether something has this name, be it a dangling link.
 * @throws FaultError `disk/…` */
export async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path)
    return true
  } catch (error) {
    if (isAbsent(systemError(error).code)) return false
    throw diskFault(error, 'look for the file', path)
  }
}
