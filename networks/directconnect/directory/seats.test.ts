import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Caller, login, Place } from './test-kit/place.ts'

/** What the last line of a login is, for whoever has said all that comes before it. */
interface Waiting {
  readonly caller: Caller
  readonly last: string
}

function nmdc(place: Place, nick: string): Waiting {
  const caller = place.call('')
  caller.tell(`$Supports NoGetINFO NoHello|$Key x|$ValidateNick ${nick}|`)
  return { caller, last: `$MyINFO $ALL ${nick} about<Prog V:1,M:A,H:1/0/0,S:3>$ $100\x01$$1000$|` }
}

function adc(place: Place, nick: string): Waiting {
  const caller = place.call('HSUP ')
  const sid = /ISID (\w+)/.exec(caller.tell('HSUP ADBASE ADTIGR\n'))![1]!
  return { caller, last: login(sid, nick, 'SS1000 SL3 SUTCP4') }
}

/** One whose password is known, up to the line after which there is a seat, or none. */
function registered(place: Place, nick: string): Waiting {
  const caller = place.call('')
  caller.tell(`$Supports NoHello|$ValidateNick ${nick}|`)
  assert.match(caller.tell('$MyPass secret|'), /\$Hello/)
  return { caller, last: `$MyINFO $ALL ${nick} me<Prog V:1,M:A,H:0/1/0,S:3>$ $100\x01$$5$|` }
}

test('however many log in at once, no more come in than there are seats', () => {
  const place = new Place({ directoryUsers: 7 })
  for (let at = 0; at < 20; at++) place.hub.accounts.set({ nick: `known${at}`, password: 'secret', rank: 'registered' })
  const waiting = Array.from({ length: 20 }, (_, at) => [
    nmdc(place, `old${at}`),
    adc(place, `new${at}`),
    registered(place, `known${at}`),
  ]).flat()
  let most = 0
  const refused = waiting.filter(({ caller, last }) => {
    const said = caller.tell(last)
    most = Math.max(most, place.hub.people.online.size)
    return caller.closed && /The(\\s| )hub(\\s| )is(\\s| )full/.test(said)
  })
  assert.equal(most, 7)
  assert.equal(place.hub.people.online.size, 7)
  assert.equal(refused.length, waiting.length - 7)
  // Who was refused holds nothing, and is not heard of.
  assert.equal(place.hub.people.size, 7)
})

test('a seat that is left is taken by one, by whoever has a password too', () => {
  const place = new Place({ directoryUsers: 1 })
  place.hub.accounts.set({ nick: 'known', password: 'secret', rank: 'registered' })
  const anna = place.nmdc('anna')
  const late = place.call('')
  late.tell('$Supports NoHello|$ValidateNick known|')
  assert.match(late.tell('$MyPass secret|'), /hub is full.*\$HubIsFull/)
  assert.ok(late.closed)
  anna.close()
  place.hub.people.left([...place.hub.people].find(({ nick }) => nick === 'anna')!)
  const { caller, last } = registered(place, 'known')
  caller.tell(last)
  assert.equal(place.hub.people.online.size, 1)
})

test('who comes again from the same place takes his own seat', () => {
  const place = new Place({ directoryUsers: 1 })
  const host = '10.1.9.9'
  const before = place.adc('anna', undefined, host)
  const again = place.adc('anna', undefined, host)
  assert.ok(before.closed)
  assert.ok(!again.closed)
  assert.equal(place.hub.people.online.size, 1)
})

test('who keeps order comes in though all seats are taken', () => {
  const place = new Place({ directoryUsers: 1 })
  place.hub.accounts.set({ nick: 'boss', password: 'secret', rank: 'operator' })
  place.nmdc('anna')
  const { caller, last } = registered(place, 'boss')
  caller.tell(last)
  assert.ok(!caller.closed)
  assert.equal(place.hub.people.online.size, 2)
})
