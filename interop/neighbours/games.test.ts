import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import type { Kith } from '../kith.ts'
import { canMakeNetworks, localNetwork, type Machine } from '../namespaces.ts'
import { openttd, openttdPlayer, openttdServer, said } from '../peers/openttd.ts'
import { needs } from '../peers/process.ts'
import { pair, start, temporary, until } from './people.ts'
import { whoPlays } from './who-plays.ts'

/** What is listened at on a machine. */
async function ports(machine: Machine): Promise<string> {
  const [command, ...args] = [...machine.within, 'ss', '-Hltun']
  return (await promisify(execFile)(command, args)).stdout
}

/** A game that was joined is gone, and the person there was told so. */
async function ended(kith: Kith, machine: Machine, name: string): Promise<void> {
  await until(async () => {
    const listed = await kith.client.call('joinedGames')
    const told = (await kith.client.call('journal')).some(
      ({ type, data }) => type === 'game/over' && data?.['name'] === name,
    )
    const isOpen = /:(?:3979|4978) /.test(await ports(machine))
    return (listed.length === 0 && told && !isOpen) || undefined
  }, `${name} has ended`)
}

test('a game of one device is played from another that has no route to it', { timeout: 300_000 }, async (t) => {
  if (!(await canMakeNetworks(t)) || !needs(t, openttd)) return
  await using folder = await temporary()
  await using lan = await localNetwork(2)
  const [one, other] = lan.machines
  await using ann = await start(folder.path, 'ann', one!)
  await using bob = await start(folder.path, 'bob', other!)
  await pair(ann, 'ann', bob, 'bob')
  // Only bob's own machine can reach it.
  await using server = await openttdServer(other!, join(folder.path, 'server'), '127.0.0.1')

  await t.test('nobody sees or joins it without a grant', async () => {
    const made = await bob.client.call('offerGame', { body: { game: 'openttd', to: [] } })
    assert.deepEqual([made.title, made.tcp, made.udp, made.to], ['OpenTTD', [3979], [3979], []])
    assert.deepEqual(await ann.client.call('nearbyGames'), [])
    await assert.rejects(ann.client.call('joinGame', { body: { device: 'bob', game: made.id } }), /no game/)
  })

  await t.test('with a grant it is at a local port, and its own browser finds it', async () => {
    await bob.client.call('grantGame', { params: { id: 'OpenTTD' }, body: { to: ['ann'] } })
    const game = await until(async () => (await ann.client.call('nearbyGames'))[0], 'the game is nearby')
    assert.deepEqual([game.title, game.device.name], ['OpenTTD', 'bob'])
    const joined = await ann.client.call('joinGame', { body: { device: 'bob' } })
    assert.deepEqual(joined.ports, [
      { protocol: 'tcp', port: 3979, local: 3979 },
      { protocol: 'udp', port: 3979, local: 3979 },
    ])
    await until(async () => {
      const [now] = await ann.client.call('joinedGames')
      return now?.path === 'direct' ? now : undefined
    }, 'datagrams travel by themselves')
    const [host, port, length, whole, kind] = (await whoPlays(one!, '10.71.0.255')).split(' ')
    assert.deepEqual([host, port, length, kind], [one!.address, '3979', whole, '1'])
  })

  await t.test('a player joins', async () => {
    await using _player = await openttdPlayer(one!, join(folder.path, 'player'), 'Ann', '127.0.0.1:3979')
    await said(server, /Ann has joined the game/, 'the player joins')
    const plays = async (): Promise<true | undefined> =>
      (await bob.client.call('offeredGames'))[0]?.players.map(({ name }) => name).join() === 'ann' || undefined
    await until(plays, 'who plays is seen')
  })

  await t.test('who is put out has it no more', async () => {
    await bob.client.call('grantGame', { params: { id: 'OpenTTD' }, body: { to: [] } })
    await ended(ann, one!, 'OpenTTD')
    const nobody = async (): Promise<true | undefined> =>
      (await bob.client.call('offeredGames'))[0]?.players.length === 0 || undefined
    await until(nobody, 'nobody plays any more')
  })

  await t.test('what its owner withdraws ends at who joined, though nobody plays it', async () => {
    const made = await bob.client.call('offerGame', { body: { title: 'Chess', tcp: [4_978], udp: [], to: ['ann'] } })
    await ann.client.call('joinGame', { body: { device: 'bob', game: made.id } })
    assert.match(await ports(one!), /:4978 /)
    await bob.client.call('withdrawGame', { params: { id: 'Chess' } })
    await ended(ann, one!, 'Chess')
  })

  await t.test('with a device that is forgotten it ends, on both sides', async () => {
    await bob.client.call('grantGame', { params: { id: 'OpenTTD' }, body: { to: ['ann'] } })
    await ann.client.call('joinGame', { body: { device: 'bob' } })
    await until(async () => {
      const [now] = await ann.client.call('joinedGames')
      return now?.path === 'direct' ? now : undefined
    }, 'datagrams travel by themselves')
    await bob.client.call('forgetDevice', { params: { id: 'ann' } })
    assert.deepEqual((await bob.client.call('offeredGames'))[0]?.to, [])
    const nobody = async (): Promise<true | undefined> =>
      (await bob.client.call('offeredGames'))[0]?.players.length === 0 || undefined
    await until(nobody, 'nobody plays any more')
    const left = async (): Promise<true | undefined> => (await ann.client.call('joinedGames')).length === 0 || undefined
    await until(left, 'the other side hears of it, and leaves')
  })
})
