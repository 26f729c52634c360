import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digest } from '@kith/core/content/digest.ts'
import { encode } from '@kith/wire/bencode.ts'
import { MOST_LISTED } from '../wire/messages.ts'
import { OwnShelf } from './browse.ts'

test('what has no room on the shelf is told of, and nothing else is taken from it', () => {
  const shelf = new OwnShelf({ get: () => undefined, set() {} })
  const thing = (at: number) => digest(`kith:${at.toString(16).padStart(64, '0')}`)
  const few = 20
  for (let at = 0; at < few; at++) shelf.show(thing(at), true)
  shelf.show(thing(0), false)
  assert.deepEqual([shelf.has(thing(0)), shelf.has(thing(1))], [false, true])
  const full = new OwnShelf({ get: () => keptShelf(), set() {} })
  assert.throws(() => full.show(thing(MOST_LISTED), true), /At most 10000 things/)
  full.show(thing(0), true)
  assert.ok(full.has(thing(0)))
  full.show(thing(1), false)
  full.show(thing(MOST_LISTED), true)
  assert.ok(full.has(thing(MOST_LISTED)))

  function keptShelf(): Uint8Array {
    const shown = Array.from({ length: MOST_LISTED }, (_, at) => thing(at))
    return encode({ shown })
  }
})
