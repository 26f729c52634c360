// For Node only: the page never imports this.
import { constants } from 'node:fs'
import { access, mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Only for the user: what Kith keeps is nobody else's. */
const own = 0o700

/**
 * Makes a folder, with what is above it. Node's own way of doing so never ends where a folder is there and takes none, such
 * as in `/proc`. @throws what the system says
 */
export async function makeFolders(path: string, mode?: number): Promise<void> {
  try {
    await mkdir(path, mode)
  } catch (error) {
    const above = dirname(path)
    if (codeOf(error) === 'ENOENT' && above !== path) {
      await makeFolders(above, mode)
      await mkdir(path, mode).catch((again: unknown) => unlessThere(path, again))
    } else await unlessThere(path, error)
  }
}

/** A folder that is there is as good as one that was made. */
async function unlessThere(path: string, error: unknown): Promise<void> {
  const isFolder = await stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  )
  if (!isFolder) throw error
}

/** A folder of Kith's own that cannot be: a sentence, and what to do about it. */
export interface HomeTrouble {
  readonly message: string
  readonly hint: string
}

/** Makes a folder that the daemon lives in, and sees that it can be written. */
export async function makeHome(path: string): Promise<HomeTrouble | undefined> {
  try {
    await makeFolders(path, own)
    await access(path, constants.W_OK | constants.X_OK)
    return undefined
  } catch (error) {
    return troubleOf(codeOf(error), path)
  }
}

function troubleOf(code: string | undefined, path: string): HomeTrouble {
  const elsewhere = 'choose another home with --home.'
  const because = (why: string, hint: string): HomeTrouble => ({
    message: `Kith cannot keep its things in ${path}: ${why}`,
    hint: `${hint} ${elsewhere}`.replace(/^ c/, 'C'),
  })
  switch (code ?? '') {
    case 'EROFS':
      return because('the disk there is read-only', 'Mount it for writing, or')
    case 'EACCES':
    case 'EPERM':
      return because('this user may not write there', 'Give the user that Kith runs as the right to write there, or')
    case 'ENOTDIR':
    case 'EEXIST':
      return because('a file stands where a folder has to be', 'Move it away, or')
    case 'ENOSPC':
    case 'EDQUOT':
      return because('the disk is full', 'Free some space on it, or')
    default:
      return because(`no folder can be made there (${code ?? 'unknown'})`, '')
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code
}
