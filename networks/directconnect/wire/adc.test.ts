import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FaultError } from '@kith/core/fault/fault.ts'
import { utf8 } from '@kith/wire/bytes.ts'
import { updateFields, userOf } from './adc-info.ts'
import type { AdcLine } from './adc-line.ts'
import { formatAdc, named, parseAdc } from './adc-line.ts'
import { readResult, readSearch, resultWords, searchWords } from './adc-search.ts'
import type { FoundItem } from './found.ts'
import { formatKeyprint, parseKeyprint } from './keyprint.ts'
import type { Question } from './question.ts'

const read = (text: string): AdcLine => parseAdc(utf8(text))

test('lines of EiskaltDC++, ncdc and uhub', () => {
  assert.deepEqual(read('EMSG AAAC AAAB private\\shi PMAAAC'), {
    type: 'E',
    command: 'MSG',
    from: 'AAAC',
    to: 'AAAB',
    words: ['private hi', 'PMAAAC'],
  })
  assert.deepEqual(read('FSCH AAAB +TCP4-NAT0 ANa\\\\b\\nc TO1'), {
    type: 'F',
    command: 'SCH',
    from: 'AAAB',
    features: ['+TCP4', '-NAT0'],
    words: ['ANa\\b\nc', 'TO1'],
  })
  const line = read(
    'BINF AAAC IDx NIeisk SS210166080 SL3 I4127.0.0.1 U423102 SUSEGA,ADC0,TCP4,UDP4 APEiskaltDC++ VE2.4.2 CT4',
  )
  const fields = new Map<string, string>()
  updateFields(fields, line.words)
  assert.equal(named(line, 'NI'), 'eisk')
  assert.deepEqual(userOf('AAAC', fields), {
    id: 'AAAC',
    nick: 'eisk',
    cid: 'x',
    description: '',
    client: 'EiskaltDC++ 2.4.2',
    shared: 210_166_080,
    slots: 3,
    address: '127.0.0.1',
    udpPort: 23_102,
    active: true,
    tls: true,
    bot: false,
    operator: true,
    away: false,
  })
  updateFields(fields, ['SUSEGA', 'SL', 'AW1'])
  assert.deepEqual({ ...userOf('AAAC', fields) }.active, false)
  assert.deepEqual([userOf('AAAC', fields).slots, userOf('AAAC', fields).away], [0, true])
})

test('lines that are none', () => {
  for (const text of [
    '',
    'X',
    'BMSG',
    'BMSG aaaa hi',
    'DMSG AAAB hi',
    'CSUP \\x',
    'CSUP a\\',
    'UINF short',
    'FSCH AAAB +x',
  ]) {
    assert.throws(() => read(text), FaultError, text)
  }
  assert.throws(() => parseAdc(Uint8Array.of(0x49, 0x4d, 0x53, 0x47, 0x20, 0xff)), FaultError)
})

const sid = fc.stringMatching(/^[A-Z2-7]{4}$/)
const words = fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 5 })
const command = fc.stringMatching(/^[A-Z][A-Z0-9]{2}$/)
const line: fc.Arbitrary<AdcLine> = fc.oneof(
  fc.record(
    { type: fc.constantFrom('C' as const, 'H' as const, 'I' as const), command, words },
    { noNullPrototype: true },
  ),
  fc.record({ type: fc.constant('B' as const), command, from: sid, words }, { noNullPrototype: true }),
  fc.record(
    { type: fc.constantFrom('D' as const, 'E' as const), command, from: sid, to: sid, words },
    { noNullPrototype: true },
  ),
)

test('what was formatted is read', () => {
  fc.assert(
    fc.property(line, (one) => {
      assert.deepEqual(read(formatAdc(one).slice(0, -1)), one)
    }),
  )
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary-ascii' })), (garbage) => {
      try {
        read(garbage)
      } catch (error) {
        assert.ok(error instanceof FaultError)
      }
    }),
  )
})

const tth = Uint8Array.from({ length: 24 }, (_, at) => at * 9)

test('questions and results come through', () => {
  const questions: Question[] = [
    { words: ['foo', 'bar baz'], without: ['bad'], extensions: ['iso'], minimumSize: 1, maximumSize: 5 },
    { words: [], without: [], extensions: [], tth },
    { words: ['x'], without: [], extensions: [], kind: 'folder' },
    { words: ['x'], without: [], extensions: [], minimumSize: 7, maximumSize: 7 },
  ]
  for (const question of questions) {
    assert.deepEqual(readSearch({ words: searchWords(question, 'tok') }), { question, token: 'tok' })
  }
  assert.equal(readSearch({ words: ['TO1'] }), undefined, 'a question for nothing is not answered with everything')
  const items: FoundItem[] = [
    { path: ['a', 'b c.bin'], folder: false, size: 5, freeSlots: 2, tth },
    { path: ['a', 'b'], folder: true, size: undefined, freeSlots: 0, tth: undefined },
  ]
  for (const item of items) assert.deepEqual(readResult({ words: resultWords(item, 't') }), { item, token: 't' })
  assert.equal(readResult({ words: ['FN/a/b', 'SI5'] }), undefined, 'a file without a root cannot be asked for')
})

test('keyprints', () => {
  const digest = Uint8Array.from({ length: 32 }, (_, at) => at)
  assert.deepEqual(parseKeyprint(formatKeyprint(digest)), digest)
  assert.equal(parseKeyprint('MD5/AAAA'), undefined)
})
