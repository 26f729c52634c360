import type { Command } from 'commander'
import type { Client } from '@kith/api/client.ts'
import type { DeviceView } from '@kith/api/near.ts'
import type { Context, Run } from '../context.ts'
import { FailedError, UsageError } from '../exit.ts'
import { durationText, parseDuration, table } from '../format.ts'
import { qrText } from '../qr.ts'

const POLL_MS = 250
/** Two people compare six digits in this time, or begin again. */
const PAIR_MS = 2 * 60_000

interface PairOptions {
  readonly once?: true
  readonly yes?: true
  readonly invite?: true
  readonly for?: string
  readonly at?: readonly string[]
}

export function pairCommands(root: Command, run: Run): void {
  root
    .command('pair')
    .description('pair with a device: by the six digits on both, or by an invitation')
    .argument('[device]', 'its name, the beginning of its id, or a link of invitation')
    .option('--once', 'until the daemon ends, not for good')
    .option('--yes', 'the digits are the same: do not ask')
    .option('--invite', 'make a link that pairs one device, anywhere, without digits')
    .option('--for <time>', 'how long the invitation is good for, such as 30m, 1h or 2d', '1h')
    .option('--at <address...>', 'where else this device is reached, such as a forwarded port: name:port')
    .action(
      run(async (context: Context, device: string | undefined, given: PairOptions) => {
        const lasting = given.once !== true
        if (given.invite === true) return invite(context, given, lasting)
        if (device === undefined) throw new UsageError('Say: kith pair DEVICE, kith pair LINK or kith pair --invite')
        if (!/^kith:/i.test(device.trim())) return compare(context, device, given.yes === true, lasting)
        const paired = await context.kith.call('openInvitation', { body: { link: device, lasting } })
        context.out.item(paired, ({ name }) => `${name} is paired with this device.`)
      }),
    )
  const invitations = root.command('invitations').description('invitations that nobody has used yet')
  invitations
    .command('ls', { isDefault: true })
    .description('all of them')
    .action(
      run(async ({ kith, out }: Context) =>
        out.value(await kith.call('invitations'), (all) =>
          all.length === 0
            ? 'No invitation is open.'
            : table(all.map(({ id, link, until }) => [id, `${durationText((until - Date.now()) / 1000)} left`, link])),
        ),
      ),
    )
  invitations
    .command('remove')
    .description('take one back')
    .argument('<id>')
    .action(run(async ({ kith }: Context, id: string) => kith.call('takeBackInvitation', { params: { id } })))
}

async function invite({ kith, out }: Context, given: PairOptions, lasting: boolean): Promise<void> {
  const seconds = parseDuration(given.for ?? '1h')
  if (seconds === undefined) throw new UsageError(`“${given.for}” is no time: say 30m, 1h or 2d`)
  const addresses = given.at === undefined ? {} : { addresses: given.at }
  const made = await kith.call('invite', { body: { seconds, lasting, ...addresses } })
  out.item(made, ({ id, link }) => {
    const code = out.terminal ? qrText(link, out.columns) : ''
    return `${code}${link}

Whoever has this link can pair one device with this one, for ${durationText(seconds)}.
There: kith pair LINK, or Nearby in the page. To take it back: kith invitations remove ${id}`
  })
}

async function compare(context: Context, id: string, agreed: boolean, lasting: boolean): Promise<void> {
  const { kith, out, signal } = context
  const before = await kith.call('pair', { params: { id } })
  const shown = await until(kith, before.id, signal, ({ digits }) => digits !== undefined)
  out.item(shown, ({ digits, name }) => `${digits}   Are these digits on ${name} too?`)
  if (!agreed && !(await yes(context))) return kith.call('forgetDevice', { params: { id: before.id } })
  await kith.call('acceptDevice', { params: { id: before.id }, body: { lasting } })
  const done = await until(kith, before.id, signal, ({ standing }) => standing !== 'pairing')
  if (done.standing !== 'paired') throw new FailedError(`${done.name} did not agree in time`)
  out.item(done, ({ name }) => `${name} is paired with this device.`)
}

/** Waits until a device passes the test. @throws FailedError when it never does */
async function until(
  kith: Client,
  id: string,
  signal: AbortSignal,
  test: (device: DeviceView) => boolean,
): Promise<DeviceView> {
  for (const end = Date.now() + PAIR_MS; Date.now() < end;) {
    signal.throwIfAborted()
    const device = (await kith.call('devices')).find((one) => one.id === id)
    if (device === undefined) throw new FailedError('The device is not there any more')
    if (test(device)) return device
    await new Promise((done) => setTimeout(done, POLL_MS))
  }
  throw new FailedError('Nobody answered in time')
}

async function yes({ out }: Context): Promise<boolean> {
  if (!process.stdin.isTTY) throw new UsageError('Nobody can be asked here: say --yes when the digits are the same')
  out.line('Type y and Enter if they are the same.')
  for await (const data of process.stdin) return /^y(es)?$/i.test(String(data).trim())
  return false
}
