import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { Client } from '@kith/api/client.ts'
import type { AddResponse, BeginOneRequest } from '@kith/api/transfer-changes.ts'
import type { Context, Run } from '../context.ts'
import { FailedError, NotFoundError, UsageError, failure } from '../exit.ts'
import { getRow } from './find.ts'
import { attachLink } from './gateways.ts'
import { bar, clip, durationText, percentText, rateText, sizeText } from '../format.ts'

interface AddOptions {
  readonly to?: string
  readonly label?: string
  readonly paused?: true
  readonly sequential?: true
  readonly files?: string
  readonly wait?: true
}

export function addCommands(root: Command, run: Run): void {
  const options = (command: Command): Command =>
    command
      .argument(
        '<what...>',
        'links, files such as a .torrent, numbers of rows that kith find showed, or - for standard input',
      )
      .option('--to <dir>', 'the folder to put it in')
      .option('--label <label>', 'a label')
      .option('--paused', 'do not start yet')
      .option('--sequential', 'in order, from the front')
      .option('--files <list>', 'only these files: indices and ranges such as 0,2,5-7')
  options(root.command('add').description('add links or documents to the running daemon')).action(
    run(async ({ kith, out }: Context, what: string[], given: AddOptions) => {
      for (const added of await addAll(kith, out, what, given)) report(out, added)
    }),
  )
  options(root.command('get').description('add, starting a daemon if none runs'))
    .option('--wait', 'wait until everything is here, and show how it goes')
    .action(
      run(async (context: Context, what: string[], given: AddOptions) => {
        const kith = await context.start()
        const added = await addAll(kith, context.out, what, given)
        if (given.wait !== true) return added.forEach((one) => report(context.out, one))
        for (const { transfer } of added) await wait(context, kith, transfer.id)
      }),
    )
}

function report(out: Context['out'], added: AddResponse): void {
  out.item(
    added,
    ({ transfer, duplicate }) => `${transfer.id}  ${transfer.name}${duplicate ? '  (was there already)' : ''}`,
  )
}

async function addAll(
  kith: Client,
  out: Context['out'],
  what: readonly string[],
  given: AddOptions,
): Promise<AddResponse[]> {
  const added: AddResponse[] = []
  for (const one of what) {
    // A plain number is a row of the newest search.
    if (/^\d{1,5}$/.test(one)) {
      added.push(...(await getRow(kith, one, request(given))))
      continue
    }
    for (const part of await parts(one)) {
      if (part.link !== undefined && (await attachLink(kith, out, part.link))) continue
      added.push(await kith.call('add', { body: { ...part, ...request(given) } }))
    }
  }
  return added
}

function request(given: AddOptions): BeginOneRequest {
  return {
    ...(given.to === undefined ? {} : { directory: resolve(given.to) }),
    ...(given.label === undefined ? {} : { label: given.label }),
    ...(given.paused === undefined ? {} : { paused: true }),
    ...(given.sequential === undefined ? {} : { sequential: true }),
    ...(given.files === undefined ? {} : { select: parseIndices(given.files) }),
  }
}

/** A link, the links on standard input, or a document from a file. */
async function parts(what: string): Promise<{ link?: string; document?: string }[]> {
  if (what === '-') {
    const bytes = await readAll(process.stdin)
    const text = bytes.toString('utf8')
    if (/^[a-z][a-z0-9+.-]*:/i.test(text))
      return text
        .split(/\s+/)
        .filter(Boolean)
        .map((link) => ({ link }))
    return [{ document: bytes.toString('base64') }]
  }
  if (/^[a-z][a-z0-9+.-]*:/i.test(what) || /^([0-9a-f]{40}|[a-z2-7]{32})$/i.test(what)) return [{ link: what }]
  try {
    return [{ document: (await readFile(what)).toString('base64') }]
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new NotFoundError(`“${what}” is no link, and there is no file of that name`)
    throw new FailedError(`“${what}” is no link, and cannot be read as a file: ${(error as Error).message}`)
  }
}

async function readAll(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** `0,2,5-7`. @throws UsageError */
export function parseIndices(text: string): number[] {
  return text.split(',').flatMap((part) => {
    const match = /^(\d{1,7})(?:-(\d{1,7}))?$/.exec(part.trim())
    if (match === null) throw new UsageError(`“${part}” is no file index or range`)
    const first = Number(match[1])
    const last = Number(match[2] ?? match[1])
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at)
  })
}

/** Shows progress until the transfer is complete. @throws FailedError when it cannot go on */
async function wait({ out, signal }: Context, kith: Client, id: string): Promise<void> {
  for (;;) {
    signal.throwIfAborted()
    const one = await kith.call('transfer', { params: { id }, signal })
    const complete = one.state === 'giving' || one.state === 'done' || (one.size !== undefined && one.progress >= 1)
    out.redraw([
      `${out.bold(clip(one.name, out.columns - 12))}  ${out.dim(one.id)}`,
      `${bar(one.progress, 30)} ${percentText(one.progress)}  ${sizeText(one.had)} of ${sizeText(one.wanted)}  ` +
        `↓ ${rateText(one.downRate) || '0'}  ${one.sources} of ${one.peers} deliver  ${durationText(one.eta)}`,
    ])
    if (one.state === 'trouble' && one.fault?.kind !== 'unavailable') {
      throw failure(one.fault, 'It cannot go on')
    }
    if (complete && one.state !== 'checking') {
      out.endDrawing()
      return out.item(one, ({ path, name }) => path ?? name)
    }
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}
