import type { Command } from 'commander'
import type { Client } from '@kith/api/client.ts'
import type { GatewayView } from '@kith/api/transfers.ts'
import type { Context, Run } from '../context.ts'
import { sizeText, table } from '../format.ts'

/** Adds to `net` what is done with the gateways of a network itself, such as hubs. */
export function gatewayCommands(net: Command, run: Run): void {
  net
    .command('gateways')
    .description('what a network is reached by, such as hubs')
    .argument('<network>')
    .action(
      run(async ({ kith, out }: Context, id: string) =>
        out.value(await kith.call('gateways', { params: { id } }), gatewayTable),
      ),
    )
  net
    .command('attach')
    .description('go to a hub, now and from now on')
    .argument('<network>')
    .argument('<address>', 'such as adc://host:port or dchub://host')
    .action(
      run(async ({ kith, out }: Context, id: string, address: string) =>
        out.value(await kith.call('attach', { params: { id }, body: { address } }), gatewayTable),
      ),
    )
  net
    .command('detach')
    .description('leave a hub for good')
    .argument('<network>')
    .argument('<address>')
    .action(
      run(async ({ kith }: Context, id: string, address: string) =>
        kith.call('detach', { params: { id }, query: { address } }),
      ),
    )
  net
    .command('known')
    .description('hubs that lists on the web tell of')
    .argument('<network>')
    .argument('[words...]', 'words that have to occur')
    .action(
      run(async ({ kith, out }: Context, id: string, words: string[]) =>
        out.value(
          await kith.call('knownGateways', { params: { id }, query: { filter: words.join(' ') } }),
          ({ total, gateways }) =>
            `${table(
              gateways.map(({ address, name, people, shared, description }) => [
                address,
                name,
                people === undefined ? '' : `${people} people`,
                shared === undefined ? '' : sizeText(shared),
                description,
              ]),
            )}\n${gateways.length} of ${total}`,
        ),
      ),
    )
}

/** Goes to the hub that a link such as `adc://…` names. False for a link that names something else. */
export async function attachLink(kith: Client, link: string): Promise<boolean> {
  const scheme = /^([a-z]+):\/\//i.exec(link)?.[1]?.toLowerCase()
  if (scheme === undefined || scheme === 'http' || scheme === 'https') return false
  const network = (await kith.call('networks')).find(({ gatewayLinks }) => gatewayLinks?.includes(scheme) === true)
  if (network === undefined) return false
  await kith.call('attach', { params: { id: network.id }, body: { address: link } })
  return true
}

function gatewayTable(gateways: readonly GatewayView[]): string {
  return table(gateways.map(({ address, state, note, fault }) => [address, state, fault?.message ?? note ?? '']))
}
