import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Hours } from '@kith/core/network/test-kit/hours.ts'
import type { Log } from '@kith/core/network/log.ts'
import { Book } from './book.ts'
import { Renames } from './renames.ts'
import { encodeIntroduction } from './wire/messages.ts'

const log: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log }
const id = 'ab'.repeat(32)

function world(first: string) {
  let own = first
  const clock = new Hours()
  const book = new Book({ get: () => undefined, set() {} }, clock)
  book.seen(id, { name: 'bob' })
  book.pair(id, true)
  let asked = 0
  const lines = {
    ask: async () => {
      asked++
      const body = (async function* () {
        yield encodeIntroduction({ name: own, port: 1 })
      })()
      return { status: 200, body }
    },
  }
  const rename = (to: string): void => void (own = to)
  return { clock, book, renames: new Renames({ clock, log, book, lines }), asked: () => asked, rename }
}

test('a paired device is called what it says itself, whatever is announced of it', async () => {
  const lied = world('bob')
  for (let times = 0; times < 10; times++) await lied.renames.heard(id, `mum ${times}`)
  assert.equal(lied.book.get(id)?.name, 'bob')
  assert.equal(lied.asked(), 1, 'and is not asked again and again')
  const renamed = world('robert')
  await renamed.renames.heard(id, 'bob')
  assert.equal(renamed.asked(), 0)
  await renamed.renames.heard(id, 'robert')
  assert.equal(renamed.book.get(id)?.name, 'robert')
})

test('a new name that is announced soon after a lie is asked for when it is time', async () => {
  const { book, renames, rename, clock, asked } = world('bob')
  await renames.heard(id, 'mum')
  rename('robert')
  await renames.heard(id, 'robert')
  assert.equal(book.get(id)?.name, 'bob')
  clock.go(60_000)
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual([book.get(id)?.name, asked()], ['robert', 2])
  await renames.heard(id, 'mum')
  renames[Symbol.dispose]()
  clock.go(600_000)
  assert.equal(asked(), 2)
})
