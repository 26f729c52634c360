import type { Grid } from './grid.ts'
import type { Layout } from './layout.ts'
import type { Priority } from './picker.ts'

/** How much a file is wanted when nobody said otherwise. */
export const usual: Priority = 2

/** Per cell, the highest priority of the files that have bytes in it; filler wants nothing. */
export function cellPriorities(layout: Layout, grid: Grid, priorities: readonly Priority[]): Uint8Array {
  const cells = new Uint8Array(grid.count)
  for (const [index, file] of layout.files.entries()) {
    const priority = priorities[index] ?? usual
    if (file.padding || file.size === 0 || priority === 0) continue
    const last = grid.cellAt(file.offset + file.size - 1)
    for (let cell = grid.cellAt(file.offset); cell <= last; cell++) {
      if (cells[cell]! < priority) cells[cell] = priority
    }
  }
  return cells
}

/** The indices of the files that are not wanted. */
export function unwanted(layout: Layout, priorities: readonly Priority[]): Set<number> {
  return new Set(layout.files.keys().filter((index) => (priorities[index] ?? usual) === 0))
}
