import { join } from 'node:path'
import type { Layout } from '@kith/core/transfer/layout.ts'
import { filesIn } from '@kith/core/transfer/layout.ts'
import { checkName } from './below.ts'

/** A run of a transfer's bytes inside one file. */
export interface Segment {
  readonly index: number
  /** Byte in the run. */
  readonly at: number
  /** Byte in the file. */
  readonly position: number
  readonly length: number
  /** Filler that is on no disk. */
  readonly padding: boolean
}

/** The segments of [start, end), in order; files without bytes have none. */
export function segments(layout: Layout, start: number, end: number): Segment[] {
  const found: Segment[] = []
  if (end <= start) return found
  const { first, last } = filesIn(layout, start, end)
  for (let index = first; index <= last; index++) {
    const file = layout.files[index]!
    const from = Math.max(start, file.offset)
    const to = Math.min(end, file.offset + file.size)
    if (to <= from) continue
    found.push({
      index,
      at: from - start,
      position: from - file.offset,
      length: to - from,
      padding: file.padding === true,
    })
  }
  return found
}

/** Where a file of the layout stands when the transfer is called `name` in the folder `dir`.
 * @throws FaultError `disk/name` for a name that would lead elsewhere */
export function pathOf(dir: string, name: string, layout: Layout, index: number): string {
  checkName(name)
  if (layout.single) return join(dir, name)
  const { path } = layout.files[index]!
  for (const part of path) checkName(part)
  return join(dir, name, ...path)
}
