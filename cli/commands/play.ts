import type { Command } from 'commander'
import type { JoinedGameView, NearbyGameView, OfferedGameView } from '@kith/api/games.ts'
import type { Context, Run } from '../context.ts'
import { UsageError } from '../exit.ts'
import { namesOf, table } from '../format.ts'
import { segmentCommands } from './segment.ts'

interface OfferFlags {
  readonly to?: string[]
  readonly title?: string
  readonly tcp?: string[]
  readonly udp?: string[]
  readonly announces?: string[]
}

/** What there is to play, as `kith play list --json` prints it. */
interface Playing {
  readonly ours: readonly OfferedGameView[]
  readonly joined: readonly JoinedGameView[]
  readonly nearby: readonly NearbyGameView[]
}

export function playCommands(root: Command, run: Run): void {
  const play = root.command('play').description('games between devices')
  play
    .command('list', { isDefault: true })
    .description('our games, those that we joined, and those of devices nearby')
    .action(
      run(async ({ kith, out }: Context) => {
        const [ours, joined, nearby] = await Promise.all([
          kith.call('offeredGames'),
          kith.call('joinedGames'),
          kith.call('nearbyGames'),
        ])
        const all: Playing = { ours, joined, nearby }
        out.value(all, playingText)
      }),
    )
  play
    .command('known')
    .description('games whose ports are known')
    .action(
      run(async ({ kith, out }: Context) =>
        out.value(await kith.call('knownGames'), (all) =>
          table(all.map(({ name, title, tcp, udp }) => [name, title, portsText(tcp, udp)])),
        ),
      ),
    )
  play
    .command('offer')
    .description('let devices join a game of this machine: kith play offer openttd --to NAME')
    .argument('[game]', 'a game whose ports are known: kith play known')
    .option('--to <devices...>', 'who may join')
    .option('--title <title>', 'how others see it')
    .option('--tcp <ports...>', 'its TCP ports')
    .option('--udp <ports...>', 'its UDP ports')
    .option('--announces <places...>', 'where it tells the local network of itself, such as 224.0.2.60:4445')
    .action(
      run(async ({ kith, out }: Context, game: string | undefined, given: OfferFlags) => {
        if (game === undefined && given.tcp === undefined && given.udp === undefined) {
          throw new UsageError('Name a game, or its ports')
        }
        const { to = [], title, announces } = given
        const made = await kith.call('offerGame', {
          body: {
            to,
            ...(game === undefined ? {} : { game }),
            ...(title === undefined ? {} : { title }),
            ...(given.tcp === undefined ? {} : { tcp: given.tcp.map(Number) }),
            ...(given.udp === undefined ? {} : { udp: given.udp.map(Number) }),
            ...(announces === undefined ? {} : { announces }),
          },
        })
        out.item(made, (one) => table([offeredRow(one)]))
      }),
    )
  play
    .command('grant')
    .description('say anew who may join a game of ours: these and no others')
    .argument('<game>')
    .argument('[devices...]')
    .action(
      run(async ({ kith, out }: Context, id: string, to: string[]) =>
        out.item(await kith.call('grantGame', { params: { id }, body: { to } }), (one) => table([offeredRow(one)])),
      ),
    )
  play
    .command('withdraw')
    .description('offer a game no more')
    .argument('<game>')
    .action(run(async ({ kith }: Context, id: string) => kith.call('withdrawGame', { params: { id } })))
  play
    .command('join')
    .description('join a game of a device')
    .argument('<device>')
    .argument('[game]', 'its title or id, where the device offers several')
    .action(
      run(async ({ kith, out }: Context, device: string, game: string | undefined) => {
        const body = { device, ...(game === undefined ? {} : { game }) }
        out.item(await kith.call('joinGame', { body }), (one) => table([joinedRow(one)]))
      }),
    )
  play
    .command('leave')
    .description('leave a game')
    .argument('<game>')
    .action(run(async ({ kith }: Context, id: string) => kith.call('leaveGame', { params: { id } })))
  segmentCommands(play, run)
}

function playingText({ ours, joined, nearby }: Playing): string {
  const rows = [
    ...joined.map(joinedRow),
    ...ours.map(offeredRow),
    ...nearby
      .filter(({ id, device }) => !joined.some((one) => one.game === id && one.device.id === device.id))
      .map(({ device, title, tcp, udp }) => ['nearby', title, `at ${device.name}`, portsText(tcp, udp)]),
  ]
  return rows.length === 0 ? 'Nobody nearby offers a game.' : table(rows)
}

function offeredRow({ title, tcp, udp, to, players }: OfferedGameView): string[] {
  const who = to.length === 0 ? 'nobody' : namesOf(to)
  return ['ours', title, `for ${who}`, portsText(tcp, udp), players.length === 0 ? '' : `with ${namesOf(players)}`]
}

function joinedRow({ title, device, path, ports }: JoinedGameView): string[] {
  const here = ports.map(({ protocol, local }) => `${protocol} 127.0.0.1:${local}`).join(', ')
  return ['joined', title, `at ${device.name}`, here, path === 'away' ? 'away' : '']
}

function portsText(tcp: readonly number[], udp: readonly number[]): string {
  return [...tcp.map((port) => `tcp ${port}`), ...udp.map((port) => `udp ${port}`)].join(', ')
}
