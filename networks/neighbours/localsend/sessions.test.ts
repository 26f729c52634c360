import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Info, PrepareRequest } from './messages.ts'
import { GONE_MS, idOf, SeenDevices } from './seen.ts'
import { ANSWER_MS, IDLE_MS, MOST_ASKS, MOST_WAITING, type Session, Sessions, type Taken } from './sessions.ts'

const info: Info = { alias: 'Phone', fingerprint: 'f', port: 53_317, protocol: 'https' }
const request: PrepareRequest = {
  info,
  files: [
    { id: 'a', name: 'one.txt', size: 5 },
    { id: 'b', name: 'two.txt', size: 0 },
  ],
}

function sessions(): Sessions {
  let drawn = 0
  return new Sessions(() => `drawn ${drawn++}`)
}

function asked(all: Sessions, from = '10.0.0.2', now = 0): Session {
  const session = all.ask(from, request, now)
  assert.ok(typeof session === 'object')
  return session
}

function begun(all: Sessions, { id, from, files }: Session, file: string): Taken {
  const taken = all.begin(id, file, files.get(file)!.token, from, undefined)
  assert.ok(typeof taken === 'object')
  return taken
}

test('nothing is taken before the yes, and all of it after', () => {
  const all = sessions()
  const session = asked(all)
  const token = session.files.get('a')!.token
  assert.equal(all.begin(session.id, 'a', token, session.from, 5), 403)
  assert.equal(all.answer(session.id, true, 1), true)
  assert.equal(all.answer(session.id, true, 1), false)
  const one = begun(all, session, 'a')
  assert.equal(all.begin(session.id, 'a', token, session.from, 5), 409)
  assert.equal(all.received(session.id, one, 5, 2), true)
  all.ended(session.id, one, '/one.txt', 3)
  assert.equal(session.state, 'going')
  all.ended(session.id, begun(all, session, 'b'), '/two.txt', 4)
  assert.deepEqual([session.state, session.paths], ['done', ['/one.txt', '/two.txt']])
  assert.equal(all.begin(session.id, 'a', token, session.from, 5), 403)
})

test('wrong tokens, addresses, sizes and sessions are refused', () => {
  const all = sessions()
  const session = asked(all)
  all.answer(session.id, true, 0)
  const token = session.files.get('a')!.token
  assert.equal(all.begin(session.id, 'a', 'wrong', session.from, 5), 403)
  assert.equal(all.begin(session.id, 'b', token, session.from, 5), 403)
  assert.equal(all.begin(session.id, 'a', token, '10.0.0.3', 5), 403)
  assert.equal(all.begin('none', 'a', token, session.from, 5), 403)
  assert.equal(all.begin(session.id, 'a', token, session.from, 6), 400)
  const taken = begun(all, session, 'a')
  assert.equal(all.received(session.id, taken, 6, 1), false)
  all.ended(session.id, taken, undefined, 1)
  assert.deepEqual([taken.state, taken.received, session.state], ['expected', 0, 'going'])
  assert.equal(typeof all.begin(session.id, 'a', token, session.from, 5), 'object')
})

test('one session of a device at once, so many in a minute, so many in all', () => {
  const all = sessions()
  const first = asked(all)
  assert.equal(all.ask(first.from, request, 0), 409)
  assert.equal(all.answer(first.id, false, 0), true)
  assert.equal(first.state, 'refused')
  for (let count = 2; count < MOST_ASKS; count++) all.answer(asked(all).id, false, 0)
  assert.equal(all.ask(first.from, request, 0), 429)
  assert.equal(typeof all.ask(first.from, request, 60_001), 'object')
  for (let count = 1; count < MOST_WAITING; count++) asked(all, `10.0.1.${count}`, 60_001)
  assert.equal(all.ask('10.0.2.1', request, 60_001), 429)
})

test('it ends by whoever asked, by us, and with time', () => {
  const all = sessions()
  const one = asked(all)
  assert.equal(all.cancel(one.id, '10.0.0.9'), false)
  assert.equal(all.cancel(one.id, one.from), true)
  assert.deepEqual([one.state, all.cancel(one.id)], ['cancelled', false])
  const two = asked(all)
  assert.equal(all.tick(ANSWER_MS - 1), false)
  assert.deepEqual([all.tick(ANSWER_MS), two.state], [true, 'refused'])
  const three = asked(all, '10.0.0.2', ANSWER_MS)
  all.answer(three.id, true, ANSWER_MS)
  const taken = begun(all, three, 'a')
  assert.equal(all.tick(ANSWER_MS + IDLE_MS), true)
  assert.deepEqual([three.state, three.fault?.code], ['failed', 'neighbours/localsend-silent'])
  assert.equal(all.received(three.id, taken, 1, ANSWER_MS + IDLE_MS), false)
  all.keep(1)
  assert.deepEqual(
    [...all.all].map(({ id }) => id),
    [three.id],
  )
})

test('devices are seen as long as they are heard, and not beside the same device of ours', () => {
  const seen = new SeenDevices()
  const { id } = seen.heard('10.0.0.2', info, 0)
  assert.match(id, /^[0-9a-f]{64}$/)
  const [device] = seen.devices(() => false)
  assert.deepEqual([device?.name, device?.kind, device?.standing], ['Phone', 'localsend', 'stranger'])
  assert.deepEqual(
    seen.devices((one) => one === id),
    [],
  )
  assert.equal(seen.tick(GONE_MS - 1), false)
  assert.equal(seen.tick(GONE_MS), true)
  assert.deepEqual(
    seen.devices(() => false),
    [],
  )
  const fingerprint = 'AB'.repeat(32)
  assert.equal(idOf({ ...info, fingerprint }), fingerprint.toLowerCase())
  for (let index = 0; index < 500; index++) seen.heard('10.0.0.2', { ...info, fingerprint: `flood ${index}` }, 0)
  assert.equal(seen.devices(() => false).length, 200)
})
