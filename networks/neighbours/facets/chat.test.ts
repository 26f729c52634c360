import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fail } from '@kith/core/fault/fault.ts'
import type { Device } from '@kith/core/network/devices.ts'
import type { Host } from '@kith/core/network/host.ts'
import { Hours } from '@kith/core/network/test-kit/hours.ts'
import { value } from '@kith/core/value/value.ts'
import { Book } from '../book.ts'
import type { Lines } from '../lines.ts'
import type { NamedDevices } from '../localsend/devices.ts'
import { decodeSaid, type Said } from '../wire/said.ts'
import { talk } from './chat.ts'

const own = '00'.repeat(32)
const bob = 'bb'.repeat(32)

/** A device that is paired with bob, who takes what the test lets him. */
function world(takes: (said: Said) => boolean = () => true) {
  const clock = new Hours()
  const kept = new Map<string, Uint8Array>()
  let drawn = 0
  const host = {
    clock,
    keep: {
      get: (key: string) => kept.get(key),
      set: (key: string, bytes?: Uint8Array) => void (bytes === undefined ? kept.delete(key) : kept.set(key, bytes)),
    },
    random: { number: () => 0, bytes: (length: number) => new Uint8Array(length).fill(++drawn) },
    self: { device: 'ann' },
    log: { debug() {} },
    journal: { tell() {} },
  } as unknown as Host
  const book = new Book(host.keep, clock)
  book.seen(bob, { name: 'bob', addresses: [{ host: '192.0.2.1', port: 7 }] })
  book.pair(bob, true)
  const heard: string[] = []
  const lines = {
    async ask(_to: string, { body }: { body: Uint8Array }) {
      const said = decodeSaid(body)
      if (!takes(said)) throw fail('unavailable', 'neighbours/refused', 'The device refuses (403)')
      heard.push(said.text)
    },
  } as unknown as Lines
  const devices = { all: value<readonly Device[]>([]), nameOf: (id: string) => (id === bob ? 'bob' : id) }
  const open = () => talk({ host, book, lines, devices: devices as unknown as NamedDevices, own })
  return { clock, kept, heard, open }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
const said = (text: string, at: number, id: number): Said => ({ id: id.toString(16).padStart(32, '0'), text, at })

test('a room that a device refuses does not hold up what is said to it elsewhere, and nothing is lost', async () => {
  let full = true
  const { heard, clock, open } = world(({ group }) => group === undefined || !full)
  using chat = open()
  const room = await chat.gather!('Too many', [bob])
  await chat.say(room, 'in the room, one')
  await chat.say(room, 'in the room, two')
  await chat.say(bob, 'to bob')
  await settled()
  assert.deepEqual(heard, ['to bob'])
  full = false
  clock.go(2_000)
  await settled()
  assert.deepEqual(heard, ['to bob', 'in the room, one', 'in the room, two'])
})

test('when something was heard is told by our own clock, over restarts too', () => {
  const { clock, open } = world()
  const chat = open()
  clock.go(60_000)
  const now = clock.now()
  chat.arrived(bob, said('of a clock that is slow', 5, 1))
  chat.arrived(bob, said('of one that is fast', now + 1e12, 2))
  const times = (): unknown => chat.history(bob).map(({ heardAt }) => heardAt)
  assert.deepEqual(times(), [now, now])
  chat[Symbol.dispose]()
  using again = open()
  assert.deepEqual(
    again.history(bob).map(({ at, heardAt }) => [at, heardAt]),
    [
      [5, now],
      [now + 1e12, now],
    ],
  )
})

test('of long texts fewer are kept: a room is written down whole each time', () => {
  const { kept, open } = world()
  using chat = open()
  for (let id = 1; id <= 100; id++) chat.arrived(bob, said('x'.repeat(16_000), id, id))
  assert.ok(kept.get(`talk ${bob}`)!.length < 700_000)
  assert.ok(chat.history(bob).length >= 30)
  for (let id = 101; id <= 620; id++) chat.arrived(bob, said('short', id, id))
  assert.equal(chat.history(bob).length, 500)
})
