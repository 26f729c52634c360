import { spawn } from 'node:child_process'
import type { Command } from 'commander'
import { UnreachableError } from '@kith/api/client.ts'
import { daemonCommand } from '../connect.ts'
import type { Context, Run } from '../context.ts'
import { FailedError } from '../exit.ts'
import { durationText, rateText, sizeText, table } from '../format.ts'

/** How long a daemon may take to end, in milliseconds. */
const stopMs = 30_000

export function daemonCommands(root: Command, run: Run): void {
  root
    .command('daemon')
    .description('run the daemon in the foreground')
    .allowUnknownOption()
    .argument('[options...]', 'options for the daemon itself')
    .action(run(async ({ where, signal }, options: string[]) => runDaemon(['--home', where.home], options, signal)))
  root
    .command('paths')
    .description('where settings, state and downloads are')
    .action(
      run(async ({ where, out, signal }) =>
        runDaemon(['--home', where.home], ['--paths', ...(out.json ? ['--json'] : [])], signal),
      ),
    )
  root
    .command('open')
    .description('open the page, or a link in it; starts a daemon if none runs')
    .argument('[link]', 'a link to add')
    .action(run(open))
  root.command('stop').description('stop the daemon').action(run(stop))
  root.command('status').description('how the daemon is').action(run(status))
  root
    .command('doctor')
    .description('check what the daemon needs of its machine')
    .action(
      run(async ({ kith, out }) => {
        const checks = await kith.call('doctor')
        out.value(checks, (all) =>
          all
            .map(({ ok, name, message, hint }) => {
              const mark = ok ? out.green('ok') : out.red('!!')
              return `${mark}  ${name}: ${message}${hint === undefined ? '' : `\n    ${hint}`}`
            })
            .join('\n'),
        )
        if (!checks.every(({ ok }) => ok)) throw new FailedError('Something needs your attention')
      }),
    )
}

async function runDaemon(
  home: readonly (string | undefined)[],
  options: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const given = home[1] === undefined ? [] : (home as string[])
  const daemon = spawn(process.execPath, [...daemonCommand, ...given, ...options], { stdio: 'inherit' })
  const pass = (name: NodeJS.Signals): void => void daemon.kill(name)
  for (const name of ['SIGTERM', 'SIGHUP'] as const) process.on(name, pass)
  signal.addEventListener('abort', () => daemon.kill('SIGINT'))
  process.exitCode = await new Promise<number>((resolve) => daemon.on('exit', (code) => resolve(code ?? 1)))
}

async function open({ start, out }: Context, link: string | undefined): Promise<void> {
  const kith = await start()
  if (link !== undefined) {
    const { transfer, duplicate } = await kith.call('add', { body: { link } })
    out.line(`${duplicate ? 'already there' : 'added'}: ${transfer.id}  ${transfer.name}`)
  }
  const { url } = await kith.call('link')
  out.value({ url }, () => url)
  if (!out.terminal) return
  const opener = process.platform === 'darwin' ? 'open' : 'xdg-open'
  // Without a desktop there is no opener, and the link stands above.
  spawn(opener, [url], { detached: true, stdio: 'ignore' })
    .on('error', () => {})
    .unref()
}

async function stop({ kith, signal }: Context): Promise<void> {
  await kith.call('stop')
  const end = Date.now() + stopMs
  while (Date.now() < end && !signal.aborted) {
    try {
      await kith.call('status')
    } catch (error) {
      if (error instanceof UnreachableError) return
      throw error
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new FailedError('The daemon did not stop in time')
}

async function status({ kith, out }: Context): Promise<void> {
  out.value(await kith.call('status'), (is) => {
    const counts = Object.entries(is.transfers)
      .filter(([name, count]) => count > 0 && name !== 'all' && name !== 'active')
      .map(([name, count]) => `${count} ${name}`)
    const rows = [
      ['Kith', `${is.version} on ${is.device}, up ${durationText((is.now - is.startedAt) / 1000)}`],
      ['Speed', `↓ ${rateText(is.downRate) || '0'}  ↑ ${rateText(is.upRate) || '0'}`],
      ['Moved', `↓ ${sizeText(is.down)}  ↑ ${sizeText(is.up)}`],
      ['Transfers', counts.join(', ') || 'none'],
      ['Networks', `${is.networks.on} of ${is.networks.all} on, ${is.people} people, port ${is.port}`],
      ['Downloads', `${is.downloads}${is.freeBytes === undefined ? '' : `, ${sizeText(is.freeBytes)} free`}`],
      ...is.problems.map(({ message, hint }) => [
        out.red('Problem'),
        hint === undefined ? message : `${message}. ${hint}`,
      ]),
    ]
    return table(rows)
  })
}
