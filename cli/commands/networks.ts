import type { Command } from 'commander'
import type { NetworkView } from '@kith/api/networks.ts'
import type { OutsideView } from '@kith/api/status.ts'
import type { Context, Run } from '../context.ts'
import { UsageError } from '../exit.ts'
import { rateText, sizeText, table } from '../format.ts'
import { gatewayCommands } from './gateways.ts'

export function networkCommands(root: Command, run: Run): void {
  const net = root.command('net').description('the networks')
  net
    .command('ls', { isDefault: true })
    .description('all of them')
    .action(
      run(async ({ kith, out }: Context) => {
        const { outside, outsideV6, port } = await kith.call('status')
        out.value(await kith.call('networks'), (all) => {
          const rows = all.map((one) => [
            one.id,
            one.title,
            one.fault?.message ?? one.state,
            `${one.people} people`,
            traffic(one),
          ])
          return `${table(rows)}\n\nPort ${port}: ${outsideText(outside)}${outsideV6Text(outsideV6)}`
        })
      }),
    )
  net
    .command('status')
    .description('one of them')
    .argument('<network>')
    .action(
      run(async ({ kith, out }: Context, id: string) =>
        out.value(await kith.call('network', { params: { id } }), networkText),
      ),
    )
  for (const [name, on] of [
    ['on', true],
    ['off', false],
  ] as const) {
    net
      .command(name)
      .description(on ? 'join a network' : 'leave a network')
      .argument('<network>')
      .action(
        run(async ({ kith, out }: Context, id: string) =>
          out.value(await kith.call('switchNetwork', { params: { id }, body: { on } }), networkText),
        ),
      )
  }
  net
    .command('add')
    .description('add a gateway, such as a tracker, to a transfer')
    .argument('<id>', 'the transfer')
    .argument('<address>')
    .action(
      run(async ({ kith }: Context, id: string, address: string) =>
        kith.call('addGateway', { params: { id }, body: { address } }),
      ),
    )
  net
    .command('remove')
    .description('take a gateway away from a transfer')
    .argument('<id>', 'the transfer')
    .argument('<address>')
    .action(
      run(async ({ kith }: Context, id: string, address: string) =>
        kith.call('removeGateway', { params: { id }, query: { address } }),
      ),
    )

  gatewayCommands(net, run)

  root
    .command('directory')
    .description('our own index for others, such as a tracker: kith directory on bittorrent')
    .argument('[on|off]')
    .argument('[network]')
    .action(
      run(async ({ kith, out }: Context, action: string | undefined, id: string | undefined) => {
        if (action === undefined) {
          const all = (await kith.call('networks')).filter(({ directory }) => directory !== undefined)
          return out.value(all, (some) => some.map(networkText).join('\n\n'))
        }
        if ((action !== 'on' && action !== 'off') || id === undefined)
          throw new UsageError('Say: kith directory on|off NETWORK')
        out.value(await kith.call('switchDirectory', { params: { id }, body: { on: action === 'on' } }), networkText)
      }),
    )
}

function outsideText({ state, address, by, message }: OutsideView): string {
  const sentences = {
    off: 'the router is not asked to open it',
    none: 'no way leads out of this machine',
    looking: 'the router is being asked to open it',
    mapped: `reached from outside at ${address ?? ''} (${by ?? ''})`,
    not: `not reached from outside: ${message ?? ''}`,
  }
  return sentences[state]
}

/** Where a machine has IPv6, which is what a router is asked for beside the rest. */
function outsideV6Text({ state, address, by }: OutsideView): string {
  if (state === 'mapped') return `\nOver IPv6: reached from outside at ${address ?? ''} (${by ?? ''})`
  return state === 'not' ? '\nOver IPv6: reached from outside only where no firewall is in between' : ''
}

function traffic(one: NetworkView): string {
  return [one.downRate > 0 ? `↓ ${rateText(one.downRate)}` : '', one.upRate > 0 ? `↑ ${rateText(one.upRate)}` : '']
    .filter(Boolean)
    .join(' ')
}

function networkText(one: NetworkView): string {
  const { directory } = one
  const rows: string[][] = [
    ['Network', one.title],
    ['State', one.fault === undefined ? one.state : `${one.state}: ${one.fault.message}`],
    ['People', String(one.people)],
    ['Moved', `↓ ${sizeText(one.down)}  ↑ ${sizeText(one.up)}`],
    ['Gateways', `${one.gateways.attached} of ${one.gateways.all} attached, ${one.gateways.failed} failed`],
    ['Reveals', one.reveals],
  ]
  if (directory !== undefined) {
    rows.push(['Directory', directory.open ? 'open' : (directory.fault?.message ?? 'closed')])
    for (const address of directory.addresses) rows.push(['', address])
    for (const [name, count] of Object.entries(directory.counts)) rows.push(['', `${count} ${name}`])
  }
  return table(rows)
}
