import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keeper } from './keeper.ts'
import { type Caller, Place } from './test-kit/place.ts'

function enter(place: Place, nick: string, host?: string): Caller {
  const caller = place.call('', host)
  caller.tell(`$ValidateNick ${nick}|`)
  caller.tell('$MyPass x|')
  caller.tell(`$MyINFO $ALL ${nick} <P V:1,M:A,H:0/0/1,S:3>$ $100\x01$$5$|`)
  return caller
}

test('a ban holds also where another one for the same address has ended, or was taken back', () => {
  const place = new Place()
  const keep = keeper(place.host, () => place.hub)
  const address = '10.7.7.7'
  keep.exclude({ address }, 'for ever', undefined)
  keep.exclude({ address }, 'for a minute', 60_000)
  const third = keep.exclude({ address }, 'by mistake', undefined)
  const refused = (): boolean => {
    const caller = place.call('', address)
    return caller.tell('$ValidateNick anna|').includes('You are banned: for ever|')
  }
  place.clock.go(60_000)
  assert.ok(refused())
  keep.readmit(third.id)
  assert.ok(refused())
  assert.deepEqual(
    keep.exclusions().map(({ reason }) => reason),
    ['for ever'],
  )
})

test('nobody keeps a keeper out, but whoever guesses his password stays away', () => {
  const place = new Place()
  place.hub.accounts.set({ nick: 'top', password: 'x', rank: 'keeper' })
  place.hub.ban({ nick: 'top', address: '10.7.7.7', reason: 'revolt', by: 'op' })
  enter(place, 'top', '10.7.7.7')
  assert.equal(place.hub.people.called('top')?.rank, 'keeper')
  for (let at = 0; at < 5; at++) {
    const thief = place.call('', '10.9.9.9')
    thief.tell('$ValidateNick top|')
    assert.match(thief.tell('$MyPass wrong|'), /\$BadPass\|$/)
  }
  assert.match(place.call('', '10.9.9.9').tell('$ValidateNick top|'), /You are banned: Too many wrong passwords\|$/)
})

test('who was unregistered while he is here does not make himself an account again', () => {
  const place = new Place()
  place.hub.accounts.set({ nick: 'op', password: 'x', rank: 'operator' })
  const op = enter(place, 'op')
  assert.match(op.tell('<op> !passwd new|'), /Your password is changed/)
  assert.deepEqual(place.hub.accounts.find('op'), { nick: 'op', password: 'new', rank: 'operator' })
  place.hub.accounts.set({ nick: 'op', password: 'new', rank: 'registered' })
  op.tell('<op> !passwd newer|')
  assert.deepEqual(place.hub.accounts.find('op'), { nick: 'op', password: 'newer', rank: 'registered' })
  place.hub.accounts.remove('op')
  assert.match(op.tell('<op> !passwd newest|'), /not registered any more/)
  assert.equal(place.hub.accounts.find('op'), undefined)
})

test('a nick with a colon in it is no address', () => {
  const place = new Place()
  place.hub.accounts.set({ nick: 'op', password: 'x', rank: 'operator' })
  const op = enter(place, 'op')
  const anna = place.nmdc('anna:b')
  assert.match(op.tell('<op> !ban anna:b 2h|'), /anna:b is banned/)
  assert.ok(anna.closed)
  assert.match(op.tell('<op> !ban 2001:db8::1 2h|'), /2001:db8::1 is banned/)
})
