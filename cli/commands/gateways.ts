import type { Command } from 'commander'
import type { Client } from '@kith/api/client.ts'
import type { GatewayView } from '@kith/api/gateways.ts'
import type { Context, Run } from '../context.ts'
import { FailedError } from '../exit.ts'
import { sizeText, table } from '../format.ts'

/** Most hubs have let somebody in by then. */
const settleMs = 15_000

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
        out.value(await attach(kith, id, address), gatewayTable),
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

/**
 * Goes to the hub that a link such as `adc://…` names, and tells how that went. False for a link that names something
 * else.
 */
export async function attachLink(kith: Client, out: Context['out'], link: string): Promise<boolean> {
  const scheme = /^([a-z]+):\/\//i.exec(link)?.[1]?.toLowerCase()
  if (scheme === undefined || scheme === 'http' || scheme === 'https') return false
  const network = (await kith.call('networks')).find(({ gatewayLinks }) => gatewayLinks?.includes(scheme) === true)
  if (network === undefined) return false
  for (const gateway of await attach(kith, network.id, link)) out.item(gateway, (one) => gatewayTable([one]))
  return true
}

/** Attaches, and waits until it is clear how that goes. @throws FailedError when it does not, although it goes on trying */
async function attach(kith: Client, id: string, address: string): Promise<readonly GatewayView[]> {
  const params = { id }
  const before = new Set((await kith.call('gateways', { params })).map((one) => one.address))
  const after = await kith.call('attach', { params, body: { address } })
  // One that was there already may have been entered again with another nick or password.
  const target = after.find((one) => !before.has(one.address)) ?? after.find((one) => isAt(one.address, address))
  if (target === undefined) return after
  const end = Date.now() + settleMs
  for (;;) {
    const now = (await kith.call('gateways', { params })).find((one) => one.address === target.address)
    if (now === undefined) return [target]
    if (now.fault !== undefined) {
      const hint = now.fault.hint === undefined ? '' : `\n${now.fault.hint}`
      throw new FailedError(
        `${now.address}: ${now.fault.message}${hint}\nIt stays in your list; to leave it: kith net detach ${id} ${now.address}`,
      )
    }
    if (now.state === 'attached' || Date.now() > end) return [now]
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** Whether a shown address is where one that was typed leads, which may have a nick and more in it. */
function isAt(shown: string, typed: string): boolean {
  const place = typed.replace(/^(?:[a-z]+:\/\/)?(?:[^@/]*@)?([^/?#]+).*$/is, '$1').toLowerCase()
  const where = shown.replace(/^[a-z]+:\/\//, '')
  return where === place || where.startsWith(`${place}:`)
}

function gatewayTable(gateways: readonly GatewayView[]): string {
  return table(gateways.map(({ address, state, note, fault }) => [address, state, fault?.message ?? note ?? '']))
}
