import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { canMakeNetworks, type Machine } from '../namespaces.ts'
import { openttd, openttdPlayer, openttdServer, said } from '../peers/openttd.ts'
import { needs } from '../peers/process.ts'
import { inside, reaches } from './inside.ts'
import { threeDevices } from './on-segment.ts'
import { until } from './people.ts'

/** Sends a message of ICMPv6 to all by a device, so many times, as a program with rights can. */
function sends(machine: Machine, device: string, hex: string, times: number): Promise<string> {
  const code = `
import socket
s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
where = ('ff02::1', 0, 0, socket.if_nametoindex('${device}'))
for _ in range(${times}):
    s.sendto(bytes.fromhex('${hex}'), where)
print('sent')`
  return inside(machine, 'python3', '-c', code)
}

/** RFC 4861 4.2: a router that is there for half an hour, and the network 2001:db8:66::/64 to have addresses in (4.6.2). */
const router = `8600000040000708${'00'.repeat(8)}030440c00001518000003840${'00'.repeat(4)}20010db800660000${'00'.repeat(8)}`

test('a virtual network has IPv6 as well', { timeout: 600_000 }, async (t) => {
  if (!(await canMakeNetworks(t)) || !needs(t, '/usr/bin/ping', '/usr/bin/iperf3', '/usr/bin/python3', openttd)) return
  await using devices = await threeDevices()
  const { folder, ann, bob, cat } = devices
  const [one, two, three] = devices.machines
  const made = await bob.client.call('createSegment', { body: { title: 'LAN party', to: ['ann', 'cat'] } })
  const joined = await ann.client.call('joinSegment', { body: { device: 'bob' } })
  await cat.client.call('joinSegment', { body: { device: 'bob' } })
  const bare = (address: string | undefined): string => address!.split('/')[0]!
  const [annAt, bobAt] = [bare(joined.addressV6), bare(made.addressV6)]
  const [annBy, bobBy] = [joined.interface, made.interface]

  await t.test('everybody has an address in a network of its own, and sees those of the others', async () => {
    assert.match(made.addressV6!, /^fd[\da-f]{2}:.*::1\/64$/)
    assert.match(joined.addressV6!, /^fd[\da-f]{2}:.*::2\/64$/)
    assert.equal(annAt.replace(/2$/, '1'), bobAt)
    assert.deepEqual(
      joined.members.filter(({ device }) => device.name !== 'cat').map(({ addressV6 }) => addressV6),
      [bobAt, annAt],
    )
    const settled = async (): Promise<true | undefined> => {
      const shown = await inside(one, 'ip', '-6', 'address', 'show', 'dev', annBy, 'scope', 'global')
      return (shown.includes(`${annAt}/64`) && !/tentative|dadfailed/.test(shown)) || undefined
    }
    await until(settled, 'the device has its address')
    assert.match(await inside(one, 'ip', '-6', 'route'), /fd[\da-f:]+::\/64 dev kith/)
  })

  await t.test('they reach each other by it, on the link, and all at once', async () => {
    await reaches(one, bobAt)
    await reaches(two, annAt)
    await reaches(three, annAt)
    const link = /fe80:\S+?(?=\/64)/.exec(await inside(two, 'ip', '-6', 'address', 'show', 'dev', bobBy))![0]
    await reaches(one, `${link}%${annBy}`)
    const everybody = async (): Promise<true | undefined> => {
      const answers = await inside(one, 'ping', '-6', '-c', '4', '-i', '0.3', `ff02::1%${annBy}`).catch(() => '')
      const from = new Set([...answers.matchAll(/from (fe80:[\da-f:]+)/g)].map(([, who]) => who))
      return (from.size === 3 && from.has(link)) || undefined
    }
    await until(everybody, 'all three answer')
  })

  await t.test('programs of others use it: a measurement, and a game', async () => {
    const [command, ...args] = [...two.within, 'iperf3', '-6', '-s', '-1', '-B', bobAt]
    const server = spawn(command, args, { stdio: 'ignore' })
    const ended = new Promise((resolve) => server.once('exit', resolve))
    const measured = await until(async () => {
      const text = await inside(one, 'iperf3', '-6', '-J', '-n', '32M', '-c', bobAt).catch(() => '')
      return text === '' ? undefined : (JSON.parse(text) as { end: { sum_received: { bytes: number } } })
    }, 'iperf3 measures')
    const { bytes } = measured.end.sum_received
    // What is on its way at the end is not counted.
    assert.ok(bytes > 16 * 1024 * 1024, `${bytes} bytes`)
    server.kill()
    await ended

    await using game = await openttdServer(two, join(folder, 'server'), `[${bobAt}]`)
    await using _player = await openttdPlayer(one, join(folder, 'player'), 'Ann', `[${bobAt}]:3979`)
    await said(game, /Ann has joined the game/, 'the player joins')
  })

  await t.test('a member speaks for itself only', async () => {
    const wrong = [annAt.replace(/2$/, '77'), '2001:db8:77::1']
    for (const address of wrong) {
      await inside(one, 'ip', 'address', 'add', `${address}/64`, 'dev', annBy, 'nodad')
      const pinged = await inside(one, 'ping', '-6', '-c', '2', '-i', '0.2', '-W', '1', '-I', address, bobAt).catch(
        () => 'no',
      )
      assert.equal(pinged, 'no', address)
      await inside(one, 'ip', 'address', 'delete', `${address}/64`, 'dev', annBy)
    }
    await reaches(one, bobAt)
  })

  await t.test('a member that says it is a router is not heard, even by who would believe it', async () => {
    const believes = async (machine: Machine, device: string): Promise<void> => {
      await inside(machine, 'sysctl', '-qw', `net.ipv6.conf.${device}.accept_ra=2`)
    }
    const routes = (): Promise<string> => inside(two, 'ip', '-6', 'route')
    await believes(two, bobBy)
    await believes(two, 'eth0')
    const heard = async (): Promise<number> =>
      Number(/Icmp6InMsgs\s+(\d+)/.exec(await inside(two, 'cat', '/proc/net/snmp6'))![1])
    const before = await heard()
    await sends(one, annBy, router, 20)
    // What is sent after it arrives.
    await reaches(one, bobAt)
    assert.ok((await heard()) > before)
    assert.doesNotMatch(await routes(), /proto ra|2001:db8:66/)
    // The same words on the real cable: they are right, and there they are believed.
    await sends(one, 'eth0', router, 1)
    await until(async () => /default via fe80\S+ dev eth0 proto ra/.test(await routes()) || undefined, 'it is a router')
    assert.doesNotMatch(await routes(), new RegExp(`dev ${bobBy} proto ra`))
  })

  await t.test('a storm of discovery ends at who keeps the network', async () => {
    const count = async (): Promise<number> =>
      Number(
        await inside(
          three,
          'cat',
          `/sys/class/net/${(await cat.client.call('segments'))[0]!.interface}/statistics/rx_packets`,
        ),
      )
    const sent = 30_000
    const asks = `87000000${'00'.repeat(4)}fd${'00'.repeat(15)}`
    const [from, began] = [await count(), Date.now()]
    assert.equal((await sends(one, annBy, asks, sent)).trim(), 'sent')
    await reaches(one, bobAt)
    const [got, seconds] = [(await count()) - from, (Date.now() - began) / 1000]
    assert.ok(got > 50, `${got} came through`)
    assert.ok(got <= Math.min(sent / 2, 200 * (seconds + 1) + 300), `${got} came through in ${seconds} s`)
  })
})
