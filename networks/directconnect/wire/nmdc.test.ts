import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fromLatin1, hex } from '@kith/wire/bytes.ts'
import type { FoundItem } from './found.ts'
import type { HubSelf } from './hub-user.ts'
import { formatAction, formatChat, formatPrivate, readAction, readChat, readPrivate } from './nmdc-chat.ts'
import { readCommand } from './nmdc-command.ts'
import { formatMyInfo, readMyInfo } from './nmdc-info.ts'
import { formatLock, keyOf, readLock } from './nmdc-lock.ts'
import type { NmdcWay } from './nmdc-meeting.ts'
import { formatMeeting, readMeeting } from './nmdc-meeting.ts'
import { formatResult, readResultText, readSearchText, searchText } from './nmdc-search.ts'
import { escapeNmdc, nmdcText, unescapeNmdc } from './nmdc-text.ts'
import type { Question } from './question.ts'

const western = nmdcText('windows-1252')
const tth = Uint8Array.from({ length: 24 }, (_, at) => at * 9)

test('the key that PtokaX took for its lock', () => {
  assert.equal(
    hex(fromLatin1(keyOf('EXTENDEDPROTOCOLABCABCABCABCABCABC'))!),
    '14d1c011b0a010104120d1b1b1c0c030d03010203010203010203010203010203010',
  )
  // A byte with a meaning is written out: the second of two that are equal.
  assert.match(keyOf('aa'), /%DCN000%/)
  fc.assert(fc.property(fc.string({ unit: 'binary-ascii' }), (lock) => assert.ok(!/[$|\0]/.test(keyOf(lock)))))
})

test('locks', () => {
  assert.deepEqual(readLock('EXTENDEDPROTOCOLabc Pk=PtokaX'), { lock: 'EXTENDEDPROTOCOLabc', extended: true })
  assert.deepEqual(readLock('old_lock nonsense'), { lock: 'old_lock', extended: false })
  assert.equal(formatLock('a b|c', 'Kith 0.1'), '$Lock EXTENDEDPROTOCOLaAbAc Pk=Kith0.1|')
})

test('texts are UTF-8 where they can be, else of the charset', () => {
  const russian = nmdcText('windows-1251')
  assert.equal(russian.read('\xcf\xf0\xe8\xe2\xe5\xf2'), 'Привет')
  assert.equal(russian.write('Привет!'), '\xcf\xf0\xe8\xe2\xe5\xf2!')
  assert.equal(russian.read('\xd0\x9f'), 'П')
  assert.equal(russian.write('日'), '?')
  assert.equal(nmdcText('utf-8').write('ü'), '\xc3\xbc')
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => assert.equal(unescapeNmdc(escapeNmdc(text)), text)))
  fc.assert(
    fc.property(fc.constantFrom('&#36;', '&#124;', '&amp;', '$', '|', '&', 'x'), fc.nat(4), (part, times) => {
      const text = part.repeat(times) + '&amp;#36;'
      assert.equal(unescapeNmdc(escapeNmdc(text)), text)
      assert.ok(!/[$|]/.test(escapeNmdc(text)))
    }),
  )
})

test('MyINFO of EiskaltDC++, of PtokaX’s bot, and ours', () => {
  const user = readMyInfo(
    '$ALL eisk loop <back> <EiskaltDC++ V:2.4.2,M:A,H:1/0/0,S:3>$ $20\x11$a@b$210166080$',
    western,
    {},
  )
  assert.deepEqual(user, {
    id: 'eisk',
    nick: 'eisk',
    description: 'loop <back> ',
    client: 'EiskaltDC++ 2.4.2',
    shared: 210_166_080,
    slots: 3,
    active: true,
    tls: true,
    bot: false,
    operator: false,
    away: false,
  })
  assert.equal(readMyInfo('$ALL p x<ncdc V:1,M:P,H:1/0/0,S:1>$A$5\x03$$0$', western, {})?.active, false)
  assert.equal(readMyInfo('$ALL PtokaX $ $$$$', western, { operator: true })?.bot, true)
  assert.equal(readMyInfo('nonsense', western, {}), undefined)
  const self: HubSelf = {
    nick: 'me',
    description: 'a$<b>',
    program: 'Kith',
    version: '0.1.0',
    active: false,
    udpPort: 0,
    tls: true,
    fingerprint: new Uint8Array(32),
    slots: 4,
    freeSlots: 4,
    shared: 9,
    files: 1,
    hubs: [1, 2, 3],
  }
  const own = formatMyInfo(self, 'me', western)
  assert.equal(own, '$MyINFO $ALL me a&#36;b<Kith V:0.1.0,M:P,H:1/2/3,S:4>$ $100\x31$$9$|')
  const read = readMyInfo(own.slice(8, -1), western, {})!
  assert.deepEqual([read.description, read.active, read.traverses, read.tls], ['a$b', false, true, true])
  const dialled = readMyInfo(formatMyInfo({ ...self, active: true }, 'me', western).slice(8, -1), western, {})!
  assert.deepEqual([dialled.active, dialled.traverses], [true, undefined])
})

test('questions and results come through', () => {
  const questions: Question[] = [
    { words: ['foo', 'bär'], without: [], extensions: [], minimumSize: 7 },
    { words: ['a$b'], without: [], extensions: [], maximumSize: 7, kind: 'video' },
    { words: [], without: [], extensions: [], tth },
  ]
  for (const question of questions) assert.deepEqual(readSearchText(searchText(question, western), western), question)
  const ending = (...extensions: string[]): string => searchText({ words: ['foo'], without: [], extensions }, western)
  assert.deepEqual([ending('iso'), ending('iso', 'img')], ['F?F?0?1?foo$iso', 'F?F?0?1?foo'])
  for (const raw of ['', 'T?T?x?1?a', 'F?F?0?1?', 'F?T?0?9?TTH:short', 'F?T?0?9?foo']) {
    assert.equal(readSearchText(raw, western), undefined, raw)
  }
  const items: FoundItem[] = [
    { path: ['a b', 'c (1) 2.bin'], folder: false, size: 5, freeSlots: 2, tth },
    { path: ['a b', 'ç'], folder: true, size: undefined, freeSlots: 0, tth: undefined },
  ]
  for (const item of items) {
    for (const to of [undefined, 'you']) {
      const frame = {
        nick: 'me',
        slots: 3,
        hubName: 'Hub (x)',
        hub: '1.2.3.4:411',
        ...(to === undefined ? {} : { to }),
      }
      const raw = formatResult(item, frame, western).slice(4, -1)
      assert.deepEqual(readResultText(raw, western), { nick: 'me', item, hub: '1.2.3.4:411' })
    }
  }
  fc.assert(fc.property(fc.string({ unit: 'binary-ascii' }), (raw) => void readResultText(`n ${raw}`, western)))
})

test('what a hub offers in menus', () => {
  assert.deepEqual(readCommand('1 3 Ops\\Kick$$Kick %[nick]&#124;'), {
    kind: 'send',
    context: { hub: true, user: true, search: false, list: false },
    path: ['Ops', 'Kick'],
    text: '$Kick %[nick]&#124;',
  })
  assert.equal(readCommand('7 1 x$y'), undefined)
  assert.equal(readCommand('255 1')?.kind, 'clear')
})

test('chat, private words and meetings come through, and any line is read without a fault', () => {
  const nick = fc.stringMatching(/^[a-z[\]]{1,12}$/)
  fc.assert(
    fc.property(nick, nick, fc.stringMatching(/^[^|]*$/s), fc.boolean(), (from, to, text, me) => {
      const chat = readChat(formatChat(from, formatAction(text, me)).slice(0, -1))
      assert.equal(chat?.nick, from)
      if (me && text !== '') assert.deepEqual(readAction(chat?.text ?? ''), { text, me })
      const said = readPrivate(formatPrivate(from, to, text).slice('$To: '.length, -1))
      assert.deepEqual({ ...said, text: said?.text.trimStart() }, { to, from, as: from, text: text.trimStart() })
    }),
  )
  fc.assert(
    fc.property(nick, nick, fc.constantFrom<NmdcWay>('', 'N', 'R'), fc.boolean(), (from, to, way, tls) => {
      const line = formatMeeting({ to, way, tls }, '10.0.0.1:5', from)
      assert.deepEqual(readMeeting(line.slice('$ConnectToMe '.length, -1)), {
        to,
        way,
        tls,
        at: { host: '10.0.0.1', port: 5 },
        from: way === 'N' ? from : '',
      })
    }),
  )
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (line) => {
      readChat(line)
      readPrivate(line)
      readAction(line)
      readMeeting(line)
    }),
  )
})
