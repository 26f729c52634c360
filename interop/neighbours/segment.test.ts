import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import type { SegmentView } from '@kith/api/segments.ts'
import { lines } from '../command.ts'
import type { Kith } from '../kith.ts'
import { canMakeNetworks, localNetwork, type Machine } from '../namespaces.ts'
import { openttd, openttdPlayer, openttdServer, said } from '../peers/openttd.ts'
import { needs } from '../peers/process.ts'
import { behind, outside, secondOutside } from './outside.ts'
import { whoPlays } from './who-plays.ts'
import { inside, pings, reaches } from './inside.ts'
import { threeDevices } from './on-segment.ts'
import { pair, start, temporary, until } from './people.ts'

const addressOf = (view: SegmentView): string => view.address.split('/')[0]!

async function direct(kith: Kith, name: string): Promise<SegmentView> {
  return until(async () => {
    const [view] = await kith.client.call('segments').catch(() => [])
    return view?.members.some((one) => one.device.name === name && one.path === 'direct') === true ? view : undefined
  }, `frames travel to ${name} by themselves`)
}

/** No virtual network is listed there, and none has a device. */
async function without(kith: Kith, machine: Machine): Promise<void> {
  const look = async (): Promise<true | undefined> => {
    const listed = await kith.client.call('segments').catch(() => undefined)
    return (listed?.length === 0 && !/kith/.test(await inside(machine, 'ip', '-br', 'link'))) || undefined
  }
  await until(look, `${machine.name} is in no virtual network`)
}

/** How often people were told, in this run, that a virtual network has ended. */
async function told(kith: Kith): Promise<number> {
  const events = (await lines(kith, 'events')) as readonly { readonly type: string }[]
  return events.filter(({ type }) => type === 'segment/over').length
}

test('devices share a virtual network', { timeout: 600_000 }, async (t) => {
  if (!(await canMakeNetworks(t)) || !needs(t, '/usr/bin/ping') || !needs(t, openttd)) return
  await using devices = await threeDevices()
  const { folder, ann, bob, cat } = devices
  const [one, two, three] = devices.machines
  let [first, second, third] = ['', '', '']

  await t.test('who is invited joins, and nobody else sees it', async () => {
    const made = await bob.client.call('createSegment', { body: { title: 'LAN party', to: ['ann'] } })
    assert.match(made.address, /^10\.\d+\.\d+\.1\/24$/)
    assert.deepEqual(await cat.client.call('nearbySegments'), [])
    await assert.rejects(cat.client.call('joinSegment', { body: { device: 'bob', segment: made.id } }), /no virtual/)
    const found = await until(async () => (await ann.client.call('nearbySegments'))[0], 'it is nearby')
    assert.deepEqual([found.title, found.device.name], ['LAN party', 'bob'])
    const joined = await ann.client.call('joinSegment', { body: { device: 'bob' } })
    assert.equal(joined.own, false)
    ;[first, second] = [addressOf(joined), addressOf(made)]
    await direct(ann, 'bob')
    await reaches(one, second)
    await reaches(two, first)
  })

  await t.test('members that are not paired with each other reach each other too', async () => {
    await bob.client.call('inviteToSegment', { params: { id: 'LAN party' }, body: { to: ['ann', 'cat'] } })
    third = addressOf(await cat.client.call('joinSegment', { body: { device: 'bob' } }))
    assert.equal(new Set([first, second, third]).size, 3)
    await direct(cat, 'bob')
    await reaches(one, third)
    await reaches(three, first)
    const members = async (): Promise<true | undefined> => {
      const [segment] = await bob.client.call('segments')
      const all = segment?.members.map(({ device, path }) => `${device.name} ${path}`)
      return all?.join(', ') === 'bob self, ann direct, cat direct' || undefined
    }
    await until(members, 'its owner sees them')
  })

  await t.test('a member speaks for itself only, and is nobody’s router', async () => {
    const name = (await ann.client.call('segments'))[0]!.interface
    const free = `${first.split('.').slice(0, 3).join('.')}.77`
    await inside(one, 'ip', 'address', 'add', `${free}/24`, 'dev', name)
    assert.equal(
      await inside(one, 'ping', '-c', '2', '-i', '0.2', '-W', '1', '-I', free, second).catch(() => 'no'),
      'no',
    )
    await inside(one, 'ip', 'address', 'delete', `${free}/24`, 'dev', name)
    // Cat's own address on the real network, by way of bob's machine, which would route.
    await inside(two, 'sysctl', '-qw', 'net.ipv4.ip_forward=1')
    await inside(one, 'ip', 'route', 'add', '198.51.100.7/32', 'via', second, 'dev', name)
    await inside(two, 'ip', 'address', 'add', '198.51.100.7/32', 'dev', 'lo')
    assert.equal(await pings(one, '198.51.100.7'), false)
    await reaches(one, second)
  })

  await t.test('a game finds its server on it by its own broadcast, and is played', async () => {
    await using server = await openttdServer(two, join(folder, 'server'), '0.0.0.0')
    const broadcast = `${first.split('.').slice(0, 3).join('.')}.255`
    const [host, port, length, whole, kind] = (await whoPlays(one, broadcast)).split(' ')
    assert.deepEqual([host, port, length, kind], [second, '3979', whole, '1'])
    await using _player = await openttdPlayer(one, join(folder, 'player'), 'Ann', `${second}:3979`)
    await said(server, /Ann has joined the game/, 'the player joins')
  })

  await t.test('it lasts over restarts, with the same addresses', async () => {
    await ann.stop()
    await ann.start()
    assert.equal(addressOf(await direct(ann, 'bob')), first)
    await bob.stop()
    await bob.start()
    assert.equal(addressOf(await direct(ann, 'bob')), first)
    await reaches(one, second)
  })

  await t.test('who is put out has it no more, and who leaves has no device', async () => {
    await bob.client.call('inviteToSegment', { params: { id: 'LAN party' }, body: { to: ['cat'] } })
    await reaches(one, second, false)
    await without(ann, one)
    assert.equal(await told(ann), 1)
    await assert.rejects(ann.client.call('leaveSegment', { params: { id: 'LAN party' } }), /no virtual network/)
    await bob.client.call('inviteToSegment', { params: { id: 'LAN party' }, body: { to: ['ann', 'cat'] } })
    await ann.client.call('joinSegment', { body: { device: 'bob' } })
    await reaches(one, second)
    await ann.client.call('leaveSegment', { params: { id: 'LAN party' } })
    assert.doesNotMatch(await inside(one, 'ip', '-br', 'link'), /kith/)
    assert.equal(await told(ann), 1, 'who leaves knows')
  })

  await t.test('one that its owner ends is gone at its members, at once or when they are back', async () => {
    await ann.client.call('joinSegment', { body: { device: 'bob' } })
    await ann.stop()
    await bob.client.call('leaveSegment', { params: { id: 'LAN party' } })
    await without(cat, three)
    assert.equal(await told(cat), 1)
    await ann.start()
    await without(ann, one)
    assert.equal(await told(ann), 1)
    await ann.stop()
    await ann.start()
    assert.deepEqual(await ann.client.call('segments'), [], 'it stays forgotten')
  })
})

test('a neighbour lends its connection to a whole machine', { timeout: 600_000 }, async (t) => {
  if (!(await canMakeNetworks(t)) || !needs(t, '/usr/bin/curl') || !needs(t, '/usr/sbin/nft')) return
  await using folder = await temporary()
  await using lan = await localNetwork(2)
  const [one, other] = lan.machines
  await using _world = await behind(other!)
  await using ann = await start(folder.path, 'ann', one!)
  await using bob = await start(folder.path, 'bob', other!)
  await pair(ann, 'ann', bob, 'bob')
  const get = (url: string, seconds = 30): Promise<string> =>
    inside(one!, 'curl', '-s', '-m', String(seconds), url).catch(() => 'no')

  await t.test('only with a grant that says so', async () => {
    await bob.client.call('grantInternet', { params: { id: 'ann' }, body: {} })
    await assert.rejects(ann.client.call('useInternet', { body: { device: 'bob', whole: true } }), /proxy only/)
    assert.equal(await get(`http://${outside}/hello`, 5), 'no')
  })

  await t.test('then every program reaches what only the neighbour can', async () => {
    await bob.client.call('grantInternet', { params: { id: 'ann' }, body: { whole: true, refused: [secondOutside] } })
    const used = await ann.client.call('useInternet', { body: { device: 'bob', whole: true } })
    assert.equal(used.whole, true)
    assert.match(
      await inside(one!, 'ip', '-6', 'route'),
      /unreachable ::\/1[\s\S]*unreachable 8000::\/1/,
      'nothing goes around it',
    )
    const works = async (): Promise<true | undefined> =>
      (await get(`http://${outside}/hello`, 5)) === 'hello from outside' || undefined
    await until(works, 'it is reached')
    assert.equal(await get(`http://${outside}/who`), '192.168.77.1', 'in the name of the lender')
    await reaches(one!, outside)
    await until(async () => {
      const [loan] = (await bob.client.call('internet')).loans
      return loan !== undefined && loan.down > 500 && loan.up > 500 && loan.connections === 1 ? loan : undefined
    }, 'what was used is counted')
  })

  await t.test('refusals hold there too: places, the local network, the lender itself', async () => {
    for (const host of [secondOutside, '192.168.77.2']) assert.equal(await pings(one!, host), false, host)
    // An address of the lender that is not on the network between them.
    await inside(other!, 'ip', 'address', 'add', '198.51.100.9/32', 'dev', 'lo')
    await reaches(one!, '198.51.100.9', false)
    assert.equal(await pings(one!, '192.168.77.1'), false)
    // The local network between them stays as it was.
    await reaches(one!, other!.address)
  })

  await t.test('what a killed daemon leaves is taken away by the next', async () => {
    await bob.kill()
    assert.match(await inside(other!, 'nft', 'list', 'tables'), /kith_/)
    await bob.start()
    const works = async (): Promise<true | undefined> =>
      (await get(`http://${outside}/hello`, 5)) === 'hello from outside' || undefined
    await until(works, 'it is used as before')
    const alone = async (): Promise<true | undefined> =>
      (await inside(other!, 'nft', 'list', 'tables')).match(/kith_/g)?.length === 1 || undefined
    await until(alone, 'only its own rules are there')
  })

  await t.test('taken back it ends at once, and leaves nothing behind', async () => {
    await bob.client.call('takeBackInternet', { params: { id: 'ann' } })
    assert.equal(await get(`http://${outside}/hello`, 5), 'no')
    const clean = async (): Promise<true | undefined> => {
      const left = (await inside(other!, 'nft', 'list', 'tables')) + (await inside(other!, 'ip', '-br', 'link'))
      const forwards = (await inside(other!, 'cat', '/proc/sys/net/ipv4/ip_forward')).trim()
      return (!/kith/.test(left) && forwards === '0') || undefined
    }
    await until(clean, 'the lender is as before')
    await ann.client.call('stopInternet', { params: { id: 'bob' } })
    for (const family of ['-4', '-6']) {
      assert.doesNotMatch(await inside(one!, 'ip', family, 'route'), /kith|proto 107/)
    }
  })
})
