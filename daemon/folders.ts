import { access, constants, readdir, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, normalize } from 'node:path'
import type { FolderView } from '@kith/api/access.ts'
import { fail } from '@kith/core/fault/fault.ts'
import { freeBytes, makeFolder } from './host/disk/space.ts'

/** More entries than a person looks through. */
const mostEntries = 5_000

/** What is in a folder of this machine. @throws FaultError `input` `folder/…` */
export async function folderView(path: string, withFiles: boolean): Promise<FolderView> {
  const folder = absolute(path)
  try {
    const found = await readdir(folder, { withFileTypes: true })
    const visible = found.filter(
      (entry) => !entry.name.startsWith('.') && (entry.isDirectory() || (withFiles && entry.isFile())),
    )
    const entries = await Promise.all(
      visible.slice(0, mostEntries).map(async (entry) => {
        if (entry.isDirectory()) return { name: entry.name, folder: true }
        return { name: entry.name, folder: false, size: (await stat(join(folder, entry.name))).size }
      }),
    )
    entries.sort((a, b) => Number(b.folder) - Number(a.folder) || a.name.localeCompare(b.name))
    const parent = dirname(folder)
    return {
      path: folder,
      ...(parent === folder ? {} : { parent }),
      freeBytes: await freeBytes(folder),
      writable: await canWrite(folder),
      entries,
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    throw fail('input', 'folder/unreadable', `${folder} cannot be read (${code})`, { cause: error })
  }
}

async function canWrite(folder: string): Promise<boolean> {
  try {
    await access(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** The folder that the user named, made if it is not there. @throws FaultError `input` `folder/relative`, `disk/…` */
export async function folderFor(path: string): Promise<string> {
  const folder = absolute(path)
  await makeFolder(folder)
  return folder
}

function absolute(path: string): string {
  if (isAbsolute(path) && !path.includes('\0')) return normalize(path).replace(/(?<=.)\/$/, '')
  throw fail('input', 'folder/relative', `“${path.slice(0, 200)}” is no absolute path`, {
    hint: 'Write it from the root, beginning with /.',
  })
}
