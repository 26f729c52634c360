import type { Dirent, Stats } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { fail } from '@kith/core/fault/fault.ts'
import type { Layout, LayoutFile } from '@kith/core/transfer/layout.ts'
import { diskFault } from './fault.ts'

/** More than any torrent that clients load, and still little memory. */
const mostFiles = 1_000_000
/** Deeper than a path of the system's longest length can well be; stops mounts that contain themselves. */
const deepest = 256

/** Something on disk as a layout: `dir` and `layout` are what a storage is opened with. */
export interface Walked {
  readonly dir: string
  readonly layout: Layout
}

interface Found {
  readonly path: readonly string[]
  readonly size: number
  readonly executable: boolean
}

/** Lists a file, or a folder with all that is below it, sorted by name. Only regular files; links are left out.
 * @throws FaultError `disk/…`, or the signal's reason */
export async function walk(path: string, signal?: AbortSignal): Promise<Walked> {
  const whole = resolve(path)
  const stats = await statsOf(whole)
  const name = basename(whole)
  const dir = dirname(whole)
  if (stats.isFile()) {
    const file = fileOf({ path: [name], size: stats.size, executable: (stats.mode & 0o100) !== 0 }, 0)
    return { dir, layout: { name, single: true, size: stats.size, files: [file] } }
  }
  if (!stats.isDirectory()) {
    throw fail('input', 'disk/not-a-file', `${path} is neither a file nor a folder`, { doing: 'list the files' })
  }
  const found: Found[] = []
  await list(whole, [], found, signal)
  let size = 0
  const files = found.map((one) => {
    const file = fileOf(one, size)
    size += one.size
    return file
  })
  return { dir, layout: { name, single: false, size, files } }
}

function fileOf({ path, size, executable }: Found, offset: number): LayoutFile {
  return { path, offset, size, ...(executable ? { executable } : {}) }
}

async function list(
  folder: string,
  below: readonly string[],
  into: Found[],
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted()
  if (below.length > deepest) throw fail('input', 'disk/too-deep', `The folders in ${folder} are too deep`)
  const entries = (await entriesOf(folder)).map((entry) => ({ entry, name: nameOf(entry, folder) }))
  entries.sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)))
  for (const { entry, name } of entries) {
    const path = join(folder, name)
    const names = [...below, name]
    if (entry.isDirectory()) await list(path, names, into, signal)
    else if (entry.isFile()) {
      const { size, mode } = await statsOf(path)
      if (into.length === mostFiles) throw fail('input', 'disk/too-many-files', `There are over ${mostFiles} files`)
      into.push({ path: names, size, executable: (mode & 0o100) !== 0 })
    }
  }
}

/** Names are bytes to the system; those that are not UTF-8 have no form that others could ask for. */
function nameOf(entry: Dirent<NonSharedBuffer>, folder: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(entry.name)
  } catch {
    throw fail('input', 'disk/name', `A name in ${folder} is not UTF-8`, {
      doing: 'list the files',
      hint: 'Rename the file.',
    })
  }
}

async function entriesOf(folder: string): Promise<Dirent<NonSharedBuffer>[]> {
  try {
    return await readdir(folder, { withFileTypes: true, encoding: 'buffer' })
  } catch (error) {
    throw diskFault(error, 'list the files', folder)
  }
}

async function statsOf(path: string): Promise<Stats> {
  try {
    return await lstat(path)
  } catch (error) {
    throw diskFault(error, 'list the files', path)
  }
}
