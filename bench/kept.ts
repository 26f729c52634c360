import { spawnSync } from 'node:child_process'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { cpus, totalmem } from 'node:os'
import { dirname, join } from 'node:path'

/** What every bench keeps of one run, beside what it measured. */
export interface Kept {
  /** ISO 8601. */
  readonly at: string
  readonly machine: string
  /** Of what took part, by the names of Debian's packages. */
  readonly versions: Readonly<Record<string, string>>
}

export function keptNow(packages: readonly string[]): Kept {
  return { at: new Date().toISOString(), machine: machine(), versions: versions(packages) }
}

function machine(): string {
  const [first] = cpus()
  const model = first?.model.replaceAll(/\s+/g, ' ').trim()
  return `${cpus().length} cores of ${model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`
}

function versions(packages: readonly string[]): Record<string, string> {
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

/** A table in Markdown; all columns but the first are figures. */
export function markdown(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const rule = head.map((_, index) => (index === 0 ? '---' : '--:'))
  return [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** The line below a table: when, where and beside what it was measured. */
export function footer({ at, machine: where, versions: used }: Kept): string {
  const others = Object.entries(used).map(([tool, version]) => `; ${tool} ${version}`)
  return `${at.slice(0, 10)}, medians of n turns; ${where}${others.join('')}.`
}

/** Puts a result beside the earlier ones of its bench, and the report on all of them, the oldest first, into the README. */
export async function keep<Result extends Kept>(
  bench: string,
  result: Result,
  report: (results: readonly Result[]) => string,
): Promise<void> {
  const history = join(import.meta.dirname, 'history')
  await mkdir(history, { recursive: true })
  const stamp = result.at.slice(0, 16).replaceAll(':', '')
  await writeFile(join(history, `${bench}-${stamp}.json`), `${JSON.stringify(result, undefined, 1)}\n`)
  const names = (await readdir(history)).filter((name) => name.startsWith(`${bench}-`)).toSorted()
  const results = await Promise.all(
    names.map(async (name) => JSON.parse(await readFile(join(history, name), 'utf8')) as Result),
  )
  await intoReadme(bench, report(results))
}

/** Between the two marks of a bench. */
async function intoReadme(bench: string, text: string): Promise<void> {
  const readme = join(dirname(import.meta.dirname), 'README.md')
  const [begin, end] = [`<!-- ${bench} bench -->`, `<!-- /${bench} bench -->`]
  const before = await readFile(readme, 'utf8')
  const [from, to] = [before.indexOf(begin), before.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`the README has no place for the ${bench} bench`)
  await writeFile(readme, `${before.slice(0, from)}${begin}\n\n${text}\n\n${before.slice(to)}`)
}
