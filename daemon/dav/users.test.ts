import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Keep } from '@kith/core/network/host.ts'
import { Locks } from './locks.ts'
import { DeadProperties } from './properties.ts'
import { DavUsers } from './users.ts'

function memory(): Keep {
  const values = new Map<string, Uint8Array>()
  return {
    get: (key) => values.get(key),
    set: (key, value) => void (value === undefined ? values.delete(key) : values.set(key, value)),
  }
}

test('users are kept, with hashes of their passwords only', async () => {
  const keep = memory()
  const users = new DavUsers(keep, () => 0)
  await users.set('ann', { password: 'long enough', rights: new Map([[7, 'write']]) })
  assert.doesNotMatch(new TextDecoder().decode(keep.get('users')), /long enough/)
  const again = new DavUsers(keep, () => 0)
  assert.equal((await again.check('ann', 'long enough', 'a'))?.rights.get(7), 'write')
  assert.equal(await again.check('ann', 'something else', 'a'), undefined)
  assert.equal(await again.check('bob', 'long enough', 'a'), undefined)
  again.forget(7)
  assert.equal(again.get('ann')?.rights.size, 0)
  for (const name of ['', '../x', 'a b', 'a:b', 'x'.repeat(70)]) {
    await assert.rejects(again.set(name, { password: 'long enough' }), /name of a user/)
  }
  await assert.rejects(again.set('new', {}), /at least/)
  await assert.rejects(again.set('new', { password: 'short' }), /at least/)
})

test('who guesses waits; who has changed the password is out at once', async () => {
  const clock = { now: 0 }
  const users = new DavUsers(memory(), () => clock.now)
  await users.set('ann', { password: 'the first one' })
  assert.ok(await users.check('ann', 'the first one', 'here'))
  await users.set('ann', { password: 'the second one' })
  assert.equal(await users.check('ann', 'the first one', 'here'), undefined)
  for (let tries = 0; tries < 4; tries++) await users.check('ann', `wrong ${tries}`, 'here')
  await assert.rejects(users.check('ann', 'the second one', 'here'), /Too many/)
  assert.ok(await users.check('ann', 'the second one', 'there'))
  clock.now = 61_000
  assert.ok(await users.check('ann', 'the second one', 'here'))
})

test('locks hold for what is below, end in time, and go with what they are on', () => {
  const clock = { now: 0 }
  const locks = new Locks(() => clock.now, { get: () => undefined, set() {} })
  const wish = { at: '1/a', deep: true, scope: 'exclusive', owner: '', user: 'ann' } as const
  const held = locks.take(wish, 10)
  assert.deepEqual(locks.over('1/a/b/c'), [held])
  assert.deepEqual(locks.over('1/ab'), [])
  assert.throws(() => locks.take({ ...wish, at: '1/a/b', scope: 'shared' }, 10), /works on it/)
  assert.throws(() => locks.take({ ...wish, at: '1' }, 10), /works on it/)
  clock.now = 10_000
  assert.equal(locks.find(held.token), undefined)
  const shared = { ...wish, scope: 'shared' } as const
  locks.take(shared, 10)
  locks.take(shared, 10)
  locks.gone('1')
  assert.deepEqual(locks.over('1/a'), [])
  for (let number = 0; number < 500; number++) locks.take({ ...wish, at: `2/${number}` }, 10)
  assert.throws(() => locks.take({ ...wish, at: '2/more' }, 10), /too many/)
})

test('properties of others go with the files, are bounded, and come back', () => {
  const keep = memory()
  const properties = new DeadProperties(keep)
  const name = { namespace: 'urn:x', name: 'colour' }
  properties.change('1/a', [[name, '<colour/>']])
  properties.change('1/a/b', [[name, '<colour/>']])
  properties.copy('1/a', '2/c', true)
  properties.gone('1/a')
  const again = new DeadProperties(keep)
  assert.deepEqual([again.of('1/a').size, again.of('1/a/b').size], [0, 0])
  assert.deepEqual([...again.of('2/c/b')], [['urn:x colour', '<colour/>']])
  assert.throws(() => again.change('2/c', [[name, 'x'.repeat(2_000_000)]]), /No more properties/)
  assert.deepEqual([...again.of('2/c')], [['urn:x colour', '<colour/>']])
})
