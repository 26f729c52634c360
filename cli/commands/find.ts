import type { Command } from 'commander'
import { Option } from 'commander'
import type { Client } from '@kith/api/client.ts'
import { ProblemError } from '@kith/api/client.ts'
import type { FoundRow, MediumWord, SearchView } from '@kith/api/find.ts'
import { media } from '@kith/api/find.ts'
import type { AddResponse, BeginOneRequest } from '@kith/api/transfer-changes.ts'
import type { Context, Run } from '../context.ts'
import { UsageError } from '../exit.ts'
import { clip, parseSize, sizeText, table } from '../format.ts'

const pollMs = 300
/** The API gives no more at once. */
const mostAtOnce = 1_000

interface FindOptions {
  readonly type?: MediumWord
  readonly min?: string
  readonly max?: string
  readonly net?: string[]
  readonly wait: string
  readonly watch?: true
}

export function findCommands(root: Command, run: Run): void {
  root
    .command('find')
    .description('search the library and all networks at once; kith get NUMBER fetches a row')
    .argument('<words...>', 'words, "a phrase", -without')
    .addOption(new Option('--type <type>', 'only this').choices([...media]))
    .option('--min <size>', 'at least this size, such as 10M')
    .option('--max <size>', 'at most this size')
    .option('--net <network...>', 'only on these networks')
    .option('--wait <seconds>', 'listen for answers so long', '15')
    .option('--watch', 'ask again and again in the background from now on, over restarts')
    .action(run(find))
  root
    .command('searches')
    .description('searches of late; with an id: what was found')
    .argument('[search]')
    .option('--unwatch', 'ask it no more')
    .option('--forget', 'stop it, and forget what was found')
    .action(
      run(
        async (
          { kith, out }: Context,
          id: string | undefined,
          given: { readonly forget?: true; readonly unwatch?: true },
        ) => {
          if (id === undefined) {
            return out.value(await kith.call('searches'), (all) =>
              table(
                all.map((one) => [
                  one.id,
                  one.query,
                  one.watch === undefined ? one.state : 'watched',
                  `${one.rows} rows`,
                  one.watch === undefined || one.watch.news === 0 ? '' : `${one.watch.news} new`,
                ]),
              ),
            )
          }
          if (given.unwatch === true) return kith.call('unwatchSearch', { params: { id } })
          if (given.forget === true) return kith.call('removeSearch', { params: { id } })
          const query = { count: mostAtOnce, sort: 'found' as const }
          for (const row of (await kith.call('found', { params: { id }, query })).rows)
            out.item(row, (one) => rowText(out, one))
        },
      ),
    )
}

async function find({ kith, out, signal }: Context, words: string[], given: FindOptions): Promise<void> {
  const [minimumSize, maximumSize] = [sizeOf(given.min), sizeOf(given.max)]
  const seconds = Number(given.wait)
  if (!Number.isInteger(seconds) || seconds < 1) throw new UsageError(`“${given.wait}” is no number of seconds`)
  // The shell took the quotes of a phrase away.
  const query = words.map((word) => (/\s/.test(word) && !word.includes('"') ? `"${word}"` : word)).join(' ')
  let search = await kith.call('startSearch', {
    body: {
      query,
      seconds,
      ...(given.type === undefined ? {} : { medium: given.type }),
      ...(minimumSize === undefined ? {} : { minimumSize }),
      ...(maximumSize === undefined ? {} : { maximumSize }),
      ...(given.net === undefined ? {} : { networks: given.net }),
    },
  })
  const params = { id: search.id }
  let shown = 0
  for (;;) {
    const window = await kith.call('found', { params, query: { sort: 'found', from: shown, count: mostAtOnce } })
    for (const row of window.rows) out.item(row, (one) => rowText(out, one))
    shown += window.rows.length
    search = window.search
    if (window.rows.length === mostAtOnce) continue
    if (search.state === 'done' || signal.aborted) break
    await new Promise((done) => setTimeout(done, pollMs))
  }
  if (given.watch === true) await kith.call('watchSearch', { params })
  if (search.state === 'asking') search = await kith.call('stopSearch', { params })
  if (!out.json) out.line(out.dim(endText(search)))
}

/** Fetches a row of the newest search; of a folder it becomes a transfer for each file. */
export async function getRow(kith: Client, row: string, begin: BeginOneRequest): Promise<AddResponse[]> {
  const params = { id: 'last', row }
  try {
    return [await kith.call('getFound', { params, body: begin })]
  } catch (error) {
    if (!(error instanceof ProblemError) || error.problem.code !== 'find/folder') throw error
  }
  const { select, ...body } = begin
  if (select !== undefined) {
    throw new UsageError(
      `Row ${row} is a folder, each file of which is a transfer: kith browse --get chooses among them`,
    )
  }
  const { transfers } = await kith.call('getFoundFolder', { params, body })
  const added = transfers.map(async (id) => ({
    transfer: await kith.call('transfer', { params: { id } }),
    duplicate: false,
  }))
  return Promise.all(added)
}

function rowText(out: Context['out'], { row, name, size, people, networks, own, medium }: FoundRow): string {
  const who = people === 0 ? '' : `${people} ${people === 1 ? 'person' : 'people'}`
  const left = [
    String(row).padStart(4),
    (size === undefined ? (medium === 'folder' ? 'folder' : '?') : sizeText(size)).padStart(9),
    clip([own ? 'yours' : '', who].filter(Boolean).join(', '), 16).padEnd(16),
    networks.filter((id) => id !== 'library').join(','),
  ].join('  ')
  return `${left}  ${out.bold(clip(name, Math.max(30, out.columns - left.length - 2)))}`
}

/** What became of each network, and what it could not be asked. */
function endText({ rows, full, networks }: SearchView): string {
  const told = networks.map(({ id, state, hits, comparedHere, ignored, fault }) => {
    const what =
      state === 'cannot' ? 'cannot be searched' : state === 'off' ? 'off' : (fault?.message ?? `${hits} answers`)
    const parts = [
      comparedHere.length === 0 || state === 'failed' ? '' : `compared here: ${comparedHere.join(', ')}`,
      ignored.length === 0 || state !== 'done' ? '' : `not compared: ${ignored.join(', ')}`,
    ].filter(Boolean)
    return `  ${id}: ${what}${parts.length === 0 ? '' : ` (${parts.join('; ')})`}`
  })
  return [`${rows} rows${full ? ', and more than are kept' : ''}`, ...told].join('\n')
}

function sizeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const size = parseSize(text)
  if (size === undefined) throw new UsageError(`“${text}” is no size`)
  return size
}
