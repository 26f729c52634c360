import assert from 'node:assert/strict'
import { test } from 'node:test'
import { constants, deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { base32, concat, fromBase32, latin1, utf8 } from '@kith/wire/bytes.ts'
import { TigerKernel } from '@kith/wire/hash/tiger.ts'
import type { HubSelf } from '../wire/hub-user.ts'
import { nmdcText } from '../wire/nmdc-text.ts'
import { AdcHub } from './adc-hub.ts'
import { AdcUserList } from './adc-user-list.ts'
import type { HubEvent, HubTalk } from './hub-event.ts'
import { NmdcHub } from './nmdc-hub.ts'

const self: HubSelf = {
  nick: 'kith',
  password: 'adminpw',
  description: '',
  program: 'Kith',
  version: '0.1.0',
  active: true,
  udpPort: 9,
  tls: true,
  fingerprint: new Uint8Array(32),
  slots: 5,
  freeSlots: 5,
  shared: 0,
  files: 0,
  hubs: [1, 0, 0],
}
const kernel = new TigerKernel()
const privateId = fromBase32('SR4QQTNQXSZ2FMRFG7NT5SRP7CK4SSZSOCTVIXY')!
const publicId = kernel.digest(privateId)
const tiger = (bytes: Uint8Array): Uint8Array => kernel.digest(bytes)

const adc = (): HubTalk => new AdcHub({ self, privateId, publicId, v6: false, now: 0, tiger })
const nmdc = (): HubTalk =>
  new NmdcHub({ self, text: nmdcText('windows-1252'), address: '127.0.0.1', hub: '127.0.0.1:411', now: 0 })

interface Said {
  readonly text: string
  readonly events: readonly HubEvent[]
  readonly fault: string | undefined
}

/** Everything that a machine has to say. */
function drain(talk: HubTalk): Said {
  let text = ''
  let fault: string | undefined
  const events: HubEvent[] = []
  for (let output = talk.poll(); output !== undefined; output = talk.poll()) {
    if (output.kind === 'send') text += latin1(output.bytes)
    else if (output.kind === 'event') events.push(output.event)
    else fault = output.fault?.code
  }
  return { text, events, fault }
}

function tell(talk: HubTalk, text: string): Said {
  talk.receive(utf8(text), 0)
  return drain(talk)
}

function onAdc(): HubTalk {
  const talk = adc()
  tell(
    talk,
    'ISUP ADBASE ADTIGR\nISID AAAB\nIINF CT32 NIHub\\sof\\sours\nBINF AAAC IDX NIeisk I4127.0.0.1 U45 SUTCP4,ADC0\nBINF AAAB NIkith\n',
  )
  return talk
}

test('ADC: login with a password, as uhub saw it', () => {
  const talk = adc()
  assert.match(drain(talk).text, /^HSUP ADBASE /)
  const { text } = tell(talk, 'ISUP ADBASE ADTIGR\nISID AAAB\n')
  assert.ok(text.startsWith(`BINF AAAB ID${base32(publicId)} PD${base32(privateId)} NIkith `))
  assert.match(text, / SUTCP4,UDP4,ADC0,ADCS,SEGA .*KPSHA256\/A+\n$/)
  const salt = 'V6PM5TAOONKF7IJFG25FYGVAQNKK3N7FXETSL4A'
  assert.equal(tell(talk, `IGPA ${salt}\n`).text, 'HPAS ZTT66AMJHJYHEBX65OIMGND5HEJFZ22GYF7VIIA\n')
  const { events } = tell(talk, 'IINF CT32 NIHub\nBINF AAAC NIother\nBINF AAAB NIkith\n')
  assert.deepEqual(
    events.map(({ kind }) => kind),
    ['title', 'user', 'user', 'online'],
  )
  assert.ok(talk.online)
  talk.present({ ...self, freeSlots: 4 }, 0)
  assert.equal(drain(talk).text, 'BINF AAAB FS4\n', 'only what is new is said')
})

test('ADC: chat, private words, questions, meetings', () => {
  const talk = onAdc()
  assert.deepEqual(tell(talk, 'BMSG AAAC hello\\sall ME1\n').events, [
    { kind: 'chat', from: 'AAAC', text: 'hello all', me: true },
  ])
  assert.deepEqual(tell(talk, 'EMSG AAAC AAAB psst PMAAAC\n').events, [
    { kind: 'private', from: 'AAAC', room: 'AAAC', text: 'psst' },
  ])
  assert.deepEqual(tell(talk, 'EMSG AAAB AAAC back PMAAAB\n').events, [
    { kind: 'private', from: 'AAAB', room: 'AAAC', text: 'back' },
  ])
  assert.deepEqual(tell(talk, 'BSCH AAAC ANfoo TOt\n').events, [
    {
      kind: 'question',
      question: { words: ['foo'], without: [], extensions: [] },
      reply: { kind: 'datagram', host: '127.0.0.1', port: 5, token: 't' },
    },
  ])
  assert.deepEqual(tell(talk, 'DCTM AAAC AAAB ADCS/0.10 4321 tok\n').events, [
    { kind: 'meet', from: 'AAAC', port: 4321, meeting: { token: 'tok', tls: true } },
  ])
  assert.equal(
    tell(talk, 'DCTM AAAC AAAB QUIC/1 4321 tok\n').text,
    'DSTA AAAB AAAC 141 Unknown\\sprotocol TOtok PRQUIC/1\n',
  )
  assert.deepEqual(
    tell(talk, 'DCTM AAAC AAAD ADC/1.0 4321 tok\n').events,
    [],
    'what is for somebody else is not for us',
  )
  talk.meet('AAAC', { token: 'x', tls: true }, 99)
  talk.invite('AAAC', { token: 'y', tls: false })
  assert.equal(drain(talk).text, 'DCTM AAAB AAAC ADCS/0.10 99 x\nDRCM AAAB AAAC ADC/1.0 y\n')
  // Half way: an invitation is answered by NAT, and that by RNT.
  for (const [command, first] of [
    ['NAT', true],
    ['RNT', false],
  ] as const) {
    assert.deepEqual(tell(talk, `D${command} AAAC AAAB ADCS/0.10 4321 tok\n`).events, [
      { kind: 'traverse', from: 'AAAC', port: 4321, meeting: { token: 'tok', tls: true }, first },
    ])
    talk.traverse('AAAC', { token: 'z', tls: false }, 77, first)
    assert.equal(drain(talk).text, `D${command} AAAB AAAC ADC/1.0 77 z\n`)
    assert.deepEqual(tell(talk, `D${command} AAAC AAAB ADCS/0.10 65536 tok\n`).events, [])
  }
  assert.deepEqual(
    tell(talk, 'IQUI AAAC\n').events.map(({ kind }) => kind),
    ['left'],
  )
})

test('a hub that says without end who is there is left', () => {
  const long = 'd'.repeat(200_000)
  for (const [talk, line] of [
    [onAdc(), (at: number) => `BINF ${base32(Uint8Array.of(at >> 8, at, 0)).slice(0, 4)} NIu${at} DE${long}\n`],
    [onNmdc(), (at: number) => `$MyINFO $ALL u${at} ${long}$ $1001$$5$|`],
  ] as const) {
    let fault: string | undefined
    let said = 0
    for (; fault === undefined && said < 1_000; said++) fault = tell(talk, line(said)).fault
    assert.equal(fault, 'directconnect/too-much')
    assert.ok(said > 300, 'as many as are honest are taken')
  }
  // The same user, who says it anew each time, is one.
  const talk = onAdc()
  for (let at = 0; at < 500; at++) assert.equal(tell(talk, `BINF AAAC NIu DE${at}${long}\n`).fault, undefined)
})

for (const [name, make, first, lines] of [
  ['ADC', onAdc, 'IZON\n', ['BINF AAAC NIeisk SUTCP4\n', 'BMSG AAAC hello\n', '\n']],
  ['NMDC', onNmdc, '$ZOn|', ['$MyINFO $ALL other d<E V:2,M:A,H:1/0/0,S:3>$ $1\x01$$5$|', '<other> hello|', '|']],
] as const) {
  test(`${name}: a hub that packs what it says is understood, in any pieces, and after it as before`, () => {
    const plain = make()
    drain(plain)
    const wanted = tell(plain, lines.join('').repeat(50)).events
    assert.ok(wanted.length >= 100)
    for (const step of [1, 7, 1_000]) {
      const talk = make()
      drain(talk)
      const packed = deflateSync(lines.join('').repeat(50))
      const bytes = concat([utf8(first), packed, utf8(lines.join(''))])
      const events: HubEvent[] = []
      for (let at = 0; at < bytes.length; at += step) {
        talk.receive(bytes.subarray(at, at + step), 0)
        events.push(...drain(talk).events)
      }
      assert.deepEqual(events.slice(0, wanted.length), wanted)
      assert.ok(events.length > wanted.length)
    }
    // Parts that are flushed are heard at once.
    const talk = make()
    drain(talk)
    const half = deflateSync(lines.join(''), { finishFlush: constants.Z_SYNC_FLUSH })
    talk.receive(concat([utf8(first), half]), 0)
    assert.ok(drain(talk).events.length >= 2)
  })

  test(`${name}: a hub that packs without end, or twice, is left`, () => {
    const bomb = make()
    drain(bomb)
    // Empty lines, a thousand times as long as they are packed.
    const empty = deflateSync(Buffer.alloc(64 * 1024 * 1024, name === 'ADC' ? '\n' : '|'))
    bomb.receive(concat([utf8(first), empty]), 0)
    assert.equal(drain(bomb).fault, 'directconnect/packed')
    const twice = make()
    drain(twice)
    twice.receive(concat([utf8(first), deflateSync(first)]), 0)
    assert.equal(drain(twice).fault, 'directconnect/packed')
    const none = make()
    drain(none)
    none.receive(utf8(`${first}this is no zlib stream`), 0)
    assert.equal(drain(none).fault, 'wire/zlib')
  })
}

test('ADC: being sent elsewhere, refused, and bad lines', () => {
  const { events, fault } = tell(onAdc(), 'IQUI AAAB RDadc://other:1 MSgo\n')
  assert.deepEqual([events[0], fault], [{ kind: 'redirect', address: 'adc://other:1' }, 'directconnect/redirected'])
  assert.equal(tell(adc(), 'ISTA 222 taken\n').fault, 'directconnect/nick-taken')
  assert.equal(tell(adc(), '$Lock what|\n').fault, 'directconnect/adc-line')
  assert.equal(tell(onAdc(), 'BMSG xx bad\nIMSG good\n').events.length, 1, 'a bad line of some user is passed over')
  assert.equal(tell(onAdc(), 'x'.repeat(300_000)).fault, 'directconnect/line-too-long')
})

test('ADC: when we may come again is what the hub says, whether we were on it or not', () => {
  const again = (talk: HubTalk, line: string): number | undefined => {
    drain(talk)
    talk.receive(utf8(line), 20_000)
    for (let output = talk.poll(); output !== undefined; output = talk.poll())
      if (output.kind === 'close') return output.fault?.retryAt
    return undefined
  }
  const identified = adc()
  tell(identified, 'ISUP ADBASE\nISID AAAB\n')
  assert.equal(again(identified, 'IQUI AAAB MSno TL60\n'), 80_000)
  assert.equal(again(onAdc(), 'IQUI AAAB MSno TL60\n'), 80_000)
  assert.equal(again(adc(), 'ISTA 232 banned TL300\n'), 320_000)
  assert.equal(again(onAdc(), 'ISTA 230 go\n'), undefined)
})

test('NMDC: whoever was called as we are before we are let in is not us', () => {
  const talk = nmdc()
  const info = '$MyINFO $ALL kith <K V:1,M:A,H:1/0/0,S:3>$ $20\x01$$5$|'
  assert.ok(!tell(talk, login + info).events.some(({ kind }) => kind === 'online'))
  assert.ok(!talk.online)
  assert.ok(tell(talk, `$Hello kith|${info}`).events.some(({ kind }) => kind === 'online'))
})

const login = 'x$Lock EXTENDEDPROTOCOLABC Pk=PtokaX|$HubName Our hub|'.slice(1)

function onNmdc(): HubTalk {
  const talk = nmdc()
  tell(
    talk,
    `${login}$Hello kith|$MyINFO $ALL eisk <E V:1,M:A,H:1/0/0,S:3>$ $20\x11$$5$|$MyINFO $ALL kith <K V:1,M:A,H:1/0/0,S:3>$ $20\x01$$5$|`,
  )
  return talk
}

test('ADC: an identity is of who said it last, and nothing is kept of those that nobody has', () => {
  const list = new AdcUserList()
  for (let at = 0; at < 100; at++) list.update('AAAC', [`IDX${at}`, 'NIeisk'])
  assert.deepEqual(
    Array.from({ length: 100 }, (_, at) => list.session(`X${at}`)).filter((one) => one !== undefined),
    ['AAAC'],
  )
  list.update('AAAD', ['IDX99'])
  assert.equal(list.remove('AAAC')?.nick, 'eisk')
  assert.equal(list.session('X99'), 'AAAD')
  assert.equal(list.remove('AAAC'), undefined)
})

test('NMDC: who keeps order is told in parts by some hubs, and before it is told who that is', () => {
  const talk = nmdc()
  tell(talk, '$Lock EXTENDEDPROTOCOLABC Pk=PtokaX|$Hello kith|$OpList anna$$|$OpList bert$$|')
  const info = (nick: string): string => `$MyINFO $ALL ${nick} <x V:1,M:A,H:1/0/0,S:3>$ $20\x11$$1$|`
  tell(talk, info('anna') + info('bert') + info('carl') + '$OpList carl$$|')
  assert.deepEqual(
    [...talk.users.values()].map(({ nick, operator }) => [nick, operator]),
    [
      ['anna', true],
      ['bert', true],
      ['carl', true],
    ],
  )
  tell(talk, '$Quit anna|' + info('anna'))
  assert.equal(talk.users.get('anna')?.operator, false)
})

test('a hub that was left says nothing more, and still tells who was there', () => {
  for (const [talk, end] of [
    [onAdc(), 'IQUI AAAB MSbye\n'],
    [onNmdc(), '$ForceMove 127.0.0.1:412|'],
  ] as const) {
    const { fault } = tell(talk, end)
    assert.match(fault ?? '', /kicked|redirected/)
    talk.say('hello?')
    talk.present({ ...self, freeSlots: 1 }, 0)
    assert.deepEqual(drain(talk), { text: '', events: [], fault: undefined })
    assert.ok(talk.online)
    assert.ok(talk.users.size > 0)
  }
})

test('NMDC: login with a password', () => {
  const talk = nmdc()
  assert.match(tell(talk, login).text, /^\$Supports [^|]*\|\$Key [^|]+\|\$ValidateNick kith\|$/)
  assert.equal(tell(talk, '$GetPass|').text, '$MyPass adminpw|')
  assert.match(tell(talk, '$Hello kith|').text, /^\$Version 1,0091\|\$GetNickList\|\$MyINFO \$ALL kith /)
  assert.ok(!talk.online, 'nobody is known yet')
  talk.tick(3_000)
  assert.deepEqual(drain(talk).events, [{ kind: 'online' }])
})

test('NMDC: chat, private words, questions, results, meetings', () => {
  const talk = onNmdc()
  assert.ok(talk.online)
  assert.deepEqual(tell(talk, '<eisk> a &#36; b|').events, [{ kind: 'chat', from: 'eisk', text: 'a $ b', me: false }])
  assert.deepEqual(tell(talk, '<Hub-Security> hi|').events, [{ kind: 'chat', from: undefined, text: 'hi', me: false }])
  assert.deepEqual(tell(talk, '$To: kith From: eisk $<eisk> psst|').events, [
    { kind: 'private', from: 'eisk', room: 'eisk', text: 'psst' },
  ])
  assert.deepEqual(tell(talk, '$Search 1.2.3.4:5 F?F?0?1?foo$bar|').events, [
    {
      kind: 'question',
      question: { words: ['foo', 'bar'], without: [], extensions: [] },
      reply: { kind: 'datagram', host: '1.2.3.4', port: 5, token: '' },
    },
  ])
  assert.deepEqual(tell(talk, '$Search 127.0.0.1:9 F?F?0?1?foo|').events, [], 'our own question')
  const sr = '$SR eisk a\\b.bin\x055 1/2\x05TTH:LWPNACQDBZRYXW3VHJVCJ64QBZNGHOHHHZWCLNQ (h:1)|'
  assert.deepEqual(
    tell(talk, sr).events.map(({ kind }) => kind),
    ['found'],
  )
  assert.ok(talk.datagram(utf8(sr)) && !talk.datagram(utf8(sr.replace('eisk', 'nobody'))))
  drain(talk)
  assert.deepEqual(tell(talk, '$ConnectToMe kith 1.2.3.4:5S|').events, [
    { kind: 'meet', host: '1.2.3.4', port: 5, meeting: { token: '', tls: true } },
  ])
  // Half way: an invitation is answered by N, and that by R, which does not say whose it is.
  const halfWay = { kind: 'traverse', host: '1.2.3.4', port: 5 } as const
  assert.deepEqual(tell(talk, '$ConnectToMe kith 1.2.3.4:5NS eisk|$ConnectToMe kith 1.2.3.4:5R|').events, [
    { ...halfWay, from: 'eisk', meeting: { token: '', tls: true }, first: true },
    { ...halfWay, meeting: { token: '', tls: false }, first: false },
  ])
  assert.deepEqual(
    tell(talk, '$ConnectToMe kith 1.2.3.4:5N|$ConnectToMe kith 1.2.3.4:5N nobody|$ConnectToMe eisk 1.2.3.4:5R|').events,
    [],
  )
  talk.traverse('eisk', { token: '', tls: true }, 77, true)
  talk.traverse('eisk', { token: '', tls: false }, 77, false)
  assert.equal(drain(talk).text, '$ConnectToMe eisk 127.0.0.1:77NS kith|$ConnectToMe eisk 127.0.0.1:77R|')
  assert.deepEqual(tell(talk, '$RevConnectToMe eisk kith|').events, [
    { kind: 'invite', from: 'eisk', meeting: { token: '', tls: true } },
  ])
  talk.say('a|b')
  talk.ask({ words: ['foo'], without: [], extensions: [] }, '')
  talk.meet('eisk', { token: '', tls: false }, 77)
  assert.equal(drain(talk).text, '<kith> a&#124;b|$Search 127.0.0.1:9 F?F?0?1?foo|$ConnectToMe eisk 127.0.0.1:77|')
  assert.equal(tell(talk, '$ForceMove other:411|').fault, 'directconnect/redirected')
})

for (const [name, make] of Object.entries({ adc, onAdc, nmdc, onNmdc })) {
  test(`${name}: a line without end ends the hub, and costs no more than the longest line`, () => {
    const talk = make()
    drain(talk)
    const chunk = utf8('x'.repeat(64 * 1024))
    let fault: string | undefined
    let fed = 0
    for (; fault === undefined && fed < 100; fed++) {
      talk.receive(chunk, 0)
      fault = drain(talk).fault
    }
    assert.equal(fault, 'directconnect/line-too-long')
    assert.ok(fed <= 6, `${fed} chunks were taken`)
    talk.receive(utf8('\n|<a> b|BMSG AAAC x\n'), 0)
    assert.deepEqual(drain(talk), { text: '', events: [], fault: undefined })
  })

  test(`${name}: garbage never throws`, () => {
    const pieces = [
      'BINF AAAC NI\n',
      'IQUI AAAB\n',
      'DRES AAAC AAAB FN/\n',
      '$SR a|',
      '$MyINFO $ALL |',
      '$UserIP a b$$|',
      '\n',
      '|',
    ]
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.uint8Array(), fc.constantFrom(...pieces).map(utf8))), (chunks) => {
        const talk = make()
        for (const chunk of chunks) talk.receive(chunk, 0)
        talk.datagram(chunks[0] ?? new Uint8Array())
      }),
    )
  })
}
