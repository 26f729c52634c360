import { spawnSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { cpus, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import type { MeasureName, Reading } from './measures.ts'
import { measures } from './measures.ts'

/** What one client showed in one measure. */
export interface Line {
  readonly client: string
  readonly readings: readonly Reading[]
}

/** One run of the bench, as it is kept. */
export interface Result {
  /** ISO 8601. */
  readonly at: string
  readonly machine: string
  /** Bytes of the file. */
  readonly size: number
  readonly versions: Readonly<Record<string, string>>
  readonly measures: Partial<Record<MeasureName, readonly Line[]>>
}

export function machine(): string {
  const [first] = cpus()
  const model = first?.model.replaceAll(/\s+/g, ' ').trim()
  return `${cpus().length} cores of ${model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`
}

/** The versions of the Debian packages that took part. */
export function versions(packages: readonly string[]): Record<string, string> {
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f', '${Package} ${Version}\n', ...packages], { encoding: 'utf8' })
  const pairs = (stdout ?? '')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(' ') as [string, string])
  return Object.fromEntries(pairs)
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** A table in Markdown: medians, the best of each column is not marked, so that nobody reads a winner into noise. */
export function table(name: MeasureName, lines: readonly Line[], size: number): string {
  const { title, against } = measures[name]
  const gib = size / 2 ** 30
  const row = ({ client, readings }: Line): string => {
    const of = (pick: (reading: Reading) => number): number => median(readings.map(pick))
    const wall = of(({ wallSeconds }) => wallSeconds)
    const cpu = of(({ cpuSeconds }) => cpuSeconds)
    const memory = of(({ privateMib }) => privateMib).toFixed(0)
    const cells =
      name === 'idle'
        ? [client, `${((cpu / wall) * 100).toFixed(2)} %`, memory]
        : [client, `${readings.length}`, wall.toFixed(2), (gib / wall).toFixed(2), (cpu / gib).toFixed(2), memory]
    return `| ${cells.join(' | ')} |`
  }
  const head = name === 'idle' ? ['client', 'CPU', 'MiB'] : ['client', 'n', 'wall s', 'GiB/s', 'CPU s/GiB', 'MiB']
  const rule = head.map((_, i) => (i === 0 ? '---' : '--:'))
  return [`**${title}**: ${against}`, '', `| ${head.join(' | ')} |`, `| ${rule.join(' | ')} |`, ...lines.map(row)].join(
    '\n',
  )
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

/** Puts what a bench found between its two marks in the README. */
export async function intoReadme(bench: string, text: string): Promise<void> {
  const readme = join(dirname(import.meta.dirname), 'README.md')
  const [begin, end] = [`<!-- ${bench} bench -->`, `<!-- /${bench} bench -->`]
  const before = await readFile(readme, 'utf8')
  const [from, to] = [before.indexOf(begin), before.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`the README has no place for the ${bench} bench`)
  await writeFile(readme, `${before.slice(0, from)}${begin}\n\n${text}\n\n${before.slice(to)}`)
}
