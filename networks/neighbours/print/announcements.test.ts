import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Announcement, Discovery } from '@kith/core/network/discovery.ts'
import { utf8 } from '@kith/wire/bytes.ts'
import type { ToldPrinter } from '../wire/printers.ts'
import { Announcements } from './announcements.ts'
import { type Known, knownPrinter } from './known.ts'

/** What is announced now, by the path of each printer. */
function world(names: Readonly<Record<string, string>>) {
  const now = new Map<string, string>()
  const announce = (said: Announcement): Promise<AsyncDisposable> => {
    const path = said.facts['rp']!
    now.set(path, said.name)
    return Promise.resolve({ [Symbol.asyncDispose]: async () => void now.delete(path) })
  }
  const book = { get: (id: string) => ({ name: names[id]! }) } as unknown as ConstructorParameters<
    typeof Announcements
  >[1]
  const discovery = { announce } as unknown as Discovery
  return { now, announcements: new Announcements({ discovery }, book) }
}

function printerOf(device: string, id: string, name: string): Known {
  return knownPrinter(device, {
    id,
    name,
    model: '',
    location: '',
    formats: [] as readonly string[],
    uuid: '',
  } as ToldPrinter)
}

test('printers of one name at devices of one name are told apart, and the first keeps its name', async () => {
  const [one, other] = ['11'.repeat(32), '22'.repeat(32)]
  const { now, announcements } = world({ [one]: 'laptop', [other]: 'laptop' })
  const first = printerOf(one, 'aa'.repeat(8), 'Oak')
  await announcements.settle([first], 1)
  const before = now.get(`ipp/print/${first.key}`)
  assert.equal(before, 'Oak @ laptop')
  await announcements.settle([first, printerOf(one, 'bb'.repeat(8), 'Oak'), printerOf(other, 'cc'.repeat(8), 'Oak')], 1)
  assert.equal(now.get(`ipp/print/${first.key}`), before)
  assert.equal(new Set(now.values()).size, 3)
})

test('names that are too long are told apart by what is left of them', async () => {
  const one = '11'.repeat(32)
  const { now, announcements } = world({ [one]: 'laptop' })
  const long = 'Ä'.repeat(60)
  await announcements.settle([printerOf(one, 'aa', `${long}a`), printerOf(one, 'bb', `${long}b`)], 1)
  assert.equal(new Set(now.values()).size, 2)
  for (const name of now.values()) assert.ok(utf8(name).length <= 63, name)
})
