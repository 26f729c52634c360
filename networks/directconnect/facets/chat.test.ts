import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Hub } from '../hubs/hub.ts'
import { HubChat } from './chat.ts'

test('however many begin a talk, the chat of the hub stays, and the talk that somebody just spoke in', () => {
  let now = 0
  const users = new Map(Array.from({ length: 1_000 }, (_, at) => [`S${at}`, { id: `S${at}`, nick: `nick ${at}` }]))
  const hub = {
    given: 'adc://hub.example:1511',
    name: 'Hub',
    address: { protocol: 'adc' },
    talk: { id: 'ME', users },
    user: (id: string) => users.get(id),
  } as unknown as Hub
  const clock = { now: () => now++, after: () => ({ [Symbol.dispose]() {} }) }
  const chat = new HubChat({ clock, hubs: () => [hub], ignored: [] })
  const room = 'adc://hub.example:1511'
  const talk = (at: number, text: string): void =>
    chat.heard(hub, { kind: 'private', from: `S${at}`, room: `S${at}`, text })
  chat.heard(hub, { kind: 'chat', from: 'S0', text: 'in the chat', me: false })
  talk(0, 'hello')
  for (let at = 1; at < 1_000; at++) {
    talk(at, 'spam')
    if (at % 100 === 0) talk(0, 'still here')
  }
  assert.equal(chat.history(room).length, 1)
  assert.equal(chat.history(`${room}/nick 0`).length, 10)
  assert.equal(chat.history(`${room}/nick 1`).length, 0)
  assert.ok(chat.rooms.current.length <= 201)
})
