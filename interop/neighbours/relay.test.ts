import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import type { Kith } from '../kith.ts'
import { canMakeNetworks, localNetwork, type Machine } from '../namespaces.ts'
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
    const { link } = await ann.client.call('invite', { body: {} })
    let refusal: unknown
    const met = async (): Promise<true | undefined> => {
      // An answer may be lost on the way: a link that was used is not good a second time.
      if ((await bob.client.call('devices')).some(({ name, standing }) => name === 'ann' && standing === 'paired'))
        return true
      const call = bob.client.call('openInvitation', { body: { link } })
      return call.then(
        () => true as const,
        (error: unknown) => void (refusal = error),
      )
    }
    await until(met, 'they meet', 180_000).catch(async (error: unknown) => {
      const logs = await Promise.all([ann, bob, cem].map((one) => one.log()))
      throw new Error(`${String(refusal)}\n${logs.join('\n')}`, { cause: error })
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
