import { basename, isAbsolute, normalize } from 'node:path'
import { fail } from '@kith/core/fault/fault.ts'
import { isFolder, resolved } from '../host/files/list.ts'
import type { SharedFolder } from './folder.ts'

/** The path of a folder that is to be shared, as it is kept.
 * @throws FaultError `input` `library/path`, `library/no-folder`, `library/overlap`, `library/forbidden` */
export async function checkFolder(
  path: string,
  others: readonly SharedFolder[],
  forbidden: (real: string) => boolean,
): Promise<string> {
  if (!isAbsolute(path) || path.includes('\0')) {
    throw fail('input', 'library/path', `“${path.slice(0, 200)}” is no absolute path`)
  }
  const folder = normalize(path).replace(/(?<=.)\/+$/, '')
  if (folder === '/') {
    throw fail('input', 'library/path', 'The whole machine cannot be shared', { hint: 'Choose a folder.' })
  }
  if (!(await isFolder(folder))) throw fail('input', 'library/no-folder', `${folder} is no folder`)
  const real = await resolved(folder)
  if (forbidden(real)) throw fail('input', 'library/forbidden', `${folder} holds the keys and the database of Kith`)
  for (const other of others) {
    const theirs = await resolved(other.path)
    if (real !== theirs && !real.startsWith(`${theirs}/`) && !theirs.startsWith(`${real}/`)) continue
    throw fail('input', 'library/overlap', `${folder} and the shared folder “${other.name}” are not apart`, {
      hint: 'Remove the other one first.',
    })
  }
  return folder
}

/** A name for a folder, from one that was given or from a path.
 * @throws FaultError `input` `library/name` for one that is taken or cannot be a name */
export function folderName(from: string, others: readonly SharedFolder[], isGiven: boolean): string {
  const name = isGiven ? from.trim() : basename(from)
  if (name === '' || name === '.' || name === '..' || /[/\\\0]/.test(name) || name.length > 100) {
    throw fail('input', 'library/name', `“${name.slice(0, 100)}” cannot be the name of a shared folder`)
  }
  const taken = (wanted: string): boolean => others.some((other) => other.name.toLowerCase() === wanted.toLowerCase())
  if (!taken(name)) return name
  if (isGiven) throw fail('input', 'library/name', `Another shared folder is called “${name}”`)
  for (let number = 2; ; number++) if (!taken(`${name} ${number}`)) return `${name} ${number}`
}
