import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Answer, events, minute, ok, world } from './test-kit/announcing.ts'

for (const scheme of ['http', 'udp'] as const) {
  test(`a tracker that is taken away hears once that we are gone, if it ever heard of us: ${scheme}`, async () => {
    const { clock, asked, answers, of } = world([['10.0.0.1'], ['10.0.0.2']], scheme)
    for (const name of ['10.0.0.1', '10.0.0.2']) answers.set(name, ok)
    await clock.pass(minute)
    assert.deepEqual(events(asked), ['10.0.0.1 started'])
    // The second was never asked.
    of.remove(`${scheme}://10.0.0.2/announce`)
    of.remove(`${scheme}://10.0.0.1/announce`)
    of.remove(`${scheme}://10.0.0.1/announce`)
    assert.deepEqual(of.list(), [])
    await clock.pass(10 * minute)
    const leaving = of[Symbol.asyncDispose]()
    await clock.pass(5_000)
    await leaving
    assert.deepEqual(events(asked), ['10.0.0.1 started', '10.0.0.1 stopped'])
  })
}

test('one that is taken away while it is greeted hears of the end after that, and nothing waits for it', async () => {
  const { clock, asked, answers, found, of } = world([['slow'], ['next']])
  const answer = Promise.withResolvers<Answer>()
  answers.set('slow', answer.promise)
  answers.set('next', ok)
  await clock.pass(1_000)
  of.remove('http://slow/announce')
  await clock.pass(1_000)
  assert.deepEqual(events(asked), ['slow started', 'next started'])
  const before = found.length
  answer.resolve({ ...ok, peers: Uint8Array.of(10, 0, 0, 99, 0x1a, 0xe1) })
  await clock.pass(1_000)
  assert.deepEqual(events(asked), ['slow started', 'next started', 'slow stopped'])
  assert.equal(found.length, before)
})

test('one that is put back hears the goodbye before it is greeted again', async () => {
  const { clock, asked, answers, of } = world([['a']])
  answers.set('a', ok)
  await clock.pass(1_000)
  const answer = Promise.withResolvers<Answer>()
  answers.set('a', answer.promise)
  of.remove('http://a/announce')
  await clock.pass(1_000)
  of.add('http://a/announce')
  await clock.pass(1_000)
  assert.deepEqual(events(asked), ['a started', 'a stopped'])
  answers.set('a', ok)
  answer.resolve(ok)
  await clock.pass(1_000)
  assert.deepEqual(events(asked), ['a started', 'a stopped', 'a started'])
  assert.equal(of.list()[0]!.state, 'attached')
})

test('a silent tracker that was taken away does not hold up the end of the torrent', async () => {
  const { clock, asked, answers, of } = world([['a'], ['b']])
  answers.set('a', ok)
  await clock.pass(1_000)
  answers.set('a', 'silence')
  answers.set('b', ok)
  of.remove('http://a/announce')
  await clock.pass(1_000)
  let over = false
  const leaving = of[Symbol.asyncDispose]().then(() => (over = true))
  await clock.pass(1_999)
  assert.equal(over, false)
  await clock.pass(1)
  await leaving
  assert.deepEqual(events(asked), ['a started', 'a stopped', 'b started', 'b stopped'])
})
