import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { Client } from '@kith/api/client.ts'
import type { BrowsedRow, BrowseView } from '@kith/api/browse.ts'
import type { Context, Run } from '../context.ts'
import { failure } from '../exit.ts'
import { sizeText } from '../format.ts'

const pollMs = 200
/** The API gives no more at once. */
const mostAtOnce = 1_000

interface BrowseOptions {
  readonly net?: string
  readonly filter?: string
  readonly get?: true
  readonly again?: true
  readonly to?: string
}

export function browseCommands(root: Command, run: Run): void {
  root
    .command('browse')
    .description('what somebody shares: kith browse NAME [FOLDER], and with --get fetch it')
    .argument('<name>', 'somebody who is there now: kith people')
    .argument('[path]', 'a folder or file, from the top down')
    .option('--net <network>', 'where they are')
    .option('--filter <words>', 'files below it with all of these words')
    .option('--again', 'ask them, even when that was done within the last minutes')
    .option('--get', 'fetch the file, or everything in the folder')
    .option('--to <dir>', 'the folder to put it in')
    .action(run(browse))
}

async function browse(
  { kith, out, signal }: Context,
  peer: string,
  path: string | undefined,
  given: BrowseOptions,
): Promise<void> {
  const { filter, get, to } = given
  const { id } = await listOf(kith, peer, given, signal)
  const params = { id }
  if (get === true) {
    const body = { paths: [path ?? ''], ...(to === undefined ? {} : { directory: resolve(to) }) }
    const got = await kith.call('getBrowsed', { params, body })
    return out.value(got, ({ added, duplicates, skipped }) =>
      [`${added} added`, duplicates > 0 && `${duplicates} were there already`, skipped > 0 && `${skipped} left out`]
        .filter(Boolean)
        .join(', '),
    )
  }
  for (let from = 0; ; from += mostAtOnce) {
    const query = {
      from,
      count: mostAtOnce,
      ...(path === undefined ? {} : { path }),
      ...(filter === undefined ? {} : { filter }),
    }
    const { rows, total } = await kith.call('browsedRows', { params, query })
    for (const row of rows) out.item(row, (one) => rowText(one, filter !== undefined))
    if (from + rows.length >= total || rows.length === 0) return
  }
}

async function listOf(
  kith: Client,
  peer: string,
  { net: network, again }: BrowseOptions,
  signal: AbortSignal,
): Promise<BrowseView> {
  const body = { peer, ...(network === undefined ? {} : { network }), ...(again === undefined ? {} : { again }) }
  let view = await kith.call('browse', { body })
  while (view.state === 'reading') {
    signal.throwIfAborted()
    await new Promise((done) => setTimeout(done, pollMs))
    view = await kith.call('browsed', { params: { id: view.id } })
  }
  if (view.state === 'failed') throw failure(view.fault, 'It did not work')
  return view
}

function rowText({ kind, name, path, size, files, transfer, own }: BrowsedRow, whole: boolean): string {
  const marks = [own === true && 'yours', transfer !== undefined && `transfer ${transfer}`].filter(Boolean).join(', ')
  const what = kind === 'folder' ? `${whole ? path : name}/  (${files ?? 0} files)` : whole ? path : name
  return `${sizeText(size).padStart(10)}  ${what}${marks === '' ? '' : `  [${marks}]`}`
}
