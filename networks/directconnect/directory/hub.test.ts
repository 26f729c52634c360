import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { base32, concat, fromBase32, fromLatin1, utf8 } from '@kith/wire/bytes.ts'
import { TigerKernel } from '@kith/wire/hash/tiger.ts'
import { keeper } from './keeper.ts'
import { type Caller, login, Place, secretOf } from './test-kit/place.ts'

const kernel = new TigerKernel()
const root = 'LWPNACQDBZRYXW3VHJVCJ64QBZNGHOHHHZWCLNQ'

test('ADC: the list comes, ones own entry last; the proof of identity and lies about address and class do not go on', () => {
  const place = new Place({ directoryWelcome: 'Welcome!' })
  const anna = place.adc('anna')
  anna.heard()
  const bert = place.call('HSUP ')
  assert.match(
    bert.tell('HSUP ADBASE ADTIGR\n'),
    /^ISUP ADBASE ADTIGR ADPING ADUCMD ADUCM0\nISID AAAC\nIINF CT32 NIKith DE /,
  )
  const said = bert.tell(login('AAAC', 'bert', 'I46.6.6.6 CT16 SS5 DEa\\sb'))
  const lines = said.split('\n')
  assert.match(lines[0]!, /^BINF AAAB ID\w{39} NIanna /)
  assert.equal(lines[1], `BINF AAAC ID${base32(kernel.digest(secretOf('bert')))} NIbert I410.1.0.1 SS5 DEa\\sb`)
  assert.equal(lines[2], 'IMSG Welcome!')
  assert.match(anna.heard(), /^BINF AAAC /)
  assert.equal(bert.tell('BINF AAAC SS9 CT16 I41.1.1.1 NIboss\n'), 'BINF AAAC SS9\n')
  assert.equal(anna.heard(), 'BINF AAAC SS9\n')
  bert.tell('BMSG AAAB forged\n')
  assert.ok(bert.closed)
  assert.match(anna.heard(), /^IQUI AAAC\n$/)
})

test('ADC: identities that do not belong together, a nick that is taken or means something, and no share', () => {
  const place = new Place({ directoryMinimumShare: 1 })
  place.adc('anna', 'SS2000000')
  const say = (nick: string, more: string, secret = secretOf(nick)): string => {
    const caller = place.call('HSUP ')
    const sid = /ISID (\w+)/.exec(caller.tell('HSUP ADBASE\n'))![1]!
    const cid = base32(kernel.digest(secretOf(nick)))
    const said = caller.tell(`BINF ${sid} ID${cid} PD${base32(secret)} NI${nick} ${more}\n`)
    assert.ok(caller.closed)
    return said
  }
  assert.match(say('x', 'SS2000000', new Uint8Array(24)), /^ISTA 227 /)
  assert.match(say('ANNA', 'SS2000000'), /^ISTA 222 /)
  assert.match(say('a|b', 'SS2000000'), /^ISTA 221 /)
  assert.match(say('hub', 'SS2000000'), /^ISTA 221 /)
  assert.match(say('poor', 'SS999'), /^ISTA 220 Share\\sat\\sleast\\s1\\sMiB/)
  assert.match(say('nan', 'SS-5'), /^ISTA 220 /)
  assert.equal(place.hub.people.online.size, 1)
  assert.equal(place.hub.people.size, 1)
})

test('NMDC: login, list, operators, chat in ones own name only, quits', () => {
  const place = new Place({ directoryTopic: 'about' })
  place.hub.accounts.set({ nick: 'Boss', password: 'pass word', rank: 'keeper' })
  const boss = place.call('')
  assert.match(
    boss.tell('$Supports NoHello|$ValidateNick Boss|'),
    /^\$Lock EXTENDEDPROTOCOL\w+ Pk=Kith-0\.1\.0\|\$Supports .*\|\$GetPass\|$/,
  )
  assert.equal(boss.tell('$MyPass pass word|'), '$HubName Kith|$HubTopic about|$LogedIn Boss|$Hello Boss|')
  const info = '$MyINFO $ALL Boss me<Prog V:1,M:A,H:0/0/1,S:3>$ $100\x01$$5$|'
  assert.equal(boss.tell(info), `${info}$UserIP Boss 10.1.0.0$$|$OpList Boss$$|`)
  const anna = place.nmdc('änna')
  assert.match(anna.heard(), /^$/)
  assert.equal(boss.heard(), '$MyINFO $ALL änna about<Prog V:1,M:A,H:1/0/0,S:3>$ $100\x01$$1000$|')
  anna.tell('<änna> a &#124; b|')
  assert.equal(boss.heard(), '<änna> a &#124; b|')
  assert.match(anna.tell('<Boss> I am the boss|'), /^<Hub> You speak in your own name only\|$/)
  anna.tell('$To: Boss From: Boss $<Boss> psst|')
  assert.equal(boss.heard(), '')
  // Those who do not write UTF-8 are read all the same.
  place.nmdc('old').tell(fromLatin1('<old> gr\xfc\xdfe|')!)
  assert.match(boss.heard(), /<old> grüße\|$/)
  const older = place.call('')
  assert.match(older.tell(fromLatin1('$ValidateNick \xfcber|')!), /UTF-8.*\$ValidateDenide/)
  anna.tell('$To: Boss From: änna $<änna> psst|')
  assert.equal(boss.heard(), '$To: Boss From: änna $<änna> psst|')
  anna.tell(concat([utf8('x'.repeat(20_000))]))
  assert.ok(anna.closed)
  assert.equal(boss.heard(), '$Quit änna|')
})

test('users of both protocols hear each other, ask each other, and answer', () => {
  const place = new Place()
  const ada = place.adc('ada')
  const nora = place.nmdc('nora')
  assert.match(ada.heard(), /^BINF AAAC ID\w{39} NInora DEabout APProg VE1 SS1000 SL3 HN1 HR0 HO0\n$|BINF AAAC/)
  assert.match(nora.heard(), /^$/)
  ada.tell('BMSG AAAB hello\\s|\\s$ ME1\n')
  assert.equal(nora.heard(), '<ada> /me hello &#124; &#36;|')
  nora.tell('<nora> /me waves\nback|')
  ada.tell('')
  assert.equal(place.hub.history.last().at(-1)?.slice(8), '** nora waves\nback')
  ada.tell('EMSG AAAB AAAC psst PMAAAB\n')
  assert.equal(nora.heard(), '$To: nora From: ada $<ada> psst|')
  nora.tell('$To: ada From: nora $<nora> and back|')
  assert.match(ada.heard(), /DMSG AAAC AAAB and\\sback PMAAAC\n$/)

  ada.tell('BSCH AAAB ANfoo ANbar GE500 TOt1\n')
  assert.equal(nora.heard(), '$Search Hub:ada T?F?500?1?foo$bar|')
  nora.tell(`$SR nora foo\\bar.bin\x05700 2/3\x05TTH:${root} (10.0.0.1:1511)\x05ada|`)
  assert.equal(ada.heard(), `DRES AAAC AAAB FN/foo/bar.bin SI700 SL2 TR${root} TOt1\n`)

  nora.tell('$Search 6.6.6.6:99 F?T?0?1?foo|')
  assert.equal(ada.heard(), 'BSCH AAAC ANfoo TO\n')
  ada.tell(`DRES AAAB AAAC FN/foo.bin SI7 SL1 TR${root}\n`)
  assert.equal(nora.heard(), `$SR ada foo.bin\x057 1/3\x05TTH:${root} (10.0.0.1:1511)|`)

  assert.match(
    ada.tell('DCTM AAAB AAAC ADC/1.0 99 tok\n'),
    /^DSTA AAAC AAAB 141 nora\\sis\\shere\\swith\\sNMDC.* TOtok PRADC\/1.0\n$/,
  )
  assert.match(nora.tell('$ConnectToMe ada 10.1.0.1:99|'), /^<Hub> ada is here with ADC/)
  assert.equal(ada.heard(), '')
})

test('nobody is made to connect to, or to answer, anybody but who has asked', () => {
  const place = new Place()
  const anna = place.nmdc('anna')
  const bert = place.nmdc('bert')
  anna.heard()
  bert.tell('$ConnectToMe anna 6.6.6.6:80|')
  assert.equal(anna.heard(), '$ConnectToMe anna 10.1.0.1:80|')
  bert.tell('$ConnectToMe anna 6.6.6.6:80S|$ConnectToMe anna 6.6.6.6:99999|$ConnectToMe anna 6.6.6.6|')
  assert.equal(anna.heard(), '$ConnectToMe anna 10.1.0.1:80S|')
  // Neither to meet half way, and in ones own name only.
  bert.tell('$ConnectToMe anna 6.6.6.6:80NS bert|$ConnectToMe anna 6.6.6.6:80R|$ConnectToMe anna 6.6.6.6:80N anna|')
  assert.equal(anna.heard(), '$ConnectToMe anna 10.1.0.1:80NS bert|$ConnectToMe anna 10.1.0.1:80R|')
  bert.heard()
  bert.tell('$Search 6.6.6.6:80 F?T?0?1?foo|$Search Hub:anna F?T?0?1?foo|')
  assert.equal(anna.heard(), '$Search 10.1.0.1:80 F?T?0?1?foo|$Search Hub:bert F?T?0?1?foo|')
  bert.tell('$RevConnectToMe anna anna|')
  assert.equal(anna.heard(), '')
  // Answers that nobody has asked for, and in the name of another.
  bert.tell(`$SR bert a.bin\x057 1/3\x05TTH:${root} (10.0.0.1:1511)\x05anna|`)
  assert.equal(anna.heard(), '')
  anna.tell('$Search Hub:anna F?T?0?1?foo|')
  bert.heard()
  bert.tell(`$SR anna a.bin\x057 1/3\x05TTH:${root} (10.0.0.1:1511)\x05anna|`)
  assert.equal(anna.heard(), '')
  bert.tell(`$SR bert a.bin\x057 1/3\x05TTH:${root} (10.0.0.1:1511)\x05anna|`)
  assert.equal(anna.heard(), `$SR bert a.bin\x057 1/3\x05TTH:${root} (10.0.0.1:1511)|`)
})

test('floods are cut off, cost the others little, and end in a ban for a while', () => {
  const place = new Place()
  const anna = place.adc('anna')
  const bert = place.adc('bert')
  anna.heard()
  for (let at = 0; at < 100; at++) bert.tell(`BSCH ${bert.sid} ANfoo TO${at}\n`)
  const asked = anna.heard().match(/^BSCH/gm)!.length
  assert.ok(asked >= 6 && asked < 12, `${asked}`)
  assert.ok(!bert.closed)
  for (let at = 0; at < 1_000 && !bert.closed; at++) bert.tell(`DCTM ${bert.sid} ${anna.sid} ADC/1.0 80 t\n`)
  assert.ok(bert.closed)
  assert.ok(anna.heard().match(/^DCTM/gm)!.length < 500)
  const again = place.call('HSUP ', bert.remote.host)
  again.tell('HSUP ADBASE\n')
  assert.match(
    again.tell(login('AAAD', 'other', '')),
    /^ISTA 232 You\\sare\\sbanned:\\sToo\\smuch\\sof\\severything TL300\n$/,
  )
  place.clock.go(300_000)
  place.adc('other', 'SS1', bert.remote.host)
  assert.ok(place.hub.people.called('other'))
  // Lines that make no sense are counted the same.
  const carl = place.adc('carl')
  for (let at = 0; at < 400 && !carl.closed; at++)
    carl.tell(at % 2 === 0 ? 'BMSG AAAB \\x\n' : new Uint8Array([0xff, 0x0a]))
  assert.ok(carl.closed)
})

test('results are passed on to who asked, and no more of them than anybody has', () => {
  for (const adc of [true, false]) {
    const place = new Place()
    const [asker, flooder] = adc ? [place.adc('anna'), place.adc('bert')] : [place.nmdc('anna'), place.nmdc('bert')]
    const [asking, flooding] = [(asker as { sid?: string }).sid ?? '', (flooder as { sid?: string }).sid ?? '']
    const result = adc
      ? `DRES ${flooding} ${asking} FN/a SI1 SL1 TR${root} TOx\n`
      : `$SR bert a.bin\x057 1/3\x05TTH:${root} (10.0.0.1:1511)\x05anna|`
    const count = (text: string): number => text.match(/^DRES|\$SR /gm)?.length ?? 0
    asker.heard()
    for (let at = 0; at < 100; at++) flooder.tell(result)
    assert.equal(count(asker.heard()), 0, 'nobody has asked')
    asker.tell(adc ? `BSCH ${asking} ANa TOx\n` : '$Search Hub:anna F?T?0?1?a|')
    for (let at = 0; at < 5_000 && !flooder.closed; at++) flooder.feed(utf8(result))
    const heard = count(asker.heard())
    assert.ok(heard > 10 && heard <= 500, `${heard} of 5,000`)
    assert.ok(flooder.closed && !asker.closed)
  }
})

test('lines without end, invalid escapes and UTF-8, and names of others, from users of both protocols', () => {
  for (const bad of [
    'BMSG AAAC \\x\n',
    fromLatin1('BMSG AAAC \xff\xfe\n')!,
    'BMSG AAAB forged\n',
    'DMSG AAAB AAAC forged\n',
    'BMSG ZZZZZ x\n',
    'x'.repeat(40_000),
  ]) {
    const place = new Place()
    const anna = place.adc('anna')
    const bert = place.adc('bert')
    anna.heard()
    bert.tell(bad)
    assert.doesNotMatch(anna.heard(), /MSG/)
    assert.equal(place.hub.people.called('anna')?.online, true)
  }
  for (const bad of [
    '<anna> forged|',
    '$To: anna From: anna $<anna> x|',
    '$MyINFO $ALL anna x$ $1$$5$|',
    'x'.repeat(40_000),
  ]) {
    const place = new Place()
    const anna = place.nmdc('anna')
    const bert = place.nmdc('bert')
    anna.heard()
    bert.tell(bad)
    assert.doesNotMatch(anna.heard(), /forged|From|MyINFO/)
  }
})

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

test('those who list hubs are told what there is', () => {
  const place = new Place({ directoryMinimumSlots: 1, directoryTopic: 'a $ b' })
  place.adc('anna')
  assert.match(place.call('HSUP ').tell('HSUP ADBASE ADPING\n'), / UC1 SS1000 SF0 MS0 ML1 MC5000 UP0\n$/)
  const pinger = place.call('')
  pinger.tell('$Supports BotINFO |')
  assert.equal(pinger.tell('$BotINFO me|'), '$HubINFO Kith$$a &#36; b$5000$0$1$0$Kith 0.1.0$$$UTF-8|')
})

test('who comes reads what was said, who does not log in goes, and who does not read is let go', () => {
  const place = new Place({ directoryHistory: 2, directoryPerAddress: 2 })
  const anna = place.adc('anna')
  for (const text of ['one', 'two', 'three']) anna.tell(`BMSG ${anna.sid} ${text}\n`)
  const bert = place.call('HSUP ')
  bert.tell('HSUP ADBASE\n')
  assert.match(
    bert.tell(login('AAAC', 'bert', '')),
    /IMSG \[\d\d:\d\d\]\\s<anna>\\stwo\nIMSG \[\d\d:\d\d\]\\s<anna>\\sthree\n$/,
  )
  const silent = [place.call('', '10.5.5.5'), place.call('', '10.5.5.5')]
  for (const [first, why] of [
    ['', /At most 2 at once may come from one address\|\$HubIsFull\|$/],
    ['HSUP ', /^ISTA 211 At\\smost\\s2\\sat\\sonce/],
  ] as const) {
    const oneMore = place.call(first, '10.5.5.5')
    assert.match(oneMore.heard(), why)
    assert.ok(oneMore.closed, 'one too many from there')
  }
  place.clock.go(61_000)
  assert.ok(silent.every(({ closed }) => closed))
  bert.pending = 100 * 1024 * 1024
  const heard = anna.tell(`BMSG ${anna.sid} more\n`)
  place.clock.go(1_000)
  assert.ok(bert.closed, 'at once, not when somebody speaks again')
  assert.match(heard + anna.tell(`BMSG ${anna.sid} and\\smore\n`), /^IQUI AAAC MSdid\\snot\\skeep\\sup\n/m)
  assert.equal(place.hub.people.online.size, 1)
})

test('any bytes in any pieces: the hub stays up, and pieces change nothing', () => {
  const bits = fc.constantFrom(
    'HSUP ADBASE\n',
    'BINF AAAC ',
    'BMSG AAAC x\n',
    '$MyINFO $ALL a ',
    '|',
    '\n',
    '$Search ',
    '\\',
    ' ',
    'FSCH AAAC +TCP4 ANx\n',
    '$SR a b\x05',
    '<a> b|',
  )
  const input = fc.array(fc.oneof(bits.map(utf8), fc.uint8Array({ maxLength: 12 })), { maxLength: 30 }).map(concat)
  fc.assert(
    fc.property(input, fc.boolean(), fc.nat(7), (bytes, adc, step) => {
      const run = (size: number): string => {
        const place = new Place()
        place.adc('anna')
        const caller = adc ? place.call('HSUP ') : place.call('')
        if (adc) caller.tell(`HSUP ADBASE\n${login('AAAC', 'c', 'SS1')}`)
        else caller.tell('$ValidateNick a|$MyINFO $ALL a <P V:1,M:A,H:1/0/0,S:1>$ $\x01$$5$|')
        for (let at = 0; at < bytes.length; at += size) caller.feed(bytes.subarray(at, at + size))
        return caller.heard()
      }
      assert.equal(run(step + 1), run(1_000))
    }),
    { numRuns: 60 },
  )
})
