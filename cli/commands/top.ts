import type { Command } from 'commander'
import type { Status } from '@kith/api/status.ts'
import type { TransferWindow } from '@kith/api/transfers.ts'
import type { Context, Run } from '../context.ts'
import { bar, clip, durationText, percentText, rateText, table } from '../format.ts'

export function topCommand(root: Command, run: Run): void {
  root.command('top').description('what moves, live; Ctrl+C ends').action(run(top))
}

async function top({ kith, out, signal }: Context): Promise<void> {
  let status: Status | undefined
  let window: TransferWindow | undefined
  const rows = Math.max(5, (process.stdout.rows ?? 25) - 4)
  await kith.live(
    {
      status: { view: 'status' },
      transfers: { view: 'transfers', query: { sort: 'downRate', descending: true, count: rows } },
    },
    {
      onChange(key, value) {
        if (key === 'status') status = value as Status
        else window = value as TransferWindow
        if (status === undefined || window === undefined) return
        if (out.json) out.item({ status, transfers: window }, () => '')
        else if (out.terminal) out.redraw(picture(out, status, window))
        else out.line(`↓ ${rateText(status.downRate) || '0'}  ↑ ${rateText(status.upRate) || '0'}`)
      },
      onState: (connected) => {
        if (!connected && out.terminal) out.redraw([out.red('The daemon does not answer; waiting for it.')])
      },
    },
    signal,
  )
}

function picture(out: Context['out'], status: Status, window: TransferWindow): string[] {
  const room = Math.max(16, out.columns - 62)
  const rows = window.rows.map((one) => [
    one.id,
    clip(one.name, room),
    one.state,
    bar(one.progress, 10),
    percentText(one.progress),
    rateText(one.downRate),
    rateText(one.upRate),
    durationText(one.eta),
  ])
  return [
    `${out.bold('Kith')}  ↓ ${rateText(status.downRate) || '0'}  ↑ ${rateText(status.upRate) || '0'}  ${window.total} transfers, ${status.people} people`,
    '',
    ...table(rows, new Set([4, 5, 6, 7])).split('\n'),
  ]
}
