import { basename, dirname, resolve } from 'node:path'
import type { Layout, LayoutFile } from '@kith/core/transfer/layout.ts'
import { diskFault } from './fault.ts'
import type { Pool } from './pool.ts'

/** Something on disk as a layout: `dir` and `layout` are what a storage is opened with. */
export interface Walked {
  readonly dir: string
  readonly layout: Layout
}

/** Lists a file, or a folder with all that is below it, sorted by name. Only regular files; links are left out.
 * @throws FaultError `disk/…`, or the signal's reason */
export async function walk(pool: Pool, path: string, signal?: AbortSignal): Promise<Walked> {
  const whole = resolve(path)
  const answer = await pool.run({ kind: 'walk', path: whole }, signal)
  if (answer.kind === 'failed') throw diskFault(answer.error, 'list the files', whole)
  if (answer.kind !== 'walked') throw new Error(`a thread answered ${answer.kind}`)
  const { paths, numbers, single } = answer
  const name = basename(whole)
  const files: LayoutFile[] = []
  let offset = 0
  for (const [index, below] of (numbers.length === 0 ? [] : paths.split('\0')).entries()) {
    const size = numbers[index * 2]!
    const executable = numbers[index * 2 + 1] === 1
    files.push({ path: single ? [name] : below.split('/'), offset, size, ...(executable ? { executable } : {}) })
    offset += size
  }
  return { dir: dirname(whole), layout: { name, single, size: offset, files } }
}
