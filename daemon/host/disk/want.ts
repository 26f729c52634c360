import { open, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { FaultError } from '@kith/core/fault/fault.ts'
import type { Range } from '@kith/core/range/range-set.ts'
import { checkFolders, makeFolders, readFlags, writeFlags } from './below.ts'
import { copyRun } from './copy.ts'
import { diskFault } from './fault.ts'
import type { Files } from './files.ts'
import { removeFile } from './remove.ts'

/** Copies verified bytes of files that become wanted out of the parts file, then changes the choice. */
export async function want(files: Files, skipped: ReadonlySet<number>, had: Iterable<Range>): Promise<void> {
  const ranges = [...had]
  for (const index of files.skipped) {
    if (!skipped.has(index) && (await files.inParts(index))) await bringOut(files, index, ranges)
  }
  files.skip(skipped)
  if (skipped.size === 0) await removeFile(files.parts)
}

/** The file appears under its name only when everything is in it, so that the parts file counts until then. */
async function bringOut(files: Files, index: number, had: readonly Range[]): Promise<void> {
  const { offset, size, executable } = files.layout.files[index]!
  const inside = had
    .map(({ start, end }) => ({ start: Math.max(start, offset), end: Math.min(end, offset + size) }))
    .filter(({ start, end }) => start < end)
  if (inside.length === 0) return
  const path = files.pathOf(index)
  const fresh = join(dirname(path), `.kith-part-${index}`)
  try {
    await makeFolders(files.dir, path)
    await checkFolders(files.dir, path)
    await removeFile(fresh)
    await using from = await open(files.parts, readFlags)
    await using to = await open(fresh, writeFlags, executable === true ? 0o777 : 0o666)
    for (const { start, end } of inside) {
      await copyRun({
        from: { file: from, path: files.parts, position: start },
        to: { file: to, path: fresh, position: start - offset },
        length: end - start,
      })
    }
    // Zeros at the end were not written.
    await to.truncate(inside.at(-1)!.end - offset)
    await to.datasync()
    await rename(fresh, path)
  } catch (error) {
    throw error instanceof FaultError ? error : diskFault(error, 'write the file', path)
  }
}
