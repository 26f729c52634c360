import assert from 'node:assert/strict'
import { test } from 'node:test'
import { base32, concat, fromBase32, utf8 } from '@kith/wire/bytes.ts'
import { TigerKernel } from '@kith/wire/hash/tiger.ts'
import { keeper } from './keeper.ts'
import { type Caller, login, Place } from './test-kit/place.ts'

const kernel = new TigerKernel()

test('passwords: proved in both protocols, and guessed a few times only', () => {
  const place = new Place({ directoryWho: 'registered' })
  const keep = keeper(place.host, () => place.hub)
  keep.register('anna', 'sesame', 'operator')
  assert.throws(() => keep.register('b c', 'x', 'operator'), /no spaces/)
  assert.throws(() => keep.register('b', '', 'operator'), /A password/)
  assert.throws(() => keep.register('b', 'x', 'guest'), /class/)
  const stranger = place.nmdc('stranger')
  assert.ok(stranger.closed)
  const anna = place.call('HSUP ')
  anna.tell('HSUP ADBASE\n')
  const asked = anna.tell(login('AAAC', 'anna', 'SS1'))
  const salt = fromBase32(/^IGPA (\w+)\n$/.exec(asked)![1]!)!
  assert.match(anna.tell(`HPAS ${base32(kernel.digest(concat([utf8('sesame'), salt])))}\n`), /^BINF AAAC .* CT4\n$/)
  for (let at = 0; at < 5; at++) {
    const thief = place.call('', '10.9.9.9')
    thief.tell('$ValidateNick anna|')
    assert.match(thief.tell('$MyPass wrong|'), /\$BadPass\|$/)
    assert.ok(thief.closed)
  }
  const thief = place.call('', '10.9.9.9')
  assert.match(thief.tell('$ValidateNick anna|'), /You are banned: Too many wrong passwords\|$/)
  assert.equal(place.hub.people.online.size, 1, 'the real one stays')
  assert.deepEqual(
    keep.visitors().map(({ nick, rank, protocol }) => [nick, rank, protocol]),
    [['anna', 'operator', 'adc']],
  )
})

test('bans have a reason and an end, and outlast the hub', () => {
  const place = new Place()
  const keep = keeper(place.host, () => place.hub)
  const anna = place.adc('anna')
  const ban = keep.exclude({ nick: 'anna' }, 'spam', 3_600_000)
  assert.ok(anna.closed)
  assert.match(anna.heard(), /ISTA 230 the\\skeeper\\shas\\ssent\\syou\\saway:\\sspam\nIQUI AAAB MS/)
  place.again()
  const again = place.call('HSUP ')
  again.tell('HSUP ADBASE\n')
  assert.match(again.tell(login('AAAB', 'Other', '')), /^BINF AAAB/, 'another nick, and another identity')
  const same = place.call('')
  assert.match(same.tell('$ValidateNick ANNA|'), /You are banned: spam\|$/)
  assert.deepEqual(keep.exclusions(), [{ ...ban, id: '1' }])
  keep.readmit('1')
  assert.throws(() => keep.readmit('1'))
  place.adc('anna')
  assert.ok(place.hub.people.called('anna'))
  assert.equal(place.kept.size, 0)
})

test('commands: only for those who may, never above oneself', () => {
  const place = new Place()
  place.hub.accounts.set({ nick: 'op', password: 'x', rank: 'operator' })
  place.hub.accounts.set({ nick: 'top', password: 'x', rank: 'keeper' })
  const enter = (nick: string): Caller => {
    const caller = place.call('')
    caller.tell(`$ValidateNick ${nick}|`)
    caller.tell('$MyPass x|')
    caller.tell(`$MyINFO $ALL ${nick} <P V:1,M:A,H:0/0/1,S:3>$ $100\x01$$5$|`)
    return caller
  }
  const [op, top] = [enter('op'), enter('top')]
  const anna = place.adc('anna')
  anna.heard()
  assert.doesNotMatch(anna.tell(`BMSG ${anna.sid} !help\n`), /kick/)
  assert.match(anna.tell(`BMSG ${anna.sid} !kick\\stop\n`), /no\\ssuch\\scommand/)
  op.heard()
  assert.match(op.tell('<op> !help|'), /!kick <nick>/)
  assert.match(op.tell('<op> !kick top|'), /not yours/)
  assert.match(op.tell('<op> !reg me pw keeper|'), /not yours/)
  assert.match(op.tell('<op> !reg me pw|'), /me is registered/)
  assert.match(op.tell('<op> !whois anna|'), /anna: guest, adc, from 10\.1\./)
  assert.match(op.tell('<op> !ban anna 2h bad words|'), /anna is banned\|$/)
  assert.ok(anna.closed)
  assert.match(op.tell('<op> !bans|'), /1: anna, 10\.1\.\d+\.\d+, for 119 minutes, by op: bad words\|/)
  assert.match(op.tell('<op> !unban 1|'), /may come again/)
  assert.match(top.tell('<top> !unreg op|'), /anybody's again/)
  assert.match(top.tell('<top> !topic new words|'), /\$HubTopic new words\|/)
  assert.match(top.tell('<top> !constructor|'), /no such command/)
})

test('what a command did, and who was sent away, is known to a hub that was killed right after', () => {
  const place = new Place()
  place.hub.accounts.set({ nick: 'top', password: 'x', rank: 'keeper' })
  const enter = (): Caller => {
    const caller = place.call('')
    caller.tell('$ValidateNick top|')
    caller.tell('$MyPass x|')
    caller.tell(`$MyINFO $ALL top <P V:1,M:A,H:0/0/1,S:3>$ $100\x01$$5$|`)
    return caller
  }
  assert.match(enter().tell('<top> !reg me pw|'), /me is registered/)
  place.killed()
  assert.equal(place.hub.accounts.find('me')?.password, 'pw')
  assert.match(enter().tell('<top> !unreg me|'), /anybody's again/)
  place.killed()
  assert.equal(place.hub.accounts.find('me'), undefined)
  place.hub.ban({ nick: 'loud', reason: 'noise', by: '' })
  place.killed()
  assert.equal(place.hub.bans.find({ nick: 'loud' }, place.clock.now())?.reason, 'noise')
})

test('who can show menus is offered what he may do there', () => {
  const place = new Place()
  place.hub.accounts.set({ nick: 'boss', password: 'x', rank: 'operator' })
  const offered = (caller: Caller, first: string): string => caller.tell(first)
  const ada = place.call('HSUP ')
  const sid = /ISID (\w+)/.exec(ada.tell('HSUP ADBASE ADTIGR ADUCM0\n'))![1]!
  const menu = offered(ada, login(sid, 'ada', 'SS1000 SL3'))
  assert.match(menu, /^ICMD Hub\/Count\\susers\\sand\\sshares CT1 TTBMSG\\s%\[mySID\]\\s!stats\\n$/m)
  assert.doesNotMatch(menu, /!kick/)
  const boss = place.call('')
  boss.tell('$Supports NoHello NoGetINFO UserCommand|$ValidateNick boss|')
  boss.tell('$MyPass x|')
  const own = offered(boss, '$GetNickList|$MyINFO $ALL boss about<Prog V:1,M:A,H:1/0/0,S:3>$ $100\x01$$1000$|')
  assert.ok(own.includes('$UserCommand 1 2 Hub\\Send away$<%[mynick]> !kick %[nick] %[line:Why]&#124;|'))
  assert.doesNotMatch(place.nmdc('bob').tell('|'), /UserCommand/)
})
