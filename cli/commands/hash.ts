import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { Client } from '@kith/api/client.ts'
import type { LinkView, ReadingView } from '@kith/api/sharing.ts'
import type { Context, Run } from '../context.ts'
import { UsageError, failure } from '../exit.ts'
import { bar, percentText, sizeText, table } from '../format.ts'
import { base32Text } from '../base32.ts'

/** In the order in which rhash prints them, and by its names. */
const algorithms = ['sha1', 'tth', 'ed2k', 'aich', 'sha256'] as const
type Algorithm = (typeof algorithms)[number]

interface HashOptions {
  readonly bsd?: true
  readonly magnet?: true
  readonly ed2kLink?: true
  readonly only?: string
}

export function hashCommands(root: Command, run: Run): void {
  root
    .command('hash')
    .description('print the digests of files, in the forms that rhash prints')
    .argument('<file...>', 'files on the machine of the daemon')
    .option('--only <list>', `some of ${algorithms.join(',')}`)
    .option('--bsd', 'one line for each digest')
    .option('--magnet', 'magnet links')
    .option('--ed2k-link', 'eDonkey links')
    .action(
      run(async (context: Context, files: string[], given: HashOptions) => {
        const kith = await context.start()
        const wanted = wantedOf(given.only)
        for (const file of files) {
          const reading = await read(context, kith, file)
          context.out.item(reading, () => textOf(reading, file, wanted, given))
        }
      }),
    )
  root
    .command('link')
    .description('the links of a file, or what a link says')
    .argument('<file or link...>')
    .action(
      run(async (context: Context, what: string[]) => {
        const kith = await context.start()
        for (const one of what) {
          if (/^\s*(magnet|ed2k):/i.test(one)) {
            context.out.item(await kith.call('parseLink', { body: { link: one } }), linkText)
            continue
          }
          const reading = await read(context, kith, one)
          context.out.item(reading, ({ magnet, ed2k }) => `${magnet}\n${ed2k}`)
        }
      }),
    )
}

async function read({ out, signal }: Context, kith: Client, file: string): Promise<ReadingView> {
  let reading = await kith.call('read', { body: { path: resolve(file) } })
  for (let pause = 5; reading.state === 'reading'; pause = Math.min(250, pause * 2)) {
    signal.throwIfAborted()
    await new Promise((wake) => setTimeout(wake, pause))
    const share = reading.size === 0 ? 1 : reading.bytes / reading.size
    if (pause === 250) out.redraw([`${bar(share, 30)} ${percentText(share)}  ${sizeText(reading.bytes)}  ${file}`])
    reading = await kith.call('reading', { params: { id: reading.id }, signal })
  }
  if (reading.state === 'failed') throw failure(reading.fault, 'It could not be read')
  out.redraw([])
  out.endDrawing()
  return reading
}

function wantedOf(list: string | undefined): readonly Algorithm[] {
  if (list === undefined) return algorithms
  const names = list.split(',')
  const wrong = names.find((name) => !(algorithms as readonly string[]).includes(name))
  if (wrong !== undefined) throw new UsageError(`“${wrong}” is none of ${algorithms.join(', ')}`)
  return algorithms.filter((algorithm) => names.includes(algorithm))
}

function textOf(
  { digests, magnet, ed2k }: ReadingView,
  file: string,
  wanted: readonly Algorithm[],
  given: HashOptions,
): string {
  const texts = wanted.map((algorithm) => [algorithm, digestText(digests, algorithm)] as const)
  if (given.magnet === true) return magnet ?? ''
  if (given.ed2kLink === true) return ed2k ?? ''
  if (given.bsd === true) {
    return texts.map(([name, text]) => `${name.toUpperCase().padEnd(5)} (${file}) = ${text}`).join('\n')
  }
  // Of one digest rhash puts the name behind, as sha1sum does.
  if (texts.length === 1) return `${texts[0]![1]}  ${file}`
  return [file, ...texts.map(([, text]) => text)].join('  ')
}

/** Tiger trees and AICH are written in base 32, the others in hexadecimal. */
function digestText(digests: readonly string[], algorithm: Algorithm): string {
  const hex = digests.find((digest) => digest.startsWith(`${algorithm}:`))?.slice(algorithm.length + 1) ?? ''
  return algorithm === 'tth' || algorithm === 'aich' ? base32Text(hex) : hex
}

function linkText({ kind, name, size, digests, more }: LinkView): string {
  return table([
    ['Kind', kind],
    ...(name === undefined ? [] : [['Name', name]]),
    ...(size === undefined ? [] : [['Size', `${size} bytes, ${sizeText(size)}`]]),
    ...digests.map((digest) => ['Digest', digest]),
    ...more.map((one) => [one.name, one.value]),
  ])
}
