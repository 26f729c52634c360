import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canMakeNetworks, type Machine } from '../namespaces.ts'
import { needs } from '../peers/process.ts'
import { inside, pings, reaches } from './inside.ts'
import { lending } from './lending.ts'
import { advertise, nearV6, outside, outsideV6 } from './outside.ts'
import { until } from './people.ts'

const programs = ['/usr/bin/curl', '/usr/bin/ping', '/usr/bin/python3', '/usr/sbin/nft'] as const
/** Of the local network, which has addresses of the internet over IPv6. */
const prefix = '2001:db8:71::'
const places = [outside, outsideV6] as const

async function get(machine: Machine, host: string): Promise<string> {
  const url = `http://${host.includes(':') ? `[${host}]` : host}/hello`
  return inside(machine, 'curl', '-s', '-m', '30', url).catch(() => 'nothing')
}

/** A third machine of the local network takes the lender for its gateway, and whatever it sends would be answered. */
async function gateway(machines: readonly Machine[]): Promise<void> {
  const [, lender, third] = machines
  const out = `${lender!.name}-out`
  for (const [machine, host] of [
    [lender!, '2'],
    [third!, '3'],
  ] as const) {
    await inside(machine, 'ip', 'address', 'add', `${prefix}${host}/64`, 'dev', 'eth0', 'nodad')
  }
  await inside(third!, 'ip', 'route', 'add', 'default', 'via', lender!.address)
  await inside(third!, 'ip', '-6', 'route', 'add', 'default', 'via', `${prefix}2`)
  const within: Machine = { ...lender!, within: ['ip', 'netns', 'exec', out] }
  await inside(within, 'ip', 'route', 'add', '10.71.0.0/24', 'via', '192.168.77.1')
  await inside(within, 'ip', '-6', 'route', 'add', `${prefix}/64`, 'via', nearV6)
  await until(async () => {
    await advertise(lender!, 1_800).catch(() => {})
    return (await inside(lender!, 'ip', '-6', 'route', 'show', 'default')).includes('proto ra') || undefined
  }, 'the lender has a way out over IPv6')
}

async function forwards(machine: Machine, on: boolean): Promise<void> {
  const files = ['/proc/sys/net/ipv4/ip_forward', '/proc/sys/net/ipv6/conf/all/forwarding']
  const wanted = on ? '1\n1\n' : '0\n0\n'
  await until(
    async () => (await inside(machine, 'cat', ...files)) === wanted || undefined,
    `it passes on: ${String(on)}`,
  )
}

test(
  'a machine that lends its connection is a gateway for who borrows it, and for nobody else',
  { timeout: 300_000 },
  async (t) => {
    if (!(await canMakeNetworks(t)) || !needs(t, ...programs)) return
    await using set = await lending({ machines: 3, v6: true, before: gateway })
    const { ann, bob } = set
    const [one, lender, third] = set.machines
    await bob.client.call('grantInternet', { params: { id: 'ann' }, body: { whole: true } })
    const used = await ann.client.call('useInternet', { body: { device: 'bob', whole: true } })
    assert.equal(used.v6, true)
    await forwards(lender!, true)
    for (const place of places) {
      assert.equal(await get(one!, place), 'hello from outside')
      await reaches(one!, place)
      assert.equal(await pings(third!, place), false, `a third machine and ${place}`)
    }
    // Nor from outside in.
    const out: Machine = { ...lender!, within: ['ip', 'netns', 'exec', `${lender!.name}-out`] }
    for (const place of [third!.address, `${prefix}3`]) assert.equal(await pings(out, place), false, place)
    // Itself it is reached as ever.
    await reaches(third!, lender!.address)
    await bob.client.call('takeBackInternet', { params: { id: 'ann' } })
    await forwards(lender!, false)
    assert.doesNotMatch(await inside(lender!, 'nft', 'list', 'ruleset'), /kith/)
  },
)

test('who was a gateway before goes on being one while it lends', { timeout: 300_000 }, async (t) => {
  if (!(await canMakeNetworks(t)) || !needs(t, ...programs)) return
  await using set = await lending({ machines: 3, v6: true, before: gateway })
  const { ann, bob } = set
  const [one, lender, third] = set.machines
  await inside(
    lender!,
    'sh',
    '-c',
    'echo 1 >/proc/sys/net/ipv4/ip_forward; cd /proc/sys/net/ipv6/conf; echo 2 >out0/accept_ra; echo 1 >all/forwarding',
  )
  for (const place of places) await reaches(third!, place)
  await bob.client.call('grantInternet', { params: { id: 'ann' }, body: { whole: true } })
  await ann.client.call('useInternet', { body: { device: 'bob', whole: true } })
  for (const place of places) {
    assert.equal(await get(one!, place), 'hello from outside')
    await reaches(third!, place)
  }
  await bob.client.call('takeBackInternet', { params: { id: 'ann' } })
  await until(
    async () => !(await inside(lender!, 'nft', 'list', 'ruleset')).includes('kith') || undefined,
    'the rules are taken away',
  )
  await forwards(lender!, true)
  for (const place of places) await reaches(third!, place)
})
