import type { Kept } from '../kept.ts'
import { footer, markdown, median } from '../kept.ts'
import { clients } from './clients.ts'
import type { HubTurn } from './hub.ts'
import type { TransferReading, TransferTurn } from './transfers.ts'

const [mib, gib] = [2 ** 20, 2 ** 30]

export function hubReport(kept: Kept, all: readonly HubTurn[]): readonly string[] {
  const rows = grouped(all, ({ hub, users }) => `${hub}, ${users.toLocaleString('en')} users`).map(([name, turns]) => {
    const of = (pick: (turn: HubTurn) => number): number => median(turns.map(pick))
    const spoken = turns.every(({ deliveries }) => deliveries > 0)
    const rate = of(({ deliveries }) => deliveries).toLocaleString('en', { maximumFractionDigits: 0 })
    const [login, memory] = [of(({ loginSeconds }) => loginSeconds), of(({ memoryMib }) => memoryMib)]
    return [name, turns.length, login.toFixed(1), spoken ? rate : '–', memory.toFixed(0), of(({ lost }) => lost)]
  })
  return [
    '**A hub**: users log in, then lines of 100 letters are heard by all of them',
    markdown(['hub', 'n', 'all are in after s', 'deliveries a second', 'MiB', 'sent away'], rows),
    footer(kept),
  ]
}

/** A table for each size, plain and inside TLS. */
export function transferReport(kept: Kept, all: readonly TransferTurn[]): readonly string[] {
  const text: string[] = []
  for (const [title, turns] of grouped(
    all,
    ({ bytes, tls }) => `${bytes / mib} MiB, ${tls ? 'inside TLS' : 'plain'}`,
  )) {
    const rows = grouped(turns, ({ from, to }) => `${clients[from].title} → ${clients[to].title}`).map(row)
    const reasons = turns.flatMap(({ from, to, failed }) =>
      failed === undefined ? [] : [`${clients[from].title} → ${clients[to].title}: ${failed}.`],
    )
    text.push(
      `**One file of ${title}, between two users of a hub**: from the first byte of the file on the wire until the ` +
        'taker has it whole, verified and in its place, and what both cost in that time; told apart is what went by from ' +
        'the wish to the first byte (search, queue, meeting)',
      markdown(['', 'n', 's', 'MiB/s', 'giver CPU s/GiB', 'taker CPU s/GiB', 'before s'], rows),
      ...reasons,
    )
  }
  return text.length === 0 ? [] : [...text, footer(kept)]
}

function row([name, turns]: readonly [string, readonly TransferTurn[]]): readonly (string | number)[] {
  const [{ bytes }] = turns as readonly [TransferTurn]
  const readings = turns.flatMap(({ reading }) => reading ?? [])
  if (readings.length === 0) return [name, 0, '–', '–', '–', '–', '–']
  const of = (pick: (reading: TransferReading) => number): number => median(readings.map(pick))
  const seconds = of((one) => one.seconds)
  const cpu = (pick: (reading: TransferReading) => number): string => (of(pick) / (bytes / gib)).toFixed(2)
  return [
    name,
    readings.length,
    seconds.toFixed(2),
    (bytes / mib / seconds).toFixed(0),
    cpu(({ giverCpu }) => giverCpu),
    cpu(({ takerCpu }) => takerCpu),
    of(({ before }) => before).toFixed(1),
  ]
}

function grouped<T>(turns: readonly T[], name: (turn: T) => string): readonly (readonly [string, readonly T[]])[] {
  return Object.entries(Object.groupBy(turns, name)).map(([key, some]) => [key, some ?? []])
}
