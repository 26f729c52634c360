import type { Command } from 'commander'
import { transferSorts, transferStates } from '@kith/api/transfers.ts'
import type { Transfer, TransferDetails, TransferQuery } from '@kith/api/transfers.ts'
import type { TransferFile } from '@kith/api/transfer-parts.ts'
import { Option } from 'commander'
import { parseIndices } from './add.ts'
import type { Context, Run } from '../context.ts'
import { clip, durationText, percentText, rateText, sizeText, table, timeText } from '../format.ts'

/** Rows asked of the daemon at once. */
const pageSize = 1000

export function listCommands(root: Command, run: Run): void {
  root
    .command('ls')
    .description('list transfers')
    .argument('[filter]', 'words in the name')
    .addOption(new Option('--state <state>', 'only these').choices([...transferStates, 'active']))
    .option('--label <label>', 'only those with this label')
    .addOption(new Option('--sort <column>', 'order').choices([...transferSorts]))
    .option('--descending', 'the other way round')
    .action(run(list))
  root
    .command('show')
    .description('everything about one transfer')
    .argument('<id>')
    .action(
      run(async ({ kith, out }, id: string) => out.value(await kith.call('transfer', { params: { id } }), detailsText)),
    )
  root
    .command('files')
    .description('the files of a transfer; with --set, how much some of them are wanted')
    .argument('<id>')
    .addOption(new Option('--set <priority>', 'for --only, or for all').choices(['skip', 'low', 'normal', 'high']))
    .option('--only <list>', 'indices and ranges such as 0,2,5-7')
    .action(run(files))
  root.command('sources').description('who delivers a transfer and who takes it').argument('<id>').action(run(sources))
}

async function list(
  { kith, out }: Context,
  filter: string | undefined,
  options: { state?: TransferQuery['state']; label?: string; sort?: TransferQuery['sort']; descending?: true },
): Promise<void> {
  const rows: Transfer[] = []
  for (let total = Infinity; rows.length < total;) {
    const window = await kith.call('transfers', { query: { ...options, filter, from: rows.length, count: pageSize } })
    rows.push(...window.rows)
    total = window.rows.length === 0 ? 0 : window.total
  }
  out.value(rows, (all) => {
    if (all.length === 0) return 'No transfers.'
    const room = Math.max(20, out.columns - 72)
    const head = ['ID', 'NAME', 'STATE', 'DONE', 'SIZE', 'DOWN', 'UP', 'LEFT'].map(out.dim)
    return table([head, ...all.map((one) => row(one, room, out))], new Set([3, 4, 5, 6, 7]))
  })
}

function row(one: Transfer, room: number, out: Context['out']): string[] {
  return [
    one.id,
    clip(one.name, room),
    one.state === 'trouble' ? out.red(one.state) : one.state,
    percentText(one.progress),
    sizeText(one.size),
    rateText(one.downRate),
    rateText(one.upRate),
    durationText(one.eta),
  ]
}

function detailsText(one: TransferDetails): string {
  const rows: (string | undefined)[][] = [
    ['Name', one.name],
    ['State', one.fault === undefined ? one.state : `${one.state}: ${one.fault.message} (${one.fault.code})`],
    ['', one.fault?.hint],
    ['Here', `${sizeText(one.had)} of ${sizeText(one.wanted)} (${percentText(one.progress)})`],
    [
      'Moved',
      `↓ ${sizeText(one.down)}  ↑ ${sizeText(one.up)}  ratio ${one.ratio.toFixed(2)}${one.wasted > 0 ? `  ${sizeText(one.wasted)} of no use` : ''}`,
    ],
    [
      'Speed',
      [
        one.downRate > 0 ? `↓ ${rateText(one.downRate)}` : '',
        one.upRate > 0 ? `↑ ${rateText(one.upRate)}` : '',
        durationText(one.eta),
      ]
        .filter(Boolean)
        .join('  ') || undefined,
    ],
    [
      'Limits',
      [
        one.downLimit === undefined ? '' : `↓ ${sizeText(one.downLimit)}/s`,
        one.upLimit === undefined ? '' : `↑ ${sizeText(one.upLimit)}/s`,
      ]
        .filter(Boolean)
        .join('  ') || undefined,
    ],
    ['Peers', `${one.peers}, ${one.sources} deliver`],
    ['Where', one.path ?? one.directory],
    ['Pieces', one.pieces === undefined ? undefined : `${one.pieces} of ${sizeText(one.pieceLength)}`],
    ['Files', one.files === undefined ? undefined : String(one.files)],
    ['Label', one.label],
    ['Added', timeText(one.addedAt)],
    ['Complete', timeText(one.completedAt) || undefined],
    ['Comment', one.comment],
    ...one.digests.map((digest) => ['Digest', digest]),
    ...one.links.map((link) => ['Link', link]),
    ...one.gateways.map(({ address, state, note, fault }) => [
      'Tracker',
      `${address}  ${fault?.message ?? note ?? state}`,
    ]),
    ...one.banned.map((peer) => ['Banned', `${peer}: sent bad bytes`]),
  ]
  return table(rows.filter((one): one is string[] => one[1] !== undefined && one[1] !== ''))
}

async function files(
  { kith, out }: Context,
  id: string,
  options: { set?: 'skip' | 'low' | 'normal' | 'high'; only?: string },
): Promise<void> {
  const params = { id }
  const rows: TransferFile[] = []
  for (let total = Infinity; rows.length < total;) {
    const window = await kith.call('files', { params, query: { from: rows.length, count: 10_000 } })
    rows.push(...window.rows)
    total = window.rows.length === 0 ? 0 : window.total
  }
  if (options.set !== undefined) {
    const chosen = options.only === undefined ? rows.map(({ index }) => index) : parseIndices(options.only)
    return kith.call('prioritise', { params, body: { files: chosen, priority: options.set } })
  }
  out.value(rows, (all) =>
    table(
      all.map(({ index, path, size, had, priority }) => [
        String(index),
        percentText(size === 0 ? 1 : had / size),
        sizeText(size),
        priority,
        clip(path, Math.max(20, out.columns - 36)),
      ]),
      new Set([0, 1, 2]),
    ),
  )
}

async function sources({ kith, out }: Context, id: string): Promise<void> {
  out.value(await kith.call('sources', { params: { id } }), (all) => {
    if (all.length === 0) return 'Nobody yet.'
    return table(
      all.map((one) => [
        one.network,
        one.name,
        clip(one.client ?? '', 28),
        percentText(one.progress),
        one.downRate > 0 ? `↓ ${rateText(one.downRate)}` : '',
        one.upRate > 0 ? `↑ ${rateText(one.upRate)}` : '',
        sizeText(one.received),
        one.idle ?? '',
      ]),
      new Set([3, 4, 5, 6]),
    )
  })
}
