import type { Command } from 'commander'
import type { ExclusionView, VisitorView } from '@kith/api/directory.ts'
import { ask } from '../ask.ts'
import type { Context, Run } from '../context.ts'
import { UsageError } from '../exit.ts'
import { durationText, sizeText, table, timeText } from '../format.ts'

interface BanFlags {
  readonly for?: string
  readonly address?: boolean
}

const id = 'directconnect'
const params: { readonly id: string } = { id }
const seconds: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400, w: 7 * 86_400 }

/** What the keeper of our hub does. */
export function hubCommands(root: Command, run: Run): void {
  const hub = root
    .command('hub')
    .description('our own Direct Connect hub, opened with: kith directory on directconnect')
  hub
    .command('users', { isDefault: true })
    .description('who is on it')
    .action(
      run(async ({ kith, out }: Context) =>
        out.value(await kith.call('visitors', { params }), (all) =>
          all.length === 0 ? 'Nobody is on the hub.' : table(all.map(visitorRow)),
        ),
      ),
    )
  hub
    .command('kick')
    .description('send somebody away; they may come again')
    .argument('<nick>')
    .argument('[reason...]')
    .action(
      run(async ({ kith }: Context, nick: string, reason: string[]) => {
        const all = await kith.call('visitors', { params })
        const found = all.find((one) => one.nick === nick || one.id === nick)
        if (found === undefined) throw new UsageError(`Nobody on the hub is called ${nick}`)
        await kith.call('kickVisitor', { params: { id, visitor: found.id }, body: reasonOf(reason) })
      }),
    )
  hub
    .command('ban')
    .description('send somebody away and keep them away: kith hub ban NICK --for 7d spam')
    .argument('<who>', 'a nick, or with --address an address')
    .argument('[reason...]')
    .option('--for <time>', 'minutes, hours, days or weeks: 30m 2h 7d 4w; for ever without it')
    .option('--address', 'it is an address')
    .action(
      run(async ({ kith, out }: Context, who: string, reason: string[], flags: BanFlags) => {
        const whom = flags.address === true ? { address: who } : { nick: who }
        const time = flags.for === undefined ? {} : { seconds: secondsIn(flags.for) }
        const made = await kith.call('exclude', { params, body: { ...whom, ...reasonOf(reason), ...time } })
        out.item(made, (one) => table([exclusionRow(one)]))
      }),
    )
  hub
    .command('bans')
    .description('who is banned')
    .action(
      run(async ({ kith, out }: Context) =>
        out.value(await kith.call('exclusions', { params }), (all) =>
          all.length === 0 ? 'Nobody is banned.' : table(all.map(exclusionRow)),
        ),
      ),
    )
  hub
    .command('unban')
    .description('end a ban')
    .argument('<number>', 'from: kith hub bans')
    .action(run(async ({ kith }: Context, exclusion: string) => kith.call('readmit', { params: { id, exclusion } })))
  hub
    .command('accounts')
    .description('nicks with a password')
    .action(
      run(async ({ kith, out }: Context) =>
        out.value(await kith.call('registrations', { params }), ({ registrations }) =>
          registrations.length === 0
            ? 'No nick has a password.'
            : table(registrations.map(({ nick, rank }) => [nick, rank])),
        ),
      ),
    )
  hub
    .command('register')
    .description('give a nick to whoever knows the password, which is asked for')
    .argument('<nick>')
    .argument('[class]', 'registered, operator or keeper', 'registered')
    .action(
      run(async ({ kith }: Context, nick: string, rank: string) => {
        const password = await ask(`Password of ${nick}: `)
        await kith.call('register', { params: { id, nick }, body: { password, rank } })
      }),
    )
  hub
    .command('unregister')
    .description('take a nick back')
    .argument('<nick>')
    .action(run(async ({ kith }: Context, nick: string) => kith.call('unregister', { params: { id, nick } })))
  hub
    .command('say')
    .description('say something to all in the voice of the hub')
    .argument('<text...>')
    .action(
      run(async ({ kith }: Context, text: string[]) =>
        kith.call('announceToVisitors', { params, body: { text: text.join(' ') } }),
      ),
    )
}

function visitorRow({ nick, rank, address, protocol, secured, client, shared, since }: VisitorView): string[] {
  const how = `${protocol.toUpperCase()}${secured ? ' with TLS' : ''}`
  return [nick, rank, address, how, client, sizeText(shared), durationText((Date.now() - since) / 1000)]
}

function exclusionRow({ id: number, nick, address, reason, by, until }: ExclusionView): string[] {
  const who = [nick, address].filter((one) => one !== undefined).join(', ')
  return [
    number,
    who,
    until === undefined ? 'for ever' : `until ${timeText(until)}`,
    reason,
    by === '' ? '' : `by ${by}`,
  ]
}

function reasonOf(words: readonly string[]): { readonly reason?: string } {
  return words.length === 0 ? {} : { reason: words.join(' ') }
}

function secondsIn(text: string): number {
  const match = /^(\d{1,5})([mhdw])$/.exec(text)
  if (match === null) throw new UsageError(`${text} is no time: 30m, 2h, 7d, 4w`)
  return Number(match[1]) * seconds[match[2]!]!
}
