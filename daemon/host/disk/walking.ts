import type { Dirent, Stats } from 'node:fs'
import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fail } from '@kith/core/fault/fault.ts'
import { diskFault } from './fault.ts'
import type { WalkAnswer } from './job.ts'

/** More than any torrent that clients load, and still little memory. */
const mostFiles = 1_000_000
/** Deeper than a path of the system's longest length can well be; stops mounts that contain themselves. */
const deepest = 256
/** Files that are looked at between two yields. */
const filesAtOnce = 256

/** Lists a file, or a folder with all that is below it, as a thread does beside other things.
 * @throws FaultError `disk/…` */
export function* walking(path: string): Generator<void, WalkAnswer> {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) {
    throw fail('input', 'disk/no-such-path', `There is no file or folder ${path}`, {
      doing: 'list the files',
      hint: 'It is a path of the machine that Kith runs on: look at how it is written.',
    })
  }
  const stats = statsOf(path)
  if (stats.isFile()) return walked([''], [stats.size, isProgram(stats)], true)
  if (!stats.isDirectory()) {
    throw fail('input', 'disk/not-a-file', `${path} is neither a file nor a folder`, { doing: 'list the files' })
  }
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  const paths: string[] = []
  const numbers: number[] = []

  /** Names are bytes to the system; those that are not UTF-8 have no form that others could ask for. */
  function nameOf(entry: Dirent<NonSharedBuffer>, folder: string): string {
    try {
      return decoder.decode(entry.name)
    } catch {
      throw fail('input', 'disk/name', `A name in ${folder} is not UTF-8`, {
        doing: 'list the files',
        hint: 'Rename the file.',
      })
    }
  }

  function* list(folder: string, below: string, depth: number): Generator<void> {
    if (depth > deepest) throw fail('input', 'disk/too-deep', `The folders in ${folder} are too deep`)
    const entries = entriesOf(folder).map((entry) => ({ entry, name: nameOf(entry, folder) }))
    entries.sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)))
    yield
    for (const { entry, name } of entries) {
      if (entry.isDirectory()) yield* list(join(folder, name), `${below}${name}/`, depth + 1)
      else if (entry.isFile()) {
        const stats = statsOf(join(folder, name))
        if (paths.length === mostFiles) throw fail('input', 'disk/too-many-files', `There are over ${mostFiles} files`)
        paths.push(below + name)
        numbers.push(stats.size, isProgram(stats))
        if (paths.length % filesAtOnce === 0) yield
      }
    }
  }

  yield* list(path, '', 0)
  return walked(paths, numbers, false)
}

function walked(paths: readonly string[], numbers: readonly number[], single: boolean): WalkAnswer {
  return { kind: 'walked', paths: paths.join('\0'), numbers: Float64Array.from(numbers), single }
}

function isProgram({ mode }: Stats): number {
  return (mode & 0o100) === 0 ? 0 : 1
}

function entriesOf(folder: string): Dirent<NonSharedBuffer>[] {
  try {
    return readdirSync(folder, { withFileTypes: true, encoding: 'buffer' })
  } catch (error) {
    throw diskFault(error, 'list the files', folder)
  }
}

function statsOf(path: string): Stats {
  try {
    return lstatSync(path)
  } catch (error) {
    throw diskFault(error, 'list the files', path)
  }
}
