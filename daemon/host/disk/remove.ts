import { rmdir, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { FaultError } from '@kith/core/fault/fault.ts'
import type { Layout } from '@kith/core/transfer/layout.ts'
import { checkFolders } from './below.ts'
import { diskFault, isAbsent, systemError } from './fault.ts'
import { pathOf } from './file-map.ts'

/** Deletes a file if it is there; a link is deleted, not what it leads to.
 * @throws FaultError `disk/…` */
export async function removeFile(path: string): Promise<void> {
  try {
    await unlink(path)
  } catch (error) {
    if (!isAbsent(systemError(error).code)) throw diskFault(error, 'delete the file', path)
  }
}

/** Deletes the files that the layout names, and folders that are empty then. Other files stay, and so do files
 * behind a link. */
export async function removeData(layout: Layout, name: string, dir: string): Promise<void> {
  const folders = new Set<string>()
  for (const [index, { padding }] of layout.files.entries()) {
    if (padding === true) continue
    const path = pathOf(dir, name, layout, index)
    if (!(await isReachable(dir, path))) continue
    await removeFile(path)
    for (let folder = dirname(path); folder.length > dir.length && !folders.has(folder); folder = dirname(folder)) {
      folders.add(folder)
    }
  }
  // Deepest first.
  for (const folder of [...folders].sort((a, b) => b.length - a.length)) await removeIfEmpty(folder)
}

async function isReachable(dir: string, path: string): Promise<boolean> {
  try {
    await checkFolders(dir, path)
    return true
  } catch (error) {
    if (error instanceof FaultError || isAbsent(systemError(error).code)) return false
    throw diskFault(error, 'delete the file', path)
  }
}

async function removeIfEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder)
  } catch (error) {
    const { code } = systemError(error)
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && !isAbsent(code))
      throw diskFault(error, 'delete the folder', folder)
  }
}
