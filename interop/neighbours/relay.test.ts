import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { behindRouter } from '../directconnect/behind-router.ts'
import { Kith } from '../kith.ts'
import { canMakeNetworks, localNetwork, type Machine } from '../namespaces.ts'
import { needs } from '../peers/process.ts'
import { behind, outside } from './outside.ts'
import { device, ready, start, temporary, until } from './people.ts'

const run = promisify(execFile)
const MIB = 1024 * 1024

/** Neither has a way to the other from now on. */
async function part(one: Machine, other: Machine): Promise<void> {
  await run('ip', ['-n', one.name, 'route', 'add', 'unreachable', other.address])
  await run('ip', ['-n', other.name, 'route', 'add', 'unreachable', one.address])
}

async function invite(host: Kith, guest: Kith): Promise<void> {
  const { link } = await host.client.call('invite', { body: {} })
  await guest.client.call('openInvitation', { body: { link } })
}

/** Two devices pair by an invitation that goes through a third one. */
async function meet(host: Kith, guest: Kith, hostName: string): Promise<void> {
  const { link } = await host.client.call('invite', { body: {} })
  let refusal: unknown
  const met = async (): Promise<true | undefined> => {
    // An answer may be lost on the way: a link that was used is not good a second time.
    if ((await guest.client.call('devices')).some(({ name, standing }) => name === hostName && standing === 'paired'))
      return true
    const call = guest.client.call('openInvitation', { body: { link } })
    return call.then(
      () => true as const,
      (error: unknown) => void (refusal = error),
    )
  }
  await until(met, 'they meet', 180_000).catch((error: unknown) => {
    throw new Error(String(refusal), { cause: error })
  })
}

/** Sends a file, agrees, and compares. */
async function send(from: Kith, to: Kith, name: string, path: string): Promise<void> {
  await ready(from, await from.client.call('send', { body: { path, to: [name] } }))
  const gift = await until(async () => (await to.client.call('gifts'))[0], 'the gift is offered')
  const { transfer } = await to.client.call('takeGift', { params: { id: gift.id }, body: {} })
  const done = await to.complete(transfer.id)
  assert.ok((await readFile(path)).equals(await readFile(done.path!)))
}

test('two devices without a way to each other meet through a third', { timeout: 600_000 }, async (t) => {
  if (!(await canMakeNetworks(t))) return
  await using folder = await temporary()
  await using lan = await localNetwork(3)
  const [one, other, middle] = lan.machines
  await part(one!, other!)
  const hidden = 'neighbours.discovery=false'
  await using ann = await start(folder.path, 'ann', one!, [hidden])
  await using bob = await start(folder.path, 'bob', other!, [hidden])
  await using cem = await start(folder.path, 'cem', middle!, [hidden])
  await invite(cem, ann)
  await invite(cem, bob)

  await t.test('nobody passes anything on unless its owner lends that', async () => {
    await assert.rejects(invite(ann, bob), /no way|unreachable/)
  })

  await t.test('with it they pair by an invitation', async () => {
    await cem.client.call('setSetting', { params: { id: 'neighbours.lendRelay' }, body: { value: true } })
    await meet(ann, bob, 'ann').catch(async (error: unknown) => {
      const logs = await Promise.all([ann, bob, cem].map((one) => one.log()))
      throw new Error(logs.join('\n'), { cause: error })
    })
    await device(ann, 'bob', ({ standing }) => standing === 'paired')
    await device(bob, 'ann', ({ standing }) => standing === 'paired')
  })

  await t.test('files go both ways, and are seen to go by way of another', async () => {
    const [there, back] = [join(folder.path, 'there.bin'), join(folder.path, 'back.bin')]
    await writeFile(there, randomBytes(24 * MIB + 7))
    await writeFile(back, randomBytes(16 * MIB + 1))
    await send(ann, bob, 'bob', there)
    await send(bob, ann, 'ann', back)
    await device(ann, 'bob', ({ near, relayed }) => near && relayed)
    await device(bob, 'ann', ({ near, relayed }) => near && relayed)
    assert.equal((await device(ann, 'cem', ({ near }) => near)).relayed, false)
    // Nothing of it is kept, or known by name, in the middle.
    assert.deepEqual(await cem.client.call('gifts'), [])
    assert.deepEqual((await cem.client.call('devices')).map(({ name }) => name).toSorted(), ['ann', 'bob'])
  })

  await t.test('who is forgotten in the middle is passed on no more', async () => {
    await cem.client.call('forgetDevice', { params: { id: 'bob' } })
    await ann.stop()
    await ann.start()
    await device(ann, 'cem', ({ near }) => near)
    await assert.rejects(ann.client.call('shelf', { params: { id: 'bob' } }))
  })
})

test('a whole connection is borrowed through a third device, whose own way stays', { timeout: 600_000 }, async (t) => {
  if (!(await canMakeNetworks(t)) || !needs(t, '/usr/bin/curl', '/usr/sbin/nft')) return
  await using folder = await temporary()
  await using lan = await localNetwork(3)
  const [router, other, middle] = lan.machines
  // All that ann sends goes by her router: what goes to the third device too would go by what is borrowed through it.
  await using home = await behindRouter(router!)
  await run('ip', ['-n', home.name, 'route', 'add', 'unreachable', other!.address])
  await using _world = await behind(other!)
  const settings = ['general.device_name=ann', 'neighbours.discovery=false']
  await using ann = await Kith.start(join(folder.path, 'ann'), settings, home.within)
  await using bob = await start(folder.path, 'bob', other!, ['neighbours.discovery=false'])
  const relay = ['neighbours.discovery=false', 'neighbours.lend_relay=true']
  await using cem = await start(folder.path, 'cem', middle!, relay)
  await invite(cem, ann)
  await invite(cem, bob)
  await meet(bob, ann, 'bob')
  const [command, ...within] = home.within
  const get = async (): Promise<string> =>
    run(command!, [...within, 'curl', '-s', '-m', '20', `http://${outside}/who`]).then(
      ({ stdout }) => stdout,
      () => 'no',
    )
  assert.equal(await get(), 'no')

  await bob.client.call('grantInternet', { params: { id: 'ann' }, body: { whole: true } })
  const used = await ann.client.call('useInternet', { body: { device: 'bob', whole: true } })
  assert.equal(used.whole, true)
  const routes = async (): Promise<string> => (await run('ip', ['-n', home.name, 'route'])).stdout
  assert.match(await routes(), new RegExp(`${middle!.address.replaceAll('.', '\\.')} via 192\\.168\\.50\\.1 dev eth0`))
  await until(async () => (await get()) === '192.168.77.1' || undefined, 'ann reaches what only bob can, in his name')
  await device(ann, 'bob', ({ near, relayed }) => near && relayed)

  await ann.client.call('stopInternet', { params: { id: 'bob' } })
  assert.doesNotMatch(await routes(), /kith|proto 107/)
  assert.equal(await get(), 'no')
})
