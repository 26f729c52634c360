import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { ProblemError } from '@kith/api/client.ts'
import { Kith } from '../kith.ts'
import { ready, temporary, until } from './people.ts'

test('two devices of one name are two, in whatever is granted, sent and said', { timeout: 300_000 }, async (t) => {
  await using folder = await temporary()
  const start = (home: string, name: string): Promise<Kith> =>
    Kith.start(join(folder.path, home), [`general.device_name=${name}`])
  await using ann = await start('ann', 'ann')
  await using one = await start('one', 'Laptop')
  await using other = await start('other', 'laptop')
  for (const kith of [one, other]) {
    const { link } = await ann.client.call('invite', { body: {} })
    await kith.client.call('openInvitation', { body: { link } })
  }
  const idOf = async (kith: Kith): Promise<string> => {
    const { link } = await kith.client.call('invite', { body: {} })
    return Buffer.from(new URL(link).searchParams.get('d')!, 'base64url').toString('hex')
  }
  const [first, second] = [await idOf(one), await idOf(other)]
  const shown = { one: `Laptop (${first.slice(0, 8)})`, other: `laptop (${second.slice(0, 8)})` }

  await t.test('each is shown by a name of its own', async () => {
    const devices = await until(async () => {
      const all = await ann.client.call('devices')
      return all.filter(({ standing }) => standing === 'paired').length === 2 ? all : undefined
    }, 'both are paired')
    assert.deepEqual(
      new Map(devices.map(({ id, name }) => [id, name])),
      new Map([
        [first, shown.one],
        [second, shown.other],
      ]),
    )
    // There ann is the only one of her name.
    assert.deepEqual(
      (await one.client.call('devices')).map(({ name }) => name),
      ['ann'],
    )
    const rooms = await ann.client.call('rooms')
    assert.deepEqual(rooms.map(({ title }) => title).toSorted(), [shown.one, shown.other].toSorted())
  })

  await t.test('a name that both have is refused with what there is to choose from', async () => {
    const refused = async (asked: Promise<unknown>): Promise<void> => {
      const error = await asked.then(
        () => undefined,
        (thrown: unknown) => thrown,
      )
      assert.ok(error instanceof ProblemError, String(error))
      assert.equal(error.problem.code, 'name/ambiguous')
      assert.match(error.problem.detail, /more than one device/)
      for (const id of [first, second]) assert.ok(error.problem.hint!.includes(id.slice(0, 12)))
    }
    await refused(ann.client.call('offerGame', { body: { game: 'openttd', to: ['laptop'] } }))
    await refused(ann.client.call('grantInternet', { params: { id: 'Laptop' }, body: {} }))
    await refused(ann.client.call('send', { body: { path: folder.path, to: ['laptop'] } }))
    await refused(ann.client.call('newRoom', { body: { title: 'Both', people: ['laptop'] } }))
    assert.deepEqual(await ann.client.call('offeredGames'), [])
  })

  await t.test('what is granted to one is not granted to the other', async () => {
    const made = await ann.client.call('offerGame', { body: { game: 'openttd', to: [first] } })
    assert.deepEqual(made.to, [{ id: first, name: shown.one }])
    const nearby = await until(async () => {
      const games = await one.client.call('nearbyGames')
      return games.length === 1 ? games : undefined
    }, 'the game is seen')
    assert.equal(nearby[0]!.device.name, 'ann')
    assert.deepEqual(await other.client.call('nearbyGames'), [])
    // As it is shown, and by the beginning of its id.
    const { to } = await ann.client.call('grantGame', {
      params: { id: made.id },
      body: { to: [shown.other, first.slice(0, 8)] },
    })
    assert.deepEqual(to.map(({ id }) => id).toSorted(), [first, second].toSorted())
    await ann.client.call('lendInternet', { body: { on: true } })
    await ann.client.call('grantInternet', { params: { id: second }, body: {} })
    const { loans } = await ann.client.call('internet')
    assert.deepEqual(
      loans.map(({ device }) => device),
      [{ id: second, name: shown.other }],
    )
    assert.deepEqual(await one.client.call('nearbyInternet'), [])
    await until(async () => (await other.client.call('nearbyInternet'))[0], 'the connection is lent')
  })

  await t.test('what is sent to one does not reach the other, and says from whom it is', async () => {
    const path = join(folder.path, 'letter.txt')
    await writeFile(path, 'to one of them')
    await ready(ann, await ann.client.call('send', { body: { path, to: [second] } }))
    await until(async () => (await other.client.call('gifts'))[0], 'the letter is offered')
    assert.deepEqual(await one.client.call('gifts'), [])
    const own = join(folder.path, 'own')
    await mkdir(own)
    for (const [name, kith] of [
      ['one.txt', one],
      ['other.txt', other],
    ] as const) {
      await writeFile(join(own, name), name)
      await ready(kith, await kith.client.call('send', { body: { path: join(own, name), to: ['ann'] } }))
    }
    const gifts = await until(async () => {
      const all = await ann.client.call('gifts')
      return all.length === 2 ? all : undefined
    }, 'both have sent something')
    assert.deepEqual(
      new Map(gifts.map(({ name, from }) => [name, from])),
      new Map([
        ['one.txt', { id: first, name: shown.one }],
        ['other.txt', { id: second, name: shown.other }],
      ]),
    )
  })

  await t.test('of several, who cannot be asked is named, and the others are asked', async () => {
    await one.stop()
    const path = join(folder.path, 'for both.txt')
    await writeFile(path, 'for both of them')
    const begun = await ann.client.call('send', { body: { path, to: [first, second] } })
    const made = await until(async () => {
      const now = await ann.client.call('publication', { params: { id: begun.id } })
      return now.state === 'hashing' ? undefined : now
    }, 'it is offered, or not')
    assert.equal(made.fault?.code, 'near/not-all')
    assert.ok(made.fault.message.includes(shown.one) && !made.fault.message.includes(shown.other))
    await until(
      async () => (await other.client.call('gifts')).find(({ name }) => name === 'for both.txt'),
      'the other one is asked',
    )
    await one.start()
  })

  await t.test('in a room it is seen who of them speaks, and one of them can be ignored', async () => {
    const room = await ann.client.call('newRoom', { body: { title: 'All', people: [first, second] } })
    await ann.client.call('say', { params: { id: room.id }, body: { text: 'hello' } })
    for (const kith of [one, other]) {
      await until(
        async () => (await kith.client.call('rooms')).find(({ id }) => id === room.id),
        'they hear of the room',
      )
      await kith.client.call('say', {
        params: { id: room.id },
        body: { text: kith === one ? 'the first' : 'the second' },
      })
    }
    const heard = async (count: number) =>
      until(async () => {
        const all = (await ann.client.call('messages', { params: { id: room.id } })).filter(({ own }) => !own)
        return all.length === count ? all : undefined
      }, `${count} are heard`)
    assert.deepEqual(
      new Map((await heard(2)).map(({ text, from, peer }) => [text, [from, peer]])),
      new Map([
        ['the first', [shown.one, first]],
        ['the second', [shown.other, second]],
      ]),
    )
    const who = { network: 'neighbours', name: 'Laptop', peer: first }
    await ann.client.call('ignore', { body: who })
    assert.deepEqual(
      (await heard(1)).map(({ text }) => text),
      ['the second'],
    )
    assert.deepEqual(await ann.client.call('ignored'), [{ ...who, name: shown.one }])
    await ann.client.call('unignore', { query: who })
    await heard(2)
  })
})
