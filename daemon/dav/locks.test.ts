import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Keep } from '@kith/core/network/host.ts'
import { Locks } from './locks.ts'

const wish = { at: '1/a/b.txt', deep: false, scope: 'exclusive', owner: '<x/>', user: 'ann' } as const

function world() {
  const kept = new Map<string, Uint8Array>()
  const keep: Keep = {
    get: (key) => kept.get(key),
    set: (key, bytes) => void (bytes === undefined ? kept.delete(key) : kept.set(key, bytes)),
  }
  let now = 1_000_000
  const open = (): Locks => new Locks(() => now, keep)
  return { kept, keep, open, pass: (ms: number) => void (now += ms) }
}

test('a lock lasts over restarts, with its token and until its time', () => {
  const { open, pass, kept } = world()
  const taken = open().take(wish, 600)
  pass(300_000)
  const again = open()
  assert.deepEqual(again.find(taken.token), taken)
  assert.throws(() => again.take({ ...wish, user: 'bob' }, 600), /Somebody else/)
  again.keep(again.find(taken.token)!, 600)
  pass(500_000)
  const once = open()
  assert.equal(once.secondsLeft(once.find(taken.token)!), 100)
  pass(100_000)
  assert.deepEqual(open().over(wish.at), [])
  assert.equal(kept.size, 0, 'nothing of it is kept')
})

test('what was released, removed or belongs to nobody is not there again', () => {
  const { open, kept } = world()
  const locks = open()
  const one = locks.take(wish, 600)
  locks.release(one.token)
  assert.equal(open().find(one.token), undefined)
  locks.take({ ...wish, at: '1/a' }, 600)
  locks.gone('1')
  locks.take(wish, 600)
  locks.forget('ann')
  assert.equal(kept.size, 0)
})

test('what cannot be read is as if it were not there, and nobody writes a book with a lock', () => {
  const { open, keep } = world()
  for (const text of ['no JSON', '{}', '[null, 1, {"token": "x"}]']) {
    keep.set('locks', new TextEncoder().encode(text))
    assert.deepEqual(open().over(wish.at), [])
  }
  assert.throws(() => open().take({ ...wish, owner: 'x'.repeat(3_000) }, 600), /fewer words/)
})
