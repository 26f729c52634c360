import type { Command } from 'commander'
import type {
  BorrowedInternetView,
  GrantInternetRequest,
  InternetLoanView,
  InternetTermsView,
  InternetView,
  NearbyInternetView,
} from '@kith/api/internet.ts'
import type { Context, Run } from '../context.ts'
import { UsageError } from '../exit.ts'
import { parseSize, rateText, sizeText, table, timeText } from '../format.ts'

interface GrantFlags {
  readonly hours?: string
  readonly volume?: string
  readonly down?: string
  readonly up?: string
  readonly allow?: string[]
  readonly refuse?: string[]
  readonly home?: boolean
  readonly whole?: boolean
}

/** What there is, as `kith internet list --json` prints it. */
interface Lending extends InternetView {
  readonly nearby: readonly NearbyInternetView[]
}

const HOUR_MS = 3_600_000

export function internetCommands(root: Command, run: Run): void {
  const internet = root.command('internet').description('the internet connection, lent from device to device')
  internet
    .command('list', { isDefault: true })
    .alias('ls')
    .description('whom we lend our connection, whose we use, and who lends us theirs')
    .action(
      run(async ({ kith, out }: Context) => {
        const [view, nearby] = await Promise.all([kith.call('internet'), kith.call('nearbyInternet')])
        const all: Lending = { ...view, nearby }
        out.value(all, lendingText)
      }),
    )
  internet
    .command('lend')
    .description('the switch: lend our connection to those who have a grant, or to nobody')
    .argument('<on|off>')
    .action(
      run(async ({ kith }: Context, state: string) => {
        if (state !== 'on' && state !== 'off') throw new UsageError('Say on or off')
        await kith.call('lendInternet', { body: { on: state === 'on' } })
      }),
    )
  internet
    .command('grant')
    .description('let a device use our connection; what is not named is without limit')
    .argument('<device>')
    .option('--hours <number>', 'for so long')
    .option('--volume <size>', 'for so many bytes in both directions, such as 5G')
    .option('--down <rate>', 'at most so fast towards the device, such as 2M')
    .option('--up <rate>', 'at most so fast from the device')
    .option('--allow <places...>', 'only there: example.org, 192.0.2.0/24, *:443')
    .option('--refuse <places...>', 'but not there')
    .option('--home', 'other machines of our local network too')
    .option('--whole', 'all that its machine sends, not only what asks the proxy')
    .action(
      run(async ({ kith, out }: Context, id: string, flags: GrantFlags) =>
        out.item(await kith.call('grantInternet', { params: { id }, body: termsOf(flags) }), (one) =>
          table([loanRow(one)]),
        ),
      ),
    )
  internet
    .command('revoke')
    .description('take a grant back; what is under way ends at once')
    .argument('<device>')
    .action(run(async ({ kith }: Context, id: string) => kith.call('takeBackInternet', { params: { id } })))
  internet
    .command('refuse')
    .description('say no to a device that would like to use our connection')
    .argument('<device>')
    .action(run(async ({ kith }: Context, id: string) => kith.call('refuseInternet', { params: { id } })))
  internet
    .command('ask')
    .description('ask a device to lend us its connection')
    .argument('<device>')
    .action(run(async ({ kith }: Context, device: string) => kith.call('askInternet', { body: { device } })))
  internet
    .command('use')
    .description('use the connection of a device: opens a proxy on this machine')
    .argument('<device>')
    .option('--port <port>', 'of the proxy; 1080 by itself')
    .option(
      '--whole',
      'all that this machine sends goes there, over IPv6 too where it is lent; needs the right to change its network',
    )
    .action(
      run(async ({ kith, out }: Context, device: string, { port, whole }: { port?: string; whole?: boolean }) => {
        const body = {
          device,
          ...(port === undefined ? {} : { port: Number(port) }),
          ...(whole === undefined ? {} : { whole }),
        }
        out.item(await kith.call('useInternet', { body }), (one) => table([borrowedRow(one)]))
      }),
    )
  internet
    .command('stop')
    .description('use the connection of a device no more')
    .argument('<device>')
    .action(run(async ({ kith }: Context, id: string) => kith.call('stopInternet', { params: { id } })))
}

function termsOf({ hours, volume, down, up, allow, refuse, home, whole }: GrantFlags): GrantInternetRequest {
  const size = (text: string): number => {
    const bytes = parseSize(text)
    if (bytes === undefined) throw new UsageError(`“${text}” is no size`)
    return bytes
  }
  if (hours !== undefined && !(Number(hours) > 0)) throw new UsageError(`“${hours}” are no hours`)
  return {
    ...(hours === undefined ? {} : { until: Math.round(Date.now() + Number(hours) * HOUR_MS) }),
    ...(volume === undefined ? {} : { volume: size(volume) }),
    ...(down === undefined ? {} : { downLimit: size(down) }),
    ...(up === undefined ? {} : { upLimit: size(up) }),
    ...(allow === undefined ? {} : { allowed: allow }),
    ...(refuse === undefined ? {} : { refused: refuse }),
    ...(home === undefined ? {} : { home }),
    ...(whole === undefined ? {} : { whole }),
  }
}

function lendingText({ lending, loans, asks, borrowed, nearby }: Lending): string {
  const rows = [
    ...borrowed.map(borrowedRow),
    ...loans.map(loanRow),
    ...asks.map(({ name }) => ['asks', name, 'would like to use our connection', '', '']),
    ...nearby
      .filter(({ device }) => !borrowed.some((one) => one.device.id === device.id))
      .map((one) => ['nearby', one.device.name, termsText(one), '', '']),
  ]
  const off = lending ? [] : ['Lending is switched off.']
  return [...off, rows.length === 0 ? 'Nobody lends or borrows a connection.' : table(rows)].join('\n')
}

function loanRow(loan: InternetLoanView): string[] {
  return ['lent', loan.device.name, termsText(loan), meterText(loan), loan.state === 'open' ? '' : loan.state]
}

function borrowedRow(one: BorrowedInternetView): string[] {
  const all = one.v6 ? 'all over IPv4 and IPv6' : 'all over IPv4, nothing over IPv6'
  const where = one.whole ? `${all}, and the proxy ${one.proxy}` : `proxy ${one.proxy}`
  return ['used', one.device.name, where, meterText(one), one.state === 'ready' ? '' : one.state]
}

function meterText({ down, up, connections }: InternetLoanView | BorrowedInternetView): string {
  return `${sizeText(down)} down, ${sizeText(up)} up, ${connections} open`
}

function termsText(terms: InternetTermsView): string {
  const { until, volume, downLimit, upLimit, allowed, refused, home, whole } = terms
  const parts = [
    until === undefined ? '' : `until ${timeText(until)}`,
    volume === undefined ? '' : sizeText(volume),
    downLimit === undefined ? '' : `${rateText(downLimit)} down`,
    upLimit === undefined ? '' : `${rateText(upLimit)} up`,
    allowed.length === 0 ? '' : `only ${allowed.join(' ')}`,
    refused.length === 0 ? '' : `not ${refused.join(' ')}`,
    home ? 'local network too' : '',
    whole ? 'whole machine' : '',
  ].filter((part) => part !== '')
  return parts.length === 0 ? 'without limits' : parts.join(', ')
}
