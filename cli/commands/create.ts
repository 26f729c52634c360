import { access, constants, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Command } from 'commander'
import type { PublishRequest } from '@kith/api/publications.ts'
import type { Context, Run } from '../context.ts'
import { FailedError, UsageError, failure } from '../exit.ts'
import { bar, parseSize, percentText, sizeText } from '../format.ts'

interface CreateOptions {
  readonly tracker?: string[]
  readonly webSeed?: string[]
  readonly comment?: string
  readonly private?: true
  readonly pieceLength?: string
  readonly out?: string
  readonly give?: boolean
}

const collect = (value: string, before: string[] = []): string[] => [...before, value]

export function createCommands(root: Command, run: Run): void {
  const options = (command: Command): Command =>
    command
      .argument('<path>', 'a file or folder on the machine of the daemon')
      .option('--tracker <url>', 'a tracker; may be given several times, commas make a tier', collect)
      .option('--web-seed <url>', 'where the same bytes are on the web; may be given several times', collect)
      .option('--comment <text>')
      .option('--private', 'peers come from its trackers only')
      .option('--piece-length <size>', 'a power of two, such as 1M')
  options(root.command('create').description('make a .torrent of a file or folder, and give it'))
    .option('-o, --out <file>', 'where to write the document; its name in this folder without it')
    .option('--no-give', 'only make the document')
    .action(run((context: Context, path: string, given: CreateOptions) => create(context, path, given, true)))
  options(root.command('share').description('give a file or folder to others, and print its link')).action(
    run((context: Context, path: string, given: CreateOptions) => create(context, path, given, false)),
  )
}

async function create(context: Context, path: string, given: CreateOptions, write: boolean): Promise<void> {
  const { out, signal } = context
  // Before long work is done, and something is given that nobody gets the document of.
  if (write) await mayWrite(given.out === undefined ? process.cwd() : dirname(resolve(given.out)))
  const kith = await context.start()
  let publication = await kith.call('publish', { body: request(path, given) })
  while (publication.state === 'hashing') {
    signal.throwIfAborted()
    const { bytes, size } = publication
    const share = size === 0 ? 1 : bytes / size
    out.redraw([`${bar(share, 30)} ${percentText(share)}  ${sizeText(bytes)} of ${sizeText(size)}`])
    await new Promise((wake) => setTimeout(wake, 200))
    publication = await kith.call('publication', { params: { id: publication.id }, signal })
  }
  out.endDrawing()
  if (publication.state === 'failed') throw failure(publication.fault, 'It failed')
  let file: string | undefined
  if (write) {
    file = resolve(given.out ?? publication.fileName!)
    await writeFile(file, await kith.call('publishedDocument', { params: { id: publication.id } }))
  }
  out.value({ ...publication, file }, ({ link }) => [file, link].filter(Boolean).join('\n'))
}

/** @throws FailedError */
async function mayWrite(folder: string): Promise<void> {
  const reason = await access(folder, constants.W_OK).then(
    () => undefined,
    (error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? 'there is no such folder' : 'it may not be written'),
  )
  if (reason !== undefined) throw new FailedError(`The .torrent cannot be put into ${folder}: ${reason}`)
}

function request(path: string, given: CreateOptions): PublishRequest {
  const pieceLength = given.pieceLength === undefined ? undefined : parseSize(given.pieceLength)
  if (given.pieceLength !== undefined && pieceLength === undefined)
    throw new UsageError(`“${given.pieceLength}” is no size`)
  return {
    path: resolve(path),
    ...(given.tracker === undefined ? {} : { gateways: given.tracker.map((tier) => tier.split(',')) }),
    ...(given.webSeed === undefined ? {} : { webSeeds: given.webSeed }),
    ...(given.comment === undefined ? {} : { comment: given.comment }),
    ...(given.private === undefined ? {} : { private: true }),
    ...(pieceLength === undefined ? {} : { pieceLength }),
    ...(given.give === false ? { give: false } : {}),
  }
}
