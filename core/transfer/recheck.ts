import type { Range } from '../range/range-set.ts'
import type { Cells } from './cells.ts'
import type { Grid } from './grid.ts'
import type { Check } from './proof.ts'
import { agrees } from './proof.ts'
import type { Storage } from './storage.ts'

/** Bytes asked of the workers at once, and how many such questions are open: both cores stay busy. */
const batchBytes = 32 * 1024 * 1024
const batchesOpen = 4

/** Leaves of one size that follow each other. */
interface Run {
  readonly checks: Check[]
  readonly leaf: number
}

/** Hashes everything that has a proof and compares. `changed` is told of every cell whose state was wrong. */
export async function recheck(
  cells: Cells,
  storage: Storage,
  signal: AbortSignal,
  progress: (bytes: number) => void,
  changed: (range: Range, had: boolean) => void,
): Promise<void> {
  let checked = 0
  const open = new Set<Promise<void>>()
  for (const run of runs(cells.grid)) {
    signal.throwIfAborted()
    // One that failed stays, so that the next wait for any of them ends with it.
    const task: Promise<void> = settle(run).then(() => void open.delete(task))
    open.add(task)
    if (open.size >= batchesOpen) await Promise.race(open)
  }
  await Promise.all(open)

  async function settle({ checks, leaf }: Run): Promise<void> {
    const start = checks[0]!.start
    const end = checks.at(-1)!.end
    const { bytes, present } = await storage.digests(start, end, leaf, checks[0]!.algorithm, signal)
    for (const [index, check] of checks.entries()) {
      mark(check, present[index] === 1 && agrees(check, bytes, index * check.expected.length))
    }
    checked += end - start
    progress(checked)
  }

  function mark(check: Check, had: boolean): void {
    const { grid } = cells
    for (let cell = grid.cellAt(check.start); cell < grid.count && grid.start(cell) < check.end; cell++) {
      if (grid.check(cell)?.start !== check.start || cells.isHad(cell) === had) continue
      cells.mark(cell, had)
      changed({ start: grid.start(cell), end: grid.end(cell) }, had)
    }
  }
}

function* runs(grid: Grid): Generator<Run> {
  let run: Run | undefined
  let previous: Check | undefined
  for (let cell = 0; cell < grid.count; cell++) {
    const check = grid.check(cell)
    if (check === undefined || check.start === previous?.start) continue
    const length = check.end - check.start
    const follows =
      run !== undefined &&
      previous !== undefined &&
      previous.end === check.start &&
      previous.end - previous.start === run.leaf &&
      previous.algorithm === check.algorithm &&
      length <= run.leaf &&
      check.end - run.checks[0]!.start <= batchBytes
    if (follows) run!.checks.push(check)
    else {
      if (run !== undefined) yield run
      run = { checks: [check], leaf: length }
    }
    previous = check
  }
  if (run !== undefined) yield run
}
