import { execFile } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Machine } from '../namespaces.ts'
import { Program } from './process.ts'

const run = promisify(execFile)

export const router = 'miniupnpd'
/** The side that nobody outside may come through unasked. Public addresses: miniupnpd refuses others. */
export const outsideAddress = '12.1.1.1'
export const strangerAddress = '12.1.1.2'
/** The same over IPv6, where every machine has an address of the internet. */
const outsideV6 = '2001:db8:2::1'
export const strangerV6 = '2001:db8:2::2'
const insideV6 = '2001:db8:1::1'

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
  /** The same for what comes by IPv6, which is let through and not translated. */
  pinholes(): Promise<string>
  /** Loses all doors, as a router does that was switched off and on. */
  restart(): Promise<void>
}

export interface Speaks {
  readonly upnp: boolean
  /** NAT-PMP, and PCP if not told otherwise. */
  readonly natpmp: boolean
  readonly pcp?: boolean
  /** Gives every machine of `inside` an address of the internet, and lets nothing in to it unasked. */
  readonly v6?: boolean
  /** Seconds for which PCP keeps a door open, at the most. */
  readonly longest?: number
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
  speaks: Speaks,
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
  if (speaks.v6 === true) await overV6(at, inside, stranger, within)
  const table = join(folder, 'rules.nft')
  await writeFile(table, rules)
  await within(at, 'nft', '-f', table)
  // Over IPv6 it answers PCP whatever its configuration says; the first byte is the version.
  if (!speaks.natpmp || speaks.pcp === false) {
    await within(at, 'nft', 'add chain inet filter input { type filter hook input priority 0; }')
    const version = speaks.natpmp ? '@th,64,8 2' : ''
    await within(at, 'nft', `add rule inet filter input udp dport 5351 ${version} drop`)
  }
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
      `ipv6_disable=${yes(speaks.v6 !== true)}`,
      'min_lifetime=1',
      ...(speaks.longest === undefined ? [] : [`max_lifetime=${speaks.longest}`]),
      '',
    ].join('\n'),
  )
  const [command = '', ...args] = at.within
  const begin = (): Promise<Program> =>
    Program.start({
      command,
      args: [...args, router, '-d', '-f', config, '-P', join(folder, 'pid')],
      folder,
      // Whoever asks before it listens asks again minutes later.
      ready: async () => (await within(at, 'ss', '-Hlun')).includes(speaks.upnp ? ':1900' : ':5351'),
    })
  let program = await begin()
  const chain = (name: string): Promise<string> => within(at, 'nft', 'list', 'chain', 'inet', 'filter', name)
  return {
    log: () => program.log(),
    doors: () => chain('prerouting_miniupnpd'),
    pinholes: () => chain('miniupnpd'),
    async restart() {
      await program[Symbol.asyncDispose]()
      for (const each of ['miniupnpd', 'prerouting_miniupnpd', 'postrouting_miniupnpd']) {
        await within(at, 'nft', 'flush', 'chain', 'inet', 'filter', each)
      }
      await rm(join(folder, 'leases'), { force: true })
      program = await begin()
    },
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  }
}

/** Addresses without a wait for others that may have them: nobody has. */
async function overV6(
  at: Machine,
  inside: readonly Machine[],
  stranger: Machine,
  within: (machine: Machine, ...words: readonly string[]) => Promise<string>,
): Promise<void> {
  const ip = async (machine: Machine, ...args: readonly string[]): Promise<void> =>
    void (await run('ip', ['-n', machine.name, '-6', ...args]))
  const has = (machine: Machine, address: string, link: string): Promise<void> =>
    ip(machine, 'address', 'add', `${address}/64`, 'dev', link, 'nodad')
  await within(at, 'sysctl', '-qw', 'net.ipv6.conf.all.forwarding=1')
  await has(at, outsideV6, 'wan0')
  await has(at, insideV6, 'eth0')
  await has(stranger, strangerV6, 'wan1')
  await ip(stranger, 'route', 'add', 'default', 'via', outsideV6)
  for (const [index, each] of inside.entries()) {
    await has(each, addressV6(index), 'eth0')
    await ip(each, 'route', 'add', 'default', 'via', insideV6)
  }
}

/** The address of a machine inside, by its place in the list. */
export function addressV6(index: number): string {
  return `2001:db8:1::${10 + index}`
}

/** How often a list of nftables names an address: as people write it, or as the bytes that are compared. */
export function named(list: string, index: number): number {
  const hex = `20010db80001${'0'.repeat(18)}${(10 + index).toString().padStart(2, '0')}`
  return list.match(new RegExp(`0x${hex}|ip6 daddr ${addressV6(index)}`, 'g'))?.length ?? 0
}
