import type { Range } from '@kith/core/range/range-set.ts'
import { RangeSet } from '@kith/core/range/range-set.ts'
import type { Database } from './database.ts'

/** Rows of a transfer are rewritten when there are this many more than ranges. */
const slackRows = 256

/** Which bytes of which transfer are verified and on disk. */
export interface HadStore {
  /** Sorted and joined. */
  load(id: string): RangeSet
  /** On disk some milliseconds later; see `Database.flush`. */
  add(id: string, range: Range): void
  /** Takes back what turned out to be lost. */
  remove(id: string, range: Range): void
  /** Forgets everything of a transfer. */
  clear(id: string): void
}

interface Change extends Range {
  readonly id: string
  readonly lost: 0 | 1
}

export function hadStore(database: Database): HadStore {
  const insert = 'INSERT INTO had (transfer, start, "end", lost) VALUES (?, ?, ?, ?)'
  /** Changes that are not written yet. */
  let due: Change[] = []
  const key = Symbol('had')

  function change(id: string, { start, end }: Range, lost: 0 | 1): void {
    if (end <= start) return
    const last = due.at(-1)
    // Pieces often come in order: one row for all that came since the last write.
    if (last !== undefined && last.id === id && last.lost === lost && last.end === start) {
      due[due.length - 1] = { ...last, end }
    } else due.push({ id, start, end, lost })
    database.later(key, write, () => (due = []))
  }

  function write(): void {
    for (const { id, start, end, lost } of due) database.sql(insert).run(id, start, end, lost)
  }

  function compact(id: string, ranges: RangeSet): void {
    database.together(() => {
      database.sql('DELETE FROM had WHERE transfer = ?').run(id)
      for (const { start, end } of ranges) database.sql(insert).run(id, start, end, 0)
    })
  }

  return {
    load(id) {
      database.flush()
      const ranges = new RangeSet()
      let rows = 0
      for (const row of database
        .sql('SELECT start, "end", lost FROM had WHERE transfer = ? ORDER BY rowid')
        .iterate(id)) {
        const [start, end] = [Number(row['start']), Number(row['end'])]
        if (row['lost'] === 0) ranges.add(start, end)
        else ranges.remove(start, end)
        rows++
      }
      if (rows > ranges.count + slackRows) compact(id, ranges)
      return ranges
    },
    add: (id, range) => change(id, range, 0),
    remove: (id, range) => change(id, range, 1),
    clear(id) {
      due = due.filter((one) => one.id !== id)
      database.sql('DELETE FROM had WHERE transfer = ?').run(id)
    },
  }
}
