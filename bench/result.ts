import type { MeasureName, Reading } from './measures.ts'
import type { Kept } from './kept.ts'
import { markdown, median } from './kept.ts'
import { measures } from './measures.ts'

/** What one client showed in one measure. */
export interface Line {
  readonly client: string
  readonly readings: readonly Reading[]
}

/** One run of the bench, as it is kept. */
export interface Result extends Kept {
  /** Bytes of the file. */
  readonly size: number
  readonly measures: Partial<Record<MeasureName, readonly Line[]>>
}

/** A table in Markdown: medians, the best of each column is not marked, so that nobody reads a winner into noise. */
export function table(name: MeasureName, lines: readonly Line[], size: number): string {
  const { title, against } = measures[name]
  const gib = size / 2 ** 30
  const row = ({ client, readings }: Line): readonly string[] => {
    const of = (pick: (reading: Reading) => number): number => median(readings.map(pick))
    const wall = of(({ wallSeconds }) => wallSeconds)
    const cpu = of(({ cpuSeconds }) => cpuSeconds)
    const memory = of(({ privateMib }) => privateMib).toFixed(0)
    if (name === 'idle') return [client, `${((cpu / wall) * 100).toFixed(2)} %`, memory]
    return [client, `${readings.length}`, wall.toFixed(2), (gib / wall).toFixed(2), (cpu / gib).toFixed(2), memory]
  }
  const head = name === 'idle' ? ['client', 'CPU', 'MiB'] : ['client', 'n', 'wall s', 'GiB/s', 'CPU s/GiB', 'MiB']
  return `**${title}**: ${against}\n\n${markdown(head, lines.map(row))}`
}

/** The newest table of each measure, with where and when it was measured. */
export function report(history: readonly Result[]): string {
  const parts: string[] = []
  for (const name of Object.keys(measures) as MeasureName[]) {
    const newest = history.findLast((result) => result.measures[name] !== undefined)
    if (newest === undefined) continue
    const { at, machine: where, size, versions: used } = newest
    const others = Object.entries(used).map(([client, version]) => `${client} ${version}`)
    parts.push(
      table(name, newest.measures[name]!, size),
      '',
      `${at.slice(0, 10)}, ${size / 2 ** 20} MiB in pieces of 1 MiB, plain TCP on loopback, medians of n turns; ${where}; ` +
        `${others.join(', ')}.`,
      '',
    )
  }
  return parts.join('\n')
}
