import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { canMakeNetworks, localNetwork } from '../namespaces.ts'
import { device, pair, ready, start, temporary, until } from './people.ts'

const MIB = 1024 * 1024

test('two devices find each other, pair, and send files both ways', { timeout: 300_000 }, async (t) => {
  if (!(await canMakeNetworks(t))) return
  await using folder = await temporary()
  await using lan = await localNetwork(2)
  const [one, other] = lan.machines
  await using ann = await start(folder.path, 'ann', one!)
  await using bob = await start(folder.path, 'bob', other!)

  await t.test('strangers see a name, and get nothing', async () => {
    const seen = await device(ann, 'bob', ({ near }) => near)
    assert.equal(seen.standing, 'stranger')
    assert.ok(
      seen.addresses.some((address) => address.startsWith('10.71.0.2:')),
      seen.addresses.join(),
    )
    // Near is reached: who is listed is not said to be nobody.
    const checks = await ann.client.call('doctor')
    assert.equal(checks.find(({ name }) => name === 'neighbours')?.message, 'Nearby is joined')
    const networks = await ann.client.call('networks')
    assert.equal(networks.find(({ id }) => id === 'neighbours')?.people, 1)
    await assert.rejects(ann.client.call('shelf', { params: { id: seen.id } }), /refuses/)
    await assert.rejects(ann.client.call('send', { body: { path: folder.path, to: ['bob'] } }), /not paired/)
  })

  await t.test('they pair by six digits', async () => {
    await pair(ann, 'ann', bob, 'bob')
  })

  const bytes = randomBytes(20 * MIB + 123)
  const path = join(folder.path, 'holiday.bin')
  await writeFile(path, bytes)

  await t.test('one sends, the other agrees, and the bytes are the same', async () => {
    await ready(ann, await ann.client.call('send', { body: { path, to: ['bob'] } }))
    const gift = await until(async () => (await bob.client.call('gifts'))[0], 'the gift is offered')
    assert.deepEqual([gift.name, gift.size, gift.from.name, gift.files], ['holiday.bin', bytes.length, 'ann', 1])
    const { transfer } = await bob.client.call('takeGift', { params: { id: gift.id }, body: {} })
    const done = await bob.complete(transfer.id)
    assert.ok(bytes.equals(await readFile(done.path!)))
    assert.deepEqual(await bob.client.call('gifts'), [])
  })

  await t.test('a folder on the shelf is listed and fetched by its link', async () => {
    const set = join(folder.path, 'set')
    await mkdir(join(set, 'deep', 'er'), { recursive: true })
    await writeFile(join(set, 'deep', 'er', 'grüße.txt'), 'hello')
    await writeFile(join(set, 'a.bin'), bytes.subarray(0, 3 * MIB))
    await writeFile(join(set, 'empty'), '')
    await ready(bob, await bob.client.call('putOnShelf', { body: { path: set } }))
    const items = await until(async () => {
      const all = await ann.client.call('shelf', { params: { id: 'bob' } })
      return all.length > 0 ? all : undefined
    }, 'the shelf holds it')
    assert.deepEqual(
      items.map(({ name, size }) => [name, size]),
      [['set', 3 * MIB + 5]],
    )
    const done = await ann.complete((await ann.add(items[0]!.link!)).id)
    assert.equal(await readFile(join(done.path!, 'deep', 'er', 'grüße.txt'), 'utf8'), 'hello')
    assert.equal(await readFile(join(done.path!, 'empty'), 'utf8'), '')
    assert.ok(bytes.subarray(0, 3 * MIB).equals(await readFile(join(done.path!, 'a.bin'))))
  })

  await t.test('they talk, and what was said to one who is away arrives when it is back', async () => {
    await ann.client.call('say', { params: { id: 'bob' }, body: { text: 'hello bob' } })
    const heard = await until(
      async () => (await bob.client.call('messages', { params: { id: 'ann' } }))[0],
      'it is heard',
    )
    assert.deepEqual([heard.from, heard.text, heard.own], ['ann', 'hello bob', false])
    await bob.stop()
    await ann.client.call('say', { params: { id: 'bob' }, body: { text: 'are you there?' } })
    await ann.kill()
    await ann.start()
    await bob.start()
    const later = await until(
      async () => (await bob.client.call('messages', { params: { id: 'ann' } }))[1],
      'it is heard later',
    )
    assert.equal(later.text, 'are you there?')
    await bob.client.call('say', { params: { id: 'ann' }, body: { text: 'yes' } })
    await until(async () => (await ann.client.call('messages', { params: { id: 'bob' } }))[2], 'the answer')
    const said = await ann.client.call('messages', { params: { id: 'bob' } })
    assert.deepEqual(
      said.map(({ text, own }) => [text, own]),
      [
        ['hello bob', true],
        ['are you there?', true],
        ['yes', false],
      ],
    )
  })
})
