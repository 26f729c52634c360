import { readFileSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { HubTurn } from './directconnect/hub.ts'
import { hubs } from './directconnect/hub.ts'
import type { TransferTurn } from './directconnect/transfers.ts'
import { transfers } from './directconnect/transfers.ts'
import { removeFolder, scratchFolder } from './material.ts'
import { intoReadme, machine, median, versions } from './result.ts'

/**
 * `npm run bench -- directconnect [hub transfers] [--users N] [--lines N] [--size MIB] [--rounds N] [--keep]`
 *
 * `hub`: N idle users on our hub, and on uhub, and lines of chat that all of them hear; and 10,000 users held by ours (as
 * many as the limit of open files allows). `transfers`: a file between each two of Kith, ncdc and EiskaltDC++, plain and
 * inside TLS. With `--keep` the result goes into `bench/history/` and the README.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    users: { type: 'string', default: '3000' },
    held: { type: 'string', default: '10000' },
    lines: { type: 'string', default: '2000' },
    size: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '3' },
    keep: { type: 'boolean', default: false },
  },
})
const mib = 2 ** 20
const rounds = Number(values.rounds)
const size = Number(values.size) * mib
const history = join(import.meta.dirname, 'history')

interface Result {
  readonly at: string
  readonly machine: string
  readonly versions: Readonly<Record<string, string>>
  hub?: readonly HubTurn[]
  transfers?: { readonly bytes: number; readonly turns: readonly TransferTurn[] }
}

const wanted = (name: string): boolean => positionals.length === 0 || positionals.includes(name)
const folder = await scratchFolder(6 * size)
try {
  const result: Result = {
    at: new Date().toISOString(),
    machine: machine(),
    versions: versions(['uhub', 'ncdc', 'eiskaltdcpp-daemon']),
  }
  const load = {
    users: Number(values.users),
    held: Math.min(Number(values.held), openFiles() - 100),
    lines: Number(values.lines),
    rounds,
  }
  if (wanted('hub')) result.hub = await hubs(folder, load)
  if (wanted('transfers')) result.transfers = { bytes: size, turns: await transfers(folder, size, rounds) }
  console.log(`\n${report([result])}`)
  if (values.keep) await keep(result)
} finally {
  await removeFolder(folder)
}

/** Files that a process may have open, once it has raised its limit as far as it may. */
function openFiles(): number {
  return Number(/^Max open files\s+\d+\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? Infinity)
}

function report(results: readonly Result[]): string {
  const text: string[] = []
  const withHub = results.findLast(({ hub }) => hub !== undefined)
  if (withHub !== undefined) {
    const rows = grouped(withHub.hub!, ({ hub, users }) => `${hub}, ${users.toLocaleString('en')} users`).map(
      ([name, turns]) => {
        const of = (pick: (turn: HubTurn) => number): number => median(turns.map(pick))
        const spoken = turns.every(({ deliveries }) => deliveries > 0)
        const rate = spoken
          ? of(({ deliveries }) => deliveries).toLocaleString('en', { maximumFractionDigits: 0 })
          : '–'
        const lost = of(({ lost: gone }) => gone)
        return `| ${name} | ${turns.length} | ${of(({ loginSeconds }) => loginSeconds).toFixed(1)} | ${rate} | ${of(
          ({ memoryMib }) => memoryMib,
        ).toFixed(0)} | ${lost} |`
      },
    )
    text.push(
      `**A hub**: users log in, then lines of 100 letters are heard by all of them\n\n` +
        `| hub | n | all are in after s | deliveries a second | MiB | sent away |\n| --- | --: | --: | --: | --: | --: |\n${rows.join('\n')}`,
      footer(withHub),
    )
  }
  const withFiles = results.findLast((result) => result.transfers !== undefined)
  if (withFiles?.transfers !== undefined) {
    const { bytes, turns: all } = withFiles.transfers
    const rows = grouped(all, ({ from, to, tls }) => `${from} → ${to}, ${tls ? 'TLS' : 'plain'}`).map(
      ([name, turns]) => {
        const seconds = median(turns.map((turn) => turn.seconds))
        return `| ${name} | ${turns.length} | ${seconds.toFixed(2)} | ${(bytes / mib / seconds).toFixed(0)} |`
      },
    )
    text.push(
      `**One file of ${(bytes / mib).toFixed(0)} MiB between two users of a hub**, from the wish to the whole file, with ` +
        `the meeting\n\n| | n | s | MiB/s |\n| --- | --: | --: | --: |\n${rows.join('\n')}`,
      footer(withFiles),
    )
  }
  return text.join('\n\n')
}

function grouped<T>(turns: readonly T[], name: (turn: T) => string): readonly (readonly [string, readonly T[]])[] {
  return Object.entries(Object.groupBy(turns, name)).map(([key, some]) => [key, some ?? []])
}

function footer({ at, machine: where, versions: used }: Result): string {
  const others = Object.entries(used).map(([tool, version]) => `; ${tool} ${version}`)
  return `${at.slice(0, 10)}, medians of n turns; ${where}${others.join('')}.`
}

async function keep(result: Result): Promise<void> {
  await mkdir(history, { recursive: true })
  const stamp = result.at.slice(0, 16).replaceAll(':', '')
  await writeFile(join(history, `directconnect-${stamp}.json`), `${JSON.stringify(result, undefined, 1)}\n`)
  const kept = (await readdir(history)).filter((name) => name.startsWith('directconnect-')).toSorted()
  const results = await Promise.all(
    kept.map(async (name) => JSON.parse(await readFile(join(history, name), 'utf8')) as Result),
  )
  await intoReadme('directconnect', report(results))
}
