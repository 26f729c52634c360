import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { concat, fromLatin1, utf8 } from '@kith/wire/bytes.ts'
import { login, Place } from './test-kit/place.ts'

const root = 'LWPNACQDBZRYXW3VHJVCJ64QBZNGHOHHHZWCLNQ'

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
