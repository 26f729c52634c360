import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeExchange } from '../wire/extended.ts'
import { greeting, introduction, Meeting, message } from './test-kit/meeting.ts'

const minute = 60_000

test('a peer that was let go is forgotten, whatever else came in one piece with the reason', async () => {
  await using meeting = new Meeting()
  meeting.stage.set('giving')
  const leech = meeting.come('10.0.0.2', greeting(2), introduction(4_002), message({ kind: 'interested' }))
  const seed = meeting.come('10.0.0.3', greeting(3), introduction(4_003), message({ kind: 'haveAll' }))
  assert.equal(seed.closed, 'bittorrent/both-seeds')
  assert.equal(meeting.swarm.sessions.size, 1)
  // Its end is told late, and until then nobody tells it of others.
  const { late } = seed
  meeting.clock.go(1.5 * minute)
  assert.equal(seed.late, late)
  assert.equal(leech.closed, undefined)
})

test('nobody makes room for a peer that is not let in anyway', async () => {
  await using meeting = new Meeting({ connectionsPerTransfer: 1 })
  meeting.stage.set('giving')
  const line = meeting.come('10.0.0.2', greeting(2), introduction(4_002))
  meeting.clock.go(2 * minute)
  meeting.banned.add('bittorrent/10.0.0.9')
  assert.equal(meeting.swarm.refuses({ host: '10.0.0.9', port: 1 })?.code, 'bittorrent/banned')
  assert.equal(line.closed, undefined)
  assert.equal(meeting.swarm.refuses({ host: '10.0.0.8', port: 1 }), undefined)
  assert.equal(line.closed, 'bittorrent/made-room')
})

test('who is here is kept for the next start before those of whom we only heard', async () => {
  const heard = Array.from({ length: 300 }, (_, at) => ({ host: `10.1.1.${at & 127}`, port: 5_000 + at }))
  await using meeting = new Meeting()
  meeting.swarm.heard(heard, 'tracker')
  meeting.come('10.0.0.2', greeting(2), introduction(4_002))
  await meeting.swarm[Symbol.asyncDispose]()
  assert.deepEqual(meeting.kept[0], { host: '10.0.0.2', port: 4_002 })
  assert.equal(meeting.kept.length, 50)
})

test('while we only give, peers that are said to have everything are not dialled', async () => {
  await using meeting = new Meeting()
  meeting.stage.set('giving')
  const line = meeting.come('10.0.0.2', greeting(2), introduction(4_002), message({ kind: 'interested' }))
  const [seed, other] = [
    { host: '10.0.0.3', port: 4_003 },
    { host: '10.0.0.4', port: 4_004 },
  ]
  const payload = encodeExchange({
    added: [
      { endpoint: seed, seed: true },
      { endpoint: other, seed: false },
    ],
    dropped: [],
  })
  line.say(message({ kind: 'extended', id: 1, payload }))
  meeting.clock.go(minute)
  assert.deepEqual(meeting.dialled, [other])
  meeting.stage.set('getting')
  meeting.clock.go(minute)
  assert.deepEqual(meeting.dialled, [other, seed])
})
