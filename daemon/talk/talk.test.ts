import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Message, Person, Room } from '@kith/core/chat/chat.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Chat } from '@kith/core/network/facets.ts'
import type { Keep } from '@kith/core/network/host.ts'
import { value } from '@kith/core/value/value.ts'
import type { Supervised } from '../supervisor.ts'
import { talkOperations } from '../operations/talk.ts'
import { Talk } from './talk.ts'

const hub = 'adc://hub:411'
const asker = {
  grant: { scopes: [], via: 'none' },
  session: undefined,
  sender: '',
  address: '',
  setSession() {},
} as const

function keepOf(): Keep {
  const kept = new Map<string, Uint8Array>()
  return {
    get: (key) => kept.get(key),
    set: (key, bytes) => void (bytes === undefined ? kept.delete(key) : kept.set(key, bytes)),
  }
}

/** One hub with ann, bob and us. */
function world(keep: Keep = keepOf()) {
  let now = 1_000
  const said = new Map<string, Message[]>()
  const rooms = value<readonly Room[]>([{ id: hub, title: 'Test hub', kind: 'public', people: 3 }])
  const people = ['ann', 'bob', 'us'].map((name): Person => ({
    peer: { network: 'directconnect', key: name, name },
    own: name === 'us',
    talk: `${hub}/${name}`,
    operator: name === 'bob',
  }))
  const hear = (room: string, from: string, text: string, theirs?: { readonly at: number }): void => {
    const mention = /\bus\b/.test(text) ? { mention: true } : {}
    const heardAt = ++now
    const when = theirs === undefined ? { at: heardAt } : { at: theirs.at, heardAt }
    said.set(room, [...(said.get(room) ?? []), { room, from, text, ...when, own: from === 'us', ...mention }])
  }
  const ran: unknown[] = []
  const chat: Chat = {
    rooms,
    people: () => people,
    history: (room) => said.get(room) ?? [],
    read: async function* () {},
    say: async (room, text) => hear(room, 'us', text),
    commands: () => [
      { id: '1', path: ['Hub', 'Count'], aboutSomebody: false, asks: [] },
      { id: '2', path: ['Hub', 'Send away'], aboutSomebody: true, asks: ['Why'] },
    ],
    run: async (...what) => void ran.push(what),
  }
  const networks = new Map([['directconnect', { membership: { chat } } as unknown as Supervised]])
  const talk = new Talk(networks, keep, { now: () => now } as unknown as Clock)
  const operations = talkOperations({ talk, networks })
  return { talk, hear, operations, ran }
}

test('what others said since somebody looked is unread, and is not when it was seen', async () => {
  const { hear, operations } = world()
  hear(hub, 'ann', 'one')
  hear(hub, 'us', 'two')
  hear(hub, 'bob', 'three')
  const [room] = await operations.rooms({}, asker)
  assert.equal(room!.unread, 2)
  assert.equal(room!.last?.text, 'three')
  assert.deepEqual(await operations.unread({}, asker), { talks: 0, rooms: 1 })
  await operations.markRead({ params: { id: 'Test' } }, asker)
  assert.deepEqual(await operations.unread({}, asker), { talks: 0, rooms: 0 })
  hear(hub, 'ann', 'four')
  assert.equal((await operations.rooms({}, asker))[0]!.unread, 1)
})

test('whatever the clocks of others say, what comes after somebody looked is unread', async () => {
  const { hear, operations } = world()
  // A clock that is years ahead, and one that is behind; the third was said long ago and came only now.
  hear(hub, 'ann', 'ahead', { at: 1e15 })
  await operations.markRead({ params: { id: hub } }, asker)
  assert.deepEqual(await operations.unread({}, asker), { talks: 0, rooms: 0 })
  hear(hub, 'bob', 'behind', { at: 5 })
  hear(hub, 'ann', 'late', { at: 900 })
  assert.equal((await operations.rooms({}, asker))[0]!.unread, 2)
})

test('what speaks to us by our name counts like what is said in private', async () => {
  const { hear, operations } = world()
  hear(hub, 'ann', 'one')
  hear(hub, 'ann', 'us: two')
  const [room] = await operations.rooms({}, asker)
  assert.deepEqual([room!.unread, room!.mentions, room!.last?.mention], [2, 1, true])
  assert.deepEqual(await operations.unread({}, asker), { talks: 1, rooms: 1 })
  await operations.ignore({ body: { network: 'directconnect', name: 'ann' } }, asker)
  assert.deepEqual(await operations.unread({}, asker), { talks: 0, rooms: 0 })
})

test('what a room offers is done by its id or its path, once all it asks is answered', async () => {
  const { operations, ran } = world()
  const params = { id: hub }
  assert.equal((await operations.roomCommands({ params }, asker)).length, 2)
  const run = async (body: Parameters<typeof operations.runRoomCommand>[0]['body']): Promise<void> =>
    operations.runRoomCommand({ params, body }, asker)
  await run({ command: 'Hub/Count' })
  await run({ command: '2', person: 'ann', answers: { Why: 'so' } })
  assert.deepEqual(ran, [
    [hub, '1', {}, undefined],
    [hub, '2', { Why: 'so' }, 'ann'],
  ])
  await assert.rejects(run({ command: '2', person: 'ann' }), /It asks: Why/)
  await assert.rejects(run({ command: 'Hub' }), /offers no “Hub”/)
})

test('who is ignored is not heard, over restarts', async () => {
  const keep = keepOf()
  const { hear, operations } = world(keep)
  hear(hub, 'ann', 'one')
  hear(hub, 'bob', 'two')
  await operations.ignore({ body: { network: 'directconnect', name: 'ann' } }, asker)
  const texts = async (): Promise<string[]> =>
    (await operations.messages({ params: { id: hub } }, asker)).map(({ text }) => text)
  assert.deepEqual(await texts(), ['two'])
  assert.equal((await operations.rooms({}, asker))[0]!.unread, 1)
  const again = world(keep)
  assert.deepEqual(await again.operations.ignored({}, asker), [{ network: 'directconnect', name: 'ann' }])
  await operations.unignore({ query: { network: 'directconnect', name: 'ann' } }, asker)
  assert.deepEqual(await texts(), ['one', 'two'])
})

test('a private talk is opened by the name of a person, and said in before there was one', async () => {
  const { operations } = world()
  await operations.say({ params: { id: 'ann' }, body: { text: 'hello' } }, asker)
  const room = await operations.openRoom({ params: { id: `${hub}/ann` } }, asker)
  assert.deepEqual([room.title, room.kind, room.last?.text], ['ann', 'private', 'hello'])
  await assert.rejects(async () => operations.openRoom({ params: { id: 'nobody' } }, asker), /no room/)
  await assert.rejects(async () => operations.openRoom({ params: { id: 'us' } }, asker), /no room/)
})

test('people are filtered, and operators come first', async () => {
  const { operations } = world()
  const names = async (filter: string): Promise<string[]> =>
    (await operations.people({ query: { room: hub, filter } }, asker)).rows.map(({ name }) => name)
  assert.deepEqual(await names(''), ['bob', 'ann', 'us'])
  assert.deepEqual(await names('AN'), ['ann'])
  assert.equal((await operations.people({ query: {} }, asker)).total, 3)
})
