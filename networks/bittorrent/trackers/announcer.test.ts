import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fail } from '@kith/core/fault/fault.ts'
import { type Answer, events, infoHash, minute, names, ok, world } from './test-kit/announcing.ts'

test('within a tier one works and the others are spared; the next tier rests while one works (BEP 12)', async () => {
  const { clock, asked, answers, found, of } = world([['a', 'b'], ['c']])
  for (const name of ['a', 'b', 'c']) answers.set(name, ok)
  await clock.pass(10 * minute)
  assert.equal(new Set(names(asked)).size, 1)
  assert.ok(['a', 'b'].includes(names(asked)[0]!))
  assert.deepEqual(found, [{ host: '10.0.0.9', port: 6881 }])
  assert.deepEqual(
    of
      .list()
      .map(({ state }) => state)
      .toSorted(),
    ['attached', 'idle', 'idle'],
  )
})

test('a tier that fails gives way to the next, and is tried again later', async () => {
  const { clock, asked, answers, of } = world([['a'], ['c']])
  answers.set('c', ok)
  await clock.pass(1_000)
  assert.deepEqual(names(asked), ['a', 'c'])
  assert.deepEqual(
    of.list().map(({ state, fault }) => [state, fault?.code]),
    [
      ['failed', 'net/refused'],
      ['attached', undefined],
    ],
  )
  answers.set('a', ok)
  await clock.pass(minute)
  assert.deepEqual(names(asked), ['a', 'c', 'a'])
})

test('one that does not answer is not waited for alone', async () => {
  const { clock, asked, answers } = world([['a'], ['b'], ['c']])
  answers.set('a', 'silence')
  answers.set('b', ok)
  answers.set('c', ok)
  await clock.pass(4_000)
  assert.deepEqual(names(asked), ['a'])
  await clock.pass(2_000)
  assert.deepEqual(names(asked), ['a', 'b'])
})

test('a tracker that says when to come back is believed; one that says never is not asked again (BEP 31)', async () => {
  const { clock, asked, answers, of } = world([['a'], ['b']])
  answers.set('a', { 'failure reason': 'busy', 'retry in': 60 })
  answers.set('b', { 'failure reason': 'gone', 'retry in': 'never' })
  await clock.pass(59 * minute)
  assert.deepEqual(names(asked), ['a', 'b'])
  assert.equal(of.list()[1]!.nextAt, undefined)
  assert.equal(of.list()[1]!.fault?.message, 'The tracker says: gone')
  await clock.pass(2 * minute)
  assert.deepEqual(names(asked), ['a', 'b', 'a'])
  await clock.pass(24 * 60 * minute)
  assert.equal(names(asked).filter((name) => name === 'b').length, 1)
})

test('a scrape tells how often it was fetched, half an hour apart at least, and nothing hangs on it (BEP 48)', async () => {
  const { clock, asked, answers, of } = world([['a']])
  answers.set('a', { ...ok, interval: 600 })
  await clock.pass(1_000)
  assert.equal(of.list()[0]!.note, '2 seeds, 1 others, 1 peers told')
  assert.equal(of.list()[0]!.state, 'attached')
  answers.set('a/scrape', {
    files: new Map([[infoHash, { complete: 5, incomplete: 6, downloaded: 1_000 }]]),
  })
  await clock.pass(29 * minute)
  assert.equal(asked.filter(({ path }) => path === '/scrape').length, 1)
  await clock.pass(2 * minute)
  assert.equal(of.list()[0]!.note, '5 seeds, 6 others, fetched 1000 times, 1 peers told')
})

test('begin, completion and end are told once each, to those that were greeted', async () => {
  const { clock, asked, answers, of } = world([['a'], ['b']])
  answers.set('a', ok)
  await clock.pass(1_000)
  of.completed()
  await clock.pass(minute)
  const leaving = of[Symbol.asyncDispose]()
  await clock.pass(5_000)
  await leaving
  const events = asked.filter(({ path }) => path === '/announce').map(({ name, event }) => `${name} ${event}`)
  assert.deepEqual(events, ['a started', 'a completed', 'a stopped'])
})

test('who knows nobody asks again sooner, ever more patiently', async () => {
  const { clock, asked, answers, state } = world([['a']])
  answers.set('a', ok)
  state.lonely = true
  await clock.pass(15 * minute)
  const lonely = names(asked).length
  assert.ok(lonely >= 5 && lonely <= 8, `${lonely} times in a quarter of an hour`)
  state.lonely = false
  await clock.pass(60 * minute)
  const after = names(asked).length
  await clock.pass(29 * minute)
  assert.ok(names(asked).length - after <= 1)
})

test('where the tracker that works is taken away, the next is asked at once', async () => {
  const { clock, asked, answers, of } = world([['a'], ['b']])
  for (const name of ['a', 'b']) answers.set(name, ok)
  await clock.pass(minute)
  of.remove('http://a/announce')
  await clock.pass(1_000)
  assert.deepEqual(events(asked), ['a started', 'a stopped', 'b started'])
})

test('a completion is told also to a tracker that has just been asked for the first time, and to none that knew no lack', async () => {
  const { clock, asked, answers, of, state } = world([['slow']])
  await using _announcer = of
  const answer = Promise.withResolvers<Answer>()
  answers.set('slow', answer.promise)
  await clock.pass(0)
  state.left = 0
  of.completed()
  answer.resolve(ok)
  await clock.pass(minute)
  const events = (): (string | null)[] => asked.filter(({ path }) => path === '/announce').map(({ event }) => event)
  assert.deepEqual(events(), ['started', 'completed'])
  // After a recheck it is complete once more, which is no news.
  of.completed()
  await clock.pass(minute)
  assert.deepEqual(events(), ['started', 'completed'])
})

test('a tracker that first answers when all is here is greeted, and told of no completion', async () => {
  const { clock, asked, answers, of, state } = world([['late']])
  await using _announcer = of
  const answer = Promise.withResolvers<Answer>()
  answers.set('late', answer.promise)
  await clock.pass(0)
  state.left = 0
  of.completed()
  answer.resolve(new Error('it is busy'))
  await clock.pass(1_000)
  answers.set('late', ok)
  await clock.pass(5 * minute)
  assert.deepEqual(
    asked.filter(({ path }) => path === '/announce').map(({ event }) => event),
    ['started', 'started'],
  )
})

test('who was lonely when it asked, and is no more, waits as long as the tracker likes', async () => {
  const { clock, asked, answers, state, of } = world([['a']])
  await using _announcer = of
  answers.set('a', ok)
  // The peers of the answer are dialled only then.
  state.lonely = true
  await clock.pass(1_000)
  state.lonely = false
  await clock.pass(29 * minute)
  assert.equal(names(asked).length, 1)
  await clock.pass(2 * minute)
  assert.equal(names(asked).length, 2)
  of.announce()
  await clock.pass(minute)
  assert.equal(names(asked).length, 3)
})

test('a completion is told when the tracker wants to hear from us, also where that is later', async () => {
  const { clock, asked, answers, of } = world([['a']])
  await using _announcer = of
  answers.set('a', { ...ok, interval: 600 })
  await clock.pass(minute)
  answers.set('a', { 'failure reason': 'busy', 'retry in': 60 })
  await clock.pass(10 * minute)
  assert.equal(names(asked).length, 2)
  answers.set('a', ok)
  of.completed()
  await clock.pass(30 * minute)
  assert.equal(names(asked).length, 2)
  await clock.pass(40 * minute)
  assert.deepEqual(events(asked), ['a started', 'a null', 'a completed'])
})

test('a tracker that worked while a better one did not rests once that one works again', async () => {
  const { clock, asked, answers, of } = world([['a'], ['b']])
  await using _announcer = of
  answers.set('b', ok)
  await clock.pass(1_000)
  answers.set('a', ok)
  await clock.pass(10 * minute)
  assert.deepEqual(events(asked), ['a started', 'b started', 'a started'])
  const [a, b] = of.list()
  assert.deepEqual([a!.state, b!.state, b!.nextAt], ['attached', 'idle', undefined])
})

test('however long there was no network, trackers are asked minutes after there is one; who refused is left alone longer', async () => {
  const { clock, asked, answers, of } = world([['a'], ['b']])
  await using _announcer = of
  answers.set('a', fail('unavailable', 'net/name-unknown', 'The name cannot be resolved'))
  await clock.pass(390 * minute)
  assert.ok(names(asked).filter((name) => name === 'b').length < 15)
  answers.set('a', ok)
  await clock.pass(5 * minute)
  assert.equal(of.list()[0]!.state, 'attached')
})
