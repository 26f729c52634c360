import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import type { Kith } from '../kith.ts'
import { canMakeNetworks, localNetwork, type Machine } from '../namespaces.ts'
import { device, start, temporary, until } from './people.ts'

const run = promisify(execFile)
const cli = join(dirname(dirname(import.meta.dirname)), 'cli', 'main.ts')

/** The command line, as somebody at that machine would use it. */
async function say(kith: Kith, machine: Machine, ...words: readonly string[]): Promise<string> {
  const [command, ...args] = [...machine.within, process.execPath, cli, '--home', kith.home, ...words]
  return (await run(command!, args)).stdout
}

test('devices that do not see each other pair by a link', { timeout: 300_000 }, async (t) => {
  if (!(await canMakeNetworks(t))) return
  await using folder = await temporary()
  await using lan = await localNetwork(3)
  const [one, other, third] = lan.machines
  const hidden = ['neighbours.discovery=false']
  await using ann = await start(folder.path, 'ann', one!, hidden)
  await using bob = await start(folder.path, 'bob', other!, hidden)
  await using cem = await start(folder.path, 'cem', third!, hidden)

  let used = ''
  await t.test('one word on either side, and no digits', async () => {
    const made = JSON.parse(await say(ann, one!, '--json', 'pair', '--invite', '--for', '10m')) as { link: string }
    assert.match(made.link, /^kith:pair\?d=[\w-]{43}&k=[\w-]{22}&u=\d+&a=10\.71\.0\.1:\d+&n=ann$/)
    assert.deepEqual(await bob.client.call('devices'), [])
    assert.match(await say(bob, other!, 'pair', made.link), /ann is paired/)
    await device(bob, 'ann', ({ standing }) => standing === 'paired')
    await device(ann, 'bob', ({ standing }) => standing === 'paired')
    assert.deepEqual(await ann.client.call('invitations'), [])
    used = made.link
  })

  await t.test('nobody else can use it, and who was forgotten does not come back by it', async () => {
    await assert.rejects(cem.client.call('openInvitation', { body: { link: used } }), /does not count any more/)
    assert.deepEqual(await ann.client.call('devices').then((all) => all.map(({ name }) => name)), ['bob'])
    const { id } = await device(ann, 'bob', () => true)
    await ann.client.call('forgetDevice', { params: { id } })
    await until(async () => {
      const known = (await bob.client.call('devices')).find(({ name }) => name === 'ann')
      return known?.standing === 'paired' ? undefined : true
    }, 'bob has heard of it')
    await assert.rejects(bob.client.call('openInvitation', { body: { link: used } }), /does not count any more/)
  })

  await t.test('it survives a restart, ends, and can be taken back', async () => {
    const lasting = await ann.client.call('invite', { body: {} })
    const back = await ann.client.call('invite', { body: {} })
    const short = await ann.client.call('invite', { body: { seconds: 10 } })
    await say(ann, one!, 'invitations', 'remove', back.id)
    await ann.stop()
    await ann.start()
    const left = (await ann.client.call('invitations')).map(({ id }) => id)
    assert.ok(left.includes(lasting.id) && !left.includes(back.id))
    await assert.rejects(cem.client.call('openInvitation', { body: { link: back.link } }), /does not count any more/)
    const ended = async (): Promise<true | undefined> =>
      (await ann.client.call('invitations')).every(({ id }) => id !== short.id) || undefined
    await until(ended, 'it has ended')
    await assert.rejects(cem.client.call('openInvitation', { body: { link: short.link } }), /does not count any more/)
    const paired = await cem.client.call('openInvitation', { body: { link: lasting.link } })
    assert.deepEqual([paired.name, paired.standing], ['ann', 'paired'])
  })

  await t.test('a link that is cut, altered or our own says so', async () => {
    const { link } = await ann.client.call('invite', { body: {} })
    const body = (text: string): { body: { link: string } } => ({ body: { link: text } })
    await assert.rejects(bob.client.call('openInvitation', body(link.slice(0, 60))), /not whole/)
    await assert.rejects(ann.client.call('openInvitation', body(link)), /this device itself/)
    // Another device at the address: its certificate is not the one in the link.
    const other = link.replace(/d=[\w-]{43}/, `d=${'A'.repeat(43)}`)
    await assert.rejects(bob.client.call('openInvitation', body(other)), /not who it should be/)
    const guessed = link.replace(/k=[\w-]{22}/, `k=${'A'.repeat(22)}`)
    await assert.rejects(bob.client.call('openInvitation', body(guessed)), /does not count any more/)
    await assert.rejects(bob.add(link), /invitation to pair/)
  })
})
