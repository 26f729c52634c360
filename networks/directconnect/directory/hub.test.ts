import assert from 'node:assert/strict'
import { test } from 'node:test'
import { base32, concat, fromLatin1, utf8 } from '@kith/wire/bytes.ts'
import { TigerKernel } from '@kith/wire/hash/tiger.ts'
import { login, Place, secretOf } from './test-kit/place.ts'

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
