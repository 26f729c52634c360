import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Machine } from '../namespaces.ts'
import { Program } from './process.ts'

const run = promisify(execFile)

export const router = 'miniupnpd'
/** The side that nobody outside may come through unasked. Public addresses: miniupnpd refuses others. */
export const outsideAddress = '12.1.1.1'
export const strangerAddress = '12.1.1.2'

/** What a router at home has: its own network hidden behind one address, and doors that programs may ask for. */
const rules = `
table inet filter {
  chain forward {
    type filter hook forward priority 0; policy drop;
    ct state established,related accept
    iifname "eth0" accept
    jump miniupnpd
  }
  chain miniupnpd { }
  chain prerouting {
    type nat hook prerouting priority -100; policy accept;
    jump prerouting_miniupnpd
  }
  chain postrouting {
    type nat hook postrouting priority 100; policy accept;
    jump postrouting_miniupnpd
    oifname "wan0" masquerade
  }
  chain prerouting_miniupnpd { }
  chain postrouting_miniupnpd { }
}`

export interface Router extends AsyncDisposable {
  log(): string
  /** The doors that are open now, as nftables lists them. */
  doors(): Promise<string>
}

/**
 * miniupnpd on one machine of a network, with a cable to a stranger outside. All machines of `inside` send what is not near to
 * it.
 */
export async function startRouter(
  at: Machine,
  inside: readonly Machine[],
  stranger: Machine,
  folder: string,
  speaks: { readonly upnp: boolean; readonly natpmp: boolean },
): Promise<Router> {
  await mkdir(folder, { recursive: true })
  const within = async (machine: Machine, ...words: readonly string[]): Promise<string> => {
    const [command, ...args] = [...machine.within, ...words]
    return (await run(command!, args)).stdout
  }
  // The stranger leaves the switch: he is outside.
  await run('ip', ['-n', stranger.name, 'link', 'set', 'eth0', 'down'])
  await run('ip', [
    '-n',
    at.name,
    'link',
    'add',
    'wan0',
    'type',
    'veth',
    'peer',
    'name',
    'wan1',
    'netns',
    stranger.name,
  ])
  for (const [machine, link, address] of [
    [at, 'wan0', outsideAddress],
    [stranger, 'wan1', strangerAddress],
  ] as const) {
    await run('ip', ['-n', machine.name, 'address', 'add', `${address}/24`, 'dev', link])
    await run('ip', ['-n', machine.name, 'link', 'set', link, 'up'])
  }
  await within(at, 'sysctl', '-qw', 'net.ipv4.ip_forward=1')
  for (const each of inside) await run('ip', ['-n', each.name, 'route', 'add', 'default', 'via', at.address])
  const table = join(folder, 'rules.nft')
  await writeFile(table, rules)
  await within(at, 'nft', '-f', table)
  const config = join(folder, 'miniupnpd.conf')
  const yes = (is: boolean): string => (is ? 'yes' : 'no')
  await writeFile(
    config,
    [
      'ext_ifname=wan0',
      'listening_ip=eth0',
      'http_port=5555',
      `enable_upnp=${yes(speaks.upnp)}`,
      `enable_natpmp=${yes(speaks.natpmp)}`,
      'secure_mode=yes',
      'uuid=7f5a1b3c-0000-4000-8000-000000000001',
      `lease_file=${join(folder, 'leases')}`,
      'upnp_table_name=filter',
      'upnp_nat_table_name=filter',
      'allow 1024-65535 0.0.0.0/0 1024-65535',
      'deny 0-65535 0.0.0.0/0 0-65535',
      '',
    ].join('\n'),
  )
  const [command = '', ...args] = at.within
  const program = await Program.start({
    command,
    args: [...args, router, '-d', '-f', config, '-P', join(folder, 'pid')],
    folder,
    // Whoever asks before it listens asks again minutes later.
    ready: async () => (await within(at, 'ss', '-Hlun')).includes(speaks.upnp ? ':1900' : ':5351'),
  })
  return {
    log: () => program.log(),
    doors: () => within(at, 'nft', 'list', 'chain', 'inet', 'filter', 'prerouting_miniupnpd'),
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  }
}
