import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Hours } from '@kith/core/network/test-kit/hours.ts'
import { Broadcast } from './broadcast.ts'
import type { Dialect } from './dialect.ts'
import type { Guest } from './guest.ts'
import { Place } from './test-kit/place.ts'

test('what somebody said besides, when he was sent away for the first of it, is not heard', () => {
  const place = new Place({ directoryMinimumShare: 1 })
  const anna = place.nmdc('anna', undefined, 2_000_000)
  anna.heard()
  const bert = place.call('')
  const info = (shared: number): string => `$MyINFO $ALL bert <P V:1,M:A,H:1/0/0,S:1>$ $\x01$$${shared}$|`
  bert.tell('$ValidateNick bert|')
  assert.match(bert.tell(`${info(5)}${info(5_000_000)}<bert> I am here|`), /Share at least 1 MiB/)
  assert.ok(bert.closed)
  assert.equal(anna.heard(), '')
  assert.equal(place.hub.people.online.size, 1)
})

test('thousands of senseless lines in one piece are one ban and one farewell', () => {
  const place = new Place()
  const anna = place.nmdc('anna')
  const bert = place.nmdc('bert')
  anna.heard()
  bert.tell('x|'.repeat(20_000))
  assert.ok(bert.closed)
  assert.equal(anna.heard(), '<Hub> bert was sent away: Too much of everything|$Quit bert|')
  assert.equal(place.hub.bans.size, 1)
  assert.equal(place.hub.people.size, 1)
})

test('however many do not keep up, each is let go once', () => {
  const clock = new Hours()
  const gone = new Set<Guest>()
  const line = new Uint8Array(1)
  const dialect = new Proxy({} as Dialect, { get: () => () => line })
  const broadcast: Broadcast = new Broadcast(clock, { adc: dialect, nmdc: dialect }, (guest) => {
    assert.ok(!gone.has(guest))
    gone.add(guest)
    broadcast.left(guest)
    broadcast.say((of) => of.left(guest))
  })
  const guest = (): Guest =>
    ({ protocol: 'adc', heard: 0, connection: { send() {} }, tooSlow: () => true }) as unknown as Guest
  for (let at = 0; at < 20_000; at++) broadcast.entered(guest())
  clock.go(60_000)
  assert.equal(gone.size, 20_000)
})

test('somebody who is told things alone and does not keep up is let go as well', async () => {
  const place = new Place()
  const anna = place.nmdc('anna')
  const bert = place.nmdc('bert')
  const carl = place.nmdc('carl')
  for (const caller of [anna, bert, carl]) caller.heard()
  anna.pending = 100 * 1024 * 1024
  bert.tell('$To: anna From: bert $<bert> psst|')
  await new Promise((resolve) => setImmediate(resolve))
  assert.ok(anna.closed)
  assert.equal(carl.heard(), '$Quit anna|')
})

test('a hub that was closed has nothing more to do, and lets nobody in', () => {
  const place = new Place()
  place.nmdc('anna')
  place.nmdc('bert')
  place.hub[Symbol.dispose]()
  assert.equal(place.clock.waiting, 0)
  const late = place.call('')
  assert.ok(late.closed)
  assert.equal(late.heard(), '')
  assert.equal(place.hub.people.size, 0)
})

test('what answers with more than it was asked with answers once', () => {
  const place = new Place()
  const caller = place.call('')
  caller.heard()
  const [supports, about] = ['$Supports BotINFO |', '$BotINFO me|']
  assert.equal(caller.tell(supports.repeat(1_000)).match(/\$Supports/g)?.length, 1)
  assert.equal(caller.tell(about.repeat(1_000)).match(/\$HubINFO/g)?.length, 1)
})
