import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Kith, sleep } from '../kith.ts'
import { canMakeNetworks, localNetwork } from '../namespaces.ts'
import { avahi } from '../peers/avahi.ts'
import { needs } from '../peers/process.ts'
import { device, pair, ready, start, temporary, until } from './people.ts'

const MIB = 1024 * 1024

/** Sends a file to one or several, who all agree; gives the ids of their transfers. */
async function send(from: Kith, path: string, to: readonly (readonly [string, Kith])[]): Promise<readonly string[]> {
  await ready(from, await from.client.call('send', { body: { path, to: to.map(([name]) => name) } }))
  return Promise.all(
    to.map(async ([, kith]) => {
      const gift = await until(async () => (await kith.client.call('gifts'))[0], 'the gift is offered')
      return (await kith.client.call('takeGift', { params: { id: gift.id }, body: {} })).transfer.id
    }),
  )
}

test('three devices on a slow network, with cables pulled and daemons killed', { timeout: 600_000 }, async (t) => {
  if (!(await canMakeNetworks(t)) || !needs(t, 'tc')) return
  await using folder = await temporary()
  await using lan = await localNetwork(4)
  const [one, other, third, eye] = lan.machines
  await using ann = await start(folder.path, 'ann', one!)
  await using bob = await start(folder.path, 'bob', other!)
  await using cem = await start(folder.path, 'cem', third!)
  const bytes = randomBytes(48 * MIB + 5)
  const path = join(folder.path, 'film.mkv')
  await writeFile(path, bytes)

  await t.test('avahi-browse sees each of them', async (sub) => {
    if (!needs(sub, 'avahi-daemon', 'avahi-browse', 'dbus-daemon', 'unshare')) return
    await using foreign = avahi(eye!, '_kith._tcp')
    for (const [name, kith, machine] of [
      ['ann', ann, one!],
      ['bob', bob, other!],
    ] as const) {
      const port = await kith.port()
      const seen = await until(
        async () => foreign.seen().find((each) => each.name.startsWith(`${name} `) && each.address === machine.address),
        `${name} is seen by avahi-browse`,
      ).catch((error: unknown) => {
        throw new Error(foreign.log(), { cause: error })
      })
      assert.equal(seen.port, port)
      assert.match(seen.facts, /"id=[0-9a-f]{64}"/)
      assert.ok(seen.facts.includes(`"name=${name}"`), seen.facts)
    }
  })

  await pair(ann, 'ann', bob, 'bob')
  await pair(ann, 'ann', cem, 'cem')
  await pair(bob, 'bob', cem, 'cem')

  await t.test('a transfer survives ten seconds without a cable, and both sides killed', async () => {
    // So slow that it is not through before all of that has happened.
    await other!.slow(6)
    const [id = ''] = await send(ann, path, [['bob', bob]])
    await bob.until(id, ({ had }) => had > 4 * MIB)
    await other!.cable(false)
    await sleep(10_000)
    await other!.cable(true)
    const before = (await bob.transfer(id)).had
    await bob.until(id, ({ had }) => had > before + 2 * MIB)
    await ann.kill()
    await ann.start()
    const since = (await bob.transfer(id)).had
    await bob.until(id, ({ had }) => had > since + 2 * MIB)
    await bob.kill()
    await bob.start()
    await other!.slow(400)
    const done = await bob.complete(id)
    assert.ok(bytes.equals(await readFile(done.path!)))
  })

  await t.test('who comes later fetches from both who have it', async () => {
    await one!.slow(400)
    // So slow that both are seen before it is through.
    await third!.slow(4)
    const [id = ''] = await send(ann, path, [['cem', cem]])
    // Not inside the channel, which is slower.
    const sources = await until(async () => {
      const all = (await cem.client.call('sources', { params: { id } })).filter(({ via }) => via === 'data')
      return all.length === 2 ? all : undefined
    }, 'it has two sources')
    assert.deepEqual(sources.map(({ name }) => name).toSorted(), ['ann', 'bob'])
    await third!.slow(400)
    const done = await cem.complete(id)
    assert.ok(bytes.equals(await readFile(done.path!)))
  })

  await t.test('files go both ways at the same time', async () => {
    const there = join(folder.path, 'there.bin')
    const back = join(folder.path, 'back.bin')
    const [first, second] = [randomBytes(12 * MIB), randomBytes(12 * MIB + 1)]
    await writeFile(there, first)
    await writeFile(back, second)
    const [[here = ''], [away = '']] = await Promise.all([
      send(ann, there, [['bob', bob]]),
      send(bob, back, [['ann', ann]]),
    ] as const)
    const [one, other] = await Promise.all([bob.complete(here), ann.complete(away)])
    assert.ok(first.equals(await readFile(one.path!)))
    assert.ok(second.equals(await readFile(other.path!)))
  })

  await t.test('a room of three hears everyone', async () => {
    const { id } = await ann.client.call('newRoom', { body: { title: 'supper', people: ['bob', 'cem'] } })
    await ann.client.call('say', { params: { id }, body: { text: 'soup?' } })
    const hears = (kith: Kith, from: string, text: string): Promise<true> =>
      until(
        async () =>
          (await kith.client.call('messages', { params: { id } }).catch(() => [])).some(
            (one) => one.from === from && one.text === text,
          ) || undefined,
        `${text} is heard`,
      )
    for (const kith of [bob, cem]) await hears(kith, 'ann', 'soup?')
    await cem.client.call('say', { params: { id: 'supper' }, body: { text: 'yes' } })
    for (const kith of [ann, bob]) await hears(kith, 'cem', 'yes')
  })

  await t.test('who was forgotten gets nothing any more', async () => {
    await bob.client.call('forgetDevice', { params: { id: 'cem' } })
    await device(cem, 'bob', ({ standing }) => standing === 'stranger')
    await assert.rejects(cem.client.call('shelf', { params: { id: 'bob' } }), /refuses/)
    await assert.rejects(cem.client.call('say', { params: { id: 'bob' }, body: { text: 'hello' } }), /no room/)
  })
})
