import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { Transfer } from '@kith/api/transfers.ts'
import type { Context, Run } from '../context.ts'
import { UsageError } from '../exit.ts'
import { bar, clip, parseSize, percentText } from '../format.ts'

export function transferCommands(root: Command, run: Run): void {
  const actions = [
    ['pause', 'let transfers rest'],
    ['resume', 'let transfers go on'],
  ] as const
  for (const [name, description] of actions) {
    root
      .command(name)
      .description(description)
      .argument('<id...>')
      .action(
        run(async ({ kith, out }: Context, ids: string[]) => {
          for (const id of ids)
            out.item(await kith.call(name, { params: { id } }), ({ id, state }) => `${id}  ${state}`)
        }),
      )
  }
  root
    .command('recheck')
    .description('hash what is on disk')
    .argument('<id...>')
    .option('--wait', 'wait until it is done, and show how it goes')
    .action(
      run(async (context: Context, ids: string[], { wait }: { wait?: true }) => {
        for (const id of ids) {
          let one = await context.kith.call('recheck', { params: { id } })
          if (wait === true) one = await checked(context, one)
          context.out.item(one, ({ id, state, progress }) => `${id}  ${state}  ${percentText(progress)}`)
        }
      }),
    )
  root
    .command('rm')
    .description('remove transfers; the files stay unless asked otherwise')
    .argument('<id...>')
    .option('--files', 'delete the files as well')
    .action(
      run(async ({ kith }: Context, ids: string[], options: { files?: true }) => {
        for (const id of ids)
          await kith.call('removeTransfer', { params: { id }, query: { files: options.files === true } })
      }),
    )
  root
    .command('move')
    .description('move the files of a transfer to another folder')
    .argument('<id>')
    .argument('<dir>')
    .action(
      run(async ({ kith, out }: Context, id: string, directory: string) =>
        out.item(
          await kith.call('move', { params: { id }, body: { directory: resolve(directory) } }),
          ({ path }) => path ?? '',
        ),
      ),
    )
  root
    .command('rename')
    .description('rename the file or folder of a transfer')
    .argument('<id>')
    .argument('<name>')
    .action(
      run(async ({ kith, out }: Context, id: string, name: string) =>
        out.item(await kith.call('rename', { params: { id }, body: { name } }), ({ path }) => path ?? ''),
      ),
    )
  root
    .command('limit')
    .description('limit a transfer, bytes per second such as 500k or 2M; none takes a limit away')
    .argument('<id>')
    .option('--down <rate>')
    .option('--up <rate>')
    .option('--label <label>', 'set a label; an empty one takes it away')
    .option('--sequential <on|off>', 'fetch in order')
    .action(
      run(
        async (
          { kith }: Context,
          id: string,
          options: { down?: string; up?: string; label?: string; sequential?: string },
        ) => {
          await kith.call('changeTransfer', {
            params: { id },
            body: {
              ...(options.down === undefined ? {} : { downLimit: rate(options.down) }),
              ...(options.up === undefined ? {} : { upLimit: rate(options.up) }),
              ...(options.label === undefined ? {} : { label: options.label === '' ? null : options.label }),
              ...(options.sequential === undefined ? {} : { sequential: options.sequential === 'on' }),
            },
          })
        },
      ),
    )
  root
    .command('speed')
    .description('show or set the limits of everything, bytes per second such as 500k or 2M, or none')
    .argument('[down]')
    .argument('[up]')
    .action(
      run(async ({ kith, out }: Context, down: string | undefined, up: string | undefined) => {
        const status =
          down === undefined
            ? await kith.call('status')
            : await kith.call('setSpeed', { body: { down: rate(down), ...(up === undefined ? {} : { up: rate(up) }) } })
        const text = (limit: number | undefined): string => (limit === undefined ? 'no limit' : `${limit} bytes/s`)
        out.value(
          { down: status.downLimit ?? null, up: status.upLimit ?? null },
          () => `down: ${text(status.downLimit)}\nup:   ${text(status.upLimit)}`,
        )
      }),
    )
}

/** Shows how far a recheck is until it is over. */
async function checked({ kith, out, signal }: Context, before: Transfer): Promise<Transfer> {
  let one = before
  while (one.state === 'checking') {
    signal.throwIfAborted()
    out.redraw([`${bar(one.progress, 30)} ${percentText(one.progress)}  ${clip(one.name, out.columns - 42)}`])
    await new Promise((resolve) => setTimeout(resolve, 200))
    one = await kith.call('transfer', { params: { id: one.id }, signal })
  }
  out.endDrawing()
  return one
}

/** @throws UsageError */
function rate(text: string): number | null {
  if (text === 'none') return null
  const bytes = parseSize(text)
  if (bytes === undefined) throw new UsageError(`“${text}” is no rate; write for example 500k, 2M or none`)
  return bytes
}
