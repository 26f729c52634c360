import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Hours } from '@kith/core/network/test-kit/hours.ts'
import type { Log } from '@kith/core/network/log.ts'
import { Book } from './book.ts'
import { Renames } from './renames.ts'
import { encodeIntroduction } from './wire/messages.ts'

const log: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log }
const id = 'ab'.repeat(32)

function world(own: string) {
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
  return { clock, book, renames: new Renames({ clock, log, book, lines }), asked: () => asked }
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
