import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { Client } from '@kith/api/client.ts'
import type { Audience, HashingView, SharedFolder } from '@kith/api/sharing.ts'
import { audiences } from '@kith/api/sharing.ts'
import type { Context, Run } from '../context.ts'
import { NotFoundError, UsageError } from '../exit.ts'
import { bar, durationText, percentText, rateText, sizeText, table } from '../format.ts'

interface FolderOptions {
  readonly name?: string
  readonly audience?: string
  readonly networks?: string
  readonly ignore?: string[]
}

const collect = (value: string, before: string[] = []): string[] => [...before, value]

export function libraryCommands(root: Command, run: Run): void {
  const library = root.command('library').alias('lib').description('the folders that are shared, and what is in them')
  const options = (command: Command): Command =>
    command
      .option('--name <name>', 'what others see it as')
      .option('--audience <who>', `who may see it: ${audiences.join(', ')}`)
      .option('--networks <list>', 'only these networks, with commas; “all” for all of them')
      .option('--ignore <pattern>', 'leave out names such as *.tmp, or paths; may be given several times', collect)
  library
    .command('ls', { isDefault: true })
    .description('shared folders')
    .action(run(async ({ kith, out }: Context) => out.value(await kith.call('sharedFolders'), foldersText)))
  options(library.command('add').description('share a folder').argument('<folder>')).action(
    run(async (context: Context, path: string, given: FolderOptions) => {
      const kith = await context.start()
      const { networks, ...rest } = request(given)
      const body = {
        path: resolve(path),
        ...rest,
        ...(networks === undefined || networks === null ? {} : { networks }),
      }
      context.out.value(await kith.call('shareFolder', { body }), (folder) => foldersText([folder]))
    }),
  )
  options(
    library.command('set').description('change how a folder is shared').argument('<folder>', 'name or path'),
  ).action(
    run(async ({ kith, out }: Context, which: string, given: FolderOptions) => {
      const params = { id: await idOf(kith, which) }
      out.value(await kith.call('changeShared', { params, body: request(given) }), (folder) => foldersText([folder]))
    }),
  )
  library
    .command('rm')
    .description('share a folder no more; the files stay')
    .argument('<folder>', 'name or path')
    .action(
      run(async ({ kith }: Context, which: string) =>
        kith.call('unshareFolder', { params: { id: await idOf(kith, which) } }),
      ),
    )
  library
    .command('find')
    .description('find files: words, begin*, "a phrase", -without, type:audio, size:>10M, after:2026-01-31')
    .argument('<words...>')
    // Without a letter, as words that are not wanted begin with a minus.
    .option('--count <number>', 'how many', '50')
    .allowUnknownOption()
    .action(
      run(async ({ kith, out }: Context, words: string[], { count }: { count: string }) => {
        const query = { q: words.map((word) => (/\s/.test(word) ? `"${word}"` : word)).join(' '), count: Number(count) }
        out.value(await kith.call('sharedFiles', { query }), ({ rows, total }) => {
          if (rows.length === 0) return 'No shared file is like that.'
          return [
            table(rows.map(({ path, size, state }) => [path, sizeText(size), state === 'known' ? '' : state])),
            ...(total > rows.length ? [`${rows.length} of ${total === 10_000 ? 'over ' : ''}${total}`] : []),
          ].join('\n')
        })
      }),
    )
  library
    .command('asked')
    .description('the files that were given away most, in copies of themselves')
    .option('-n, --count <number>', 'how many', '20')
    .action(
      run(async ({ kith, out }: Context, { count }: { count: string }) => {
        const query = { order: 'given', count: Number(count) } as const
        out.value(await kith.call('sharedFiles', { query }), ({ rows }) =>
          rows.length === 0
            ? 'Nothing was given away yet.'
            : table(rows.map(({ path, size, given }) => [path, sizeText(given), `${(given / size).toFixed(1)} ×`])),
        )
      }),
    )
  library
    .command('status')
    .description('how far hashing is')
    .option('-f, --follow', 'go on until it is done')
    .action(run(status))
  for (const [name, operation, description] of [
    ['pause', 'pauseHashing', 'let hashing rest'],
    ['resume', 'resumeHashing', 'let hashing go on'],
  ] as const) {
    library
      .command(name)
      .description(description)
      .action(run(async ({ kith, out }: Context) => out.value(await kith.call(operation), hashingText)))
  }
  library
    .command('look')
    .description('look through all folders now')
    .action(run(async ({ kith }: Context) => kith.call('lookAgain')))
}

async function status({ kith, out, signal }: Context, { follow }: { follow?: true }): Promise<void> {
  if (follow === undefined) return out.value(await kith.call('hashing'), hashingText)
  for (;;) {
    const hashing = await kith.call('hashing', { signal })
    const all = hashing.known.bytes + hashing.waiting.bytes
    const share = all === 0 ? 1 : hashing.known.bytes / all
    if (out.terminal) out.redraw([`${bar(share, 30)} ${percentText(share)}`, ...hashingText(hashing).split('\n')])
    else out.item(hashing, hashingText)
    if (hashing.state === 'idle' || signal.aborted) return out.endDrawing()
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

async function idOf(kith: Client, which: string): Promise<string> {
  const all = await kith.call('sharedFolders')
  const path = resolve(which)
  const found =
    all.find(({ name, id }) => name === which || String(id) === which) ?? all.find((one) => one.path === path)
  if (found === undefined) throw new NotFoundError(`No shared folder is called “${which}”`)
  return String(found.id)
}

function request({ name, audience, networks, ignore }: FolderOptions): {
  name?: string
  audience?: Audience
  networks?: readonly string[] | null
  ignore?: readonly string[]
} {
  const who = audiences.find((one) => one === audience)
  if (audience !== undefined && who === undefined) {
    throw new UsageError(`“${audience}” is no audience; there are ${audiences.join(', ')}`)
  }
  return {
    ...(name === undefined ? {} : { name }),
    ...(who === undefined ? {} : { audience: who }),
    ...(networks === undefined ? {} : { networks: networks === 'all' ? null : networks.split(',') }),
    ...(ignore === undefined ? {} : { ignore }),
  }
}

function foldersText(folders: readonly SharedFolder[]): string {
  if (folders.length === 0) return 'No folder is shared. Share one with: kith library add FOLDER'
  return table(
    folders.map((folder) => [
      folder.name,
      folder.path,
      folder.audience + (folder.networks === undefined ? '' : ` on ${folder.networks.join(', ')}`),
      `${folder.known.files} files, ${sizeText(folder.known.bytes)}`,
      stateText(folder),
    ]),
  )
}

function stateText({ present, looking, waiting, trouble, skipped }: SharedFolder): string {
  if (!present) return 'its disk is not there'
  return [
    looking ? 'is looked through' : '',
    waiting.files > 0 ? `${waiting.files} wait` : '',
    trouble.files > 0 ? `${trouble.files} cannot be read` : '',
    skipped > 0 ? `${skipped} left out` : '',
  ]
    .filter(Boolean)
    .join(', ')
}

function hashingText({ state, waiting, known, rate, leftMs, current }: HashingView): string {
  return table([
    ['State', state],
    ['Known', `${known.files} files, ${sizeText(known.bytes)}`],
    ['Waiting', `${waiting.files} files, ${sizeText(waiting.bytes)}`],
    ...(rate > 0 ? [['Speed', rateText(rate)]] : []),
    ...(leftMs === undefined ? [] : [['Left', durationText(leftMs / 1000)]]),
    ...(current === undefined ? [] : [['Now', current]]),
  ])
}
