import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { ClientName } from './directconnect/clients.ts'
import { clients } from './directconnect/clients.ts'
import type { HubTurn } from './directconnect/hub.ts'
import { hubs } from './directconnect/hub.ts'
import { againAlone } from './directconnect/loopback.ts'
import { hubReport, transferReport } from './directconnect/report.ts'
import type { Pair, TransferTurn } from './directconnect/transfers.ts'
import { transfers } from './directconnect/transfers.ts'
import { keep, type Kept, keptNow } from './kept.ts'
import { removeFolder, scratchFolder } from './material.ts'

/**
 * `npm run bench -- directconnect [hub transfers] [--users N] [--held N] [--lines N] [--size MIB,MIB] [--plain] [--tls]
 * [--pairs kith:ncdc,…] [--rounds N] [--keep]`
 *
 * `hub`: N idle users on our hub, and on uhub, and lines of chat that all of them hear; and 10,000 users held by ours (as
 * many as the limit of open files allows). `transfers`: a file between each two of Kith, ncdc and EiskaltDC++, plain and
 * inside TLS, or only some of that: pairs are who gives, a colon, who takes, of `kith`, `ncdc`, `eiskalt`. With `--keep`
 * the result goes into `bench/history/` and the README.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    users: { type: 'string', default: '3000' },
    held: { type: 'string', default: '10000' },
    lines: { type: 'string', default: '2000' },
    size: { type: 'string', default: '200,1024' },
    plain: { type: 'boolean', default: false },
    tls: { type: 'boolean', default: false },
    pairs: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    keep: { type: 'boolean', default: false },
  },
})
const rounds = Number(values.rounds)
const sizes = values.size.split(',').map((size) => Number(size) * 2 ** 20)

interface Result extends Kept {
  hub?: readonly HubTurn[]
  transfers?: readonly TransferTurn[]
}

process.exitCode = (await againAlone()) ?? (await bench())

async function bench(): Promise<number> {
  const wanted = (name: string): boolean => positionals.length === 0 || positionals.includes(name)
  const folder = await scratchFolder(3 * Math.max(...sizes))
  try {
    const result: Result = { ...keptNow(['uhub', 'ncdc', 'eiskaltdcpp-daemon']) }
    const load = {
      users: Number(values.users),
      held: Math.min(Number(values.held), openFiles() - 100),
      lines: Number(values.lines),
      rounds,
    }
    if (wanted('hub')) result.hub = await hubs(folder, load)
    if (wanted('transfers')) {
      const tls = values.plain === values.tls ? [false, true] : [values.tls]
      result.transfers = await transfers(folder, { sizes, tls, pairs: pairs(), rounds })
    }
    console.log(`\n${report([result])}`)
    if (values.keep) await keep('directconnect', result, report)
    return 0
  } finally {
    await removeFolder(folder)
  }
}

function pairs(): readonly Pair[] {
  const names = Object.keys(clients) as ClientName[]
  const all = names.flatMap((from) => names.filter((to) => to !== from).map((to) => ({ from, to })))
  const wanted = values.pairs?.split(',')
  const some = all.filter(({ from, to }) => wanted?.includes(`${from}:${to}`) ?? true)
  if (some.length < (wanted?.length ?? 1)) throw new Error(`pairs are two of ${names.join(', ')} with a colon between`)
  return some
}

/** Files that a process may have open, once it has raised its limit as far as it may. */
function openFiles(): number {
  return Number(/^Max open files\s+\d+\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? Infinity)
}

function report(results: readonly Result[]): string {
  const withHub = results.findLast(({ hub }) => hub !== undefined)
  const withFiles = results.findLast((result) => result.transfers !== undefined)
  return [
    ...(withHub?.hub === undefined ? [] : hubReport(withHub, withHub.hub)),
    ...(withFiles?.transfers === undefined ? [] : transferReport(withFiles, withFiles.transfers)),
  ].join('\n\n')
}
