import { lstat, open, rename as renameFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fail, FaultError } from '@kith/core/fault/fault.ts'
import type { Layout } from '@kith/core/transfer/layout.ts'
import { checkFolders, checkName, makeFolders, readFlags, writeFlags } from './below.ts'
import { copyRun } from './copy.ts'
import { diskFault, isAbsent, systemError } from './fault.ts'
import { pathOf } from './file-map.ts'
import { removeData } from './remove.ts'
import { isThere } from './space.ts'

export interface MoveOptions {
  readonly signal?: AbortSignal
  /** Bytes copied so far, of how many; not called where a rename is enough. */
  readonly progress?: (done: number, total: number) => void
  /** Everything stands in the new place, and nothing in the old was deleted yet: record the new place. */
  readonly settled?: () => void | Promise<void>
}

/** Copies grow under this name, so that whatever has the real name is complete. */
function growing(name: string): string {
  return name.length > 200 ? '.kith-moving' : `.${name}.kith-moving`
}

/**
 * Moves a transfer. On the same device that is one rename; else its files are copied next to their new place, flushed,
 * put there by one rename, and then deleted in the old. A copy that was interrupted is taken up again.
 *
 * @throws FaultError `disk/exists`, `disk/…`, or the signal's reason
 */
export async function move(
  layout: Layout,
  name: string,
  from: string,
  to: string,
  options: MoveOptions = {},
): Promise<void> {
  if (from === to) return
  const old = join(from, name)
  const place = join(to, name)
  if (!(await isThere(to))) throw fail('local', 'disk/gone', `${to} is not there`, { doing: 'move the files' })
  if (await isThere(place)) throw exists(place)
  if (!(await isThere(old)) || (await renamed(old, place))) {
    await options.settled?.()
    return
  }
  await copyFiles(layout, name, from, to, options)
  const grown = join(to, growing(name))
  if (await isThere(grown)) await renamed(grown, place)
  await options.settled?.()
  await removeData(layout, name, from)
}

/**
 * Where a transfer stands whose move did not come to an end: record both places before a move, and ask this when the
 * record is still there after a start. Deletes what a finished copy left in the old place.
 */
export async function recoverMove(layout: Layout, name: string, from: string, to: string): Promise<string> {
  if (!(await isThere(join(to, name)))) return from
  if (await isThere(join(from, name))) {
    const files = await existing(layout, name, from)
    for (const { index, size } of files) {
      // Something else has our name there: the move was refused.
      if ((await sizeOf(pathOf(to, name, layout, index))) !== size) return from
    }
    await removeData(layout, name, from)
  }
  return to
}

/** Gives the file or folder of a transfer another name in the same place. */
export async function rename(dir: string, from: string, to: string): Promise<void> {
  checkName(to)
  if (from === to) return
  const place = join(dir, to)
  if (await isThere(place)) throw exists(place)
  if (!(await isThere(join(dir, from)))) return
  try {
    await renameFile(join(dir, from), place)
  } catch (error) {
    throw diskFault(error, 'rename the files', place)
  }
}

function exists(path: string): FaultError {
  return diskFault(Object.assign(new Error('exists'), { code: 'EEXIST' }), 'move the files', path)
}

/** False when the two are on different devices. */
async function renamed(from: string, to: string): Promise<boolean> {
  try {
    await renameFile(from, to)
    return true
  } catch (error) {
    if (systemError(error).code === 'EXDEV') return false
    throw diskFault(error, 'move the files', to)
  }
}

interface Existing {
  readonly index: number
  readonly size: number
}

async function existing(layout: Layout, name: string, dir: string): Promise<readonly Existing[]> {
  const found: Existing[] = []
  for (const [index, { padding }] of layout.files.entries()) {
    if (padding === true) continue
    const size = await sizeOf(pathOf(dir, name, layout, index))
    if (size !== undefined) found.push({ index, size })
  }
  return found
}

/** Undefined when no regular file is there. */
async function sizeOf(path: string): Promise<number | undefined> {
  try {
    const stats = await lstat(path)
    return stats.isFile() ? stats.size : undefined
  } catch (error) {
    if (isAbsent(systemError(error).code)) return undefined
    throw diskFault(error, 'look for the file', path)
  }
}

async function copyFiles(
  layout: Layout,
  name: string,
  from: string,
  to: string,
  { signal, progress }: MoveOptions,
): Promise<void> {
  const files = await existing(layout, name, from)
  const total = files.reduce((sum, { size }) => sum + size, 0)
  let done = 0
  const count = (bytes: number): void => {
    done += bytes
    progress?.(done, total)
  }
  for (const { index, size } of files) {
    const source = pathOf(from, name, layout, index)
    const target = pathOf(to, growing(name), layout, index)
    try {
      await copyFile(from, source, to, target, size, count, signal)
    } catch (error) {
      if (error instanceof FaultError || signal?.aborted) throw error
      throw diskFault(error, 'move the files', target)
    }
  }
}

async function copyFile(
  fromRoot: string,
  source: string,
  toRoot: string,
  target: string,
  size: number,
  count: (bytes: number) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  await checkFolders(fromRoot, source)
  await makeFolders(toRoot, target)
  await using from = await open(source, readFlags)
  const { mode, atime, mtime } = await from.stat()
  await using to = await open(target, writeFlags, mode & 0o777)
  const before = await to.stat()
  // The times are set last, so a copy that has them was finished by a move that was interrupted later.
  if (before.size === size && before.mtimeMs === mtime.getTime()) return count(size)
  await to.truncate(0)
  await copyRun({
    from: { file: from, path: source, position: 0 },
    to: { file: to, path: target, position: 0 },
    length: size,
    signal,
    progress: count,
  })
  await to.truncate(size)
  await to.chmod(mode & 0o777)
  await to.utimes(atime, mtime)
  await to.sync()
  const { size: copied } = await to.stat()
  if (copied !== size) throw fail('local', 'disk/io', `${target} was not copied in full`, { doing: 'move the files' })
}
