import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { digest, digestOf } from '@kith/core/content/digest.ts'
import { FaultError } from '@kith/core/fault/fault.ts'
import { encode } from '@kith/wire/bencode.ts'
import { attempt } from '@kith/wire/fault.ts'
import { deviceId, idBytes } from './device-id.ts'
import { decodeHint, encodeHint, mergeHints } from './hint.ts'
import { formatKithLink, kithLink } from './links.ts'
import {
  decodeGiven,
  decodeIntroduction,
  decodeList,
  decodeNumber,
  decodePairRequest,
  encodeGiven,
  encodeIntroduction,
  encodeList,
  encodeNumber,
  encodePairRequest,
  shownName,
} from './messages.ts'
import { formatRanges, parseRanges } from './ranges.ts'
import { checkText, decodeSaid, encodeSaid } from './said.ts'

const id = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(deviceId)
const shortId = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => bytes.toHex())
const name = fc.stringMatching(/^[a-zA-Z0-9äß木](?:[a-zA-Z0-9äß木 ]{0,30}[a-zA-Z0-9äß木])?$/)
const digests = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => digestOf('kith', bytes))
const given = fc.record(
  {
    digests: fc.tuple(digests),
    name,
    size: fc.nat(Number.MAX_SAFE_INTEGER),
    files: fc.integer({ min: 1, max: 1_000_000 }),
  },
  { noNullPrototype: true },
)
const withFault =
  (...codes: readonly string[]) =>
  (error: unknown): boolean =>
    error instanceof FaultError && codes.some((code) => error.fault.code.startsWith(code))

describe('messages between devices', () => {
  it('come back as they were', () => {
    const port = fc.integer({ min: 1, max: 65_535 })
    const number = fc.uint8Array({ minLength: 32, maxLength: 32 })
    fc.assert(
      fc.property(name, port, number, given, fc.array(given, { maxLength: 5 }), (who, at, secret, one, several) => {
        assert.deepEqual(decodeIntroduction(encodeIntroduction({ name: who, port: at })), { name: who, port: at })
        const request = { name: who, port: at, commitment: secret }
        assert.deepEqual(decodePairRequest(encodePairRequest(request)), request)
        assert.deepEqual(decodeNumber(encodeNumber(secret)), secret)
        assert.deepEqual(decodeGiven(encodeGiven(one)), one)
        assert.deepEqual(decodeList(encodeList(several)), several)
      }),
    )
  })

  it('of talk come back as they were', () => {
    const group = fc.record(
      {
        id: shortId,
        title: name,
        members: fc.uniqueArray(id, { minLength: 1, maxLength: 5 }),
      },
      { noNullPrototype: true },
    )
    const said = fc.record(
      { id: shortId, text: fc.string({ minLength: 1, unit: 'grapheme' }), at: fc.nat(2 ** 45), group },
      { requiredKeys: ['id', 'text', 'at'], noNullPrototype: true },
    )
    fc.assert(fc.property(said, (one) => assert.deepEqual(decodeSaid(encodeSaid(one)), one)))
    assert.throws(() => checkText(''), withFault('neighbours/text-length'))
    assert.throws(() => checkText('ä'.repeat(8_001)), withFault('neighbours/text-length'))
    checkText('ä'.repeat(8_000))
  })

  it('are refused where they make no sense', () => {
    const one = { digests: [`kith:${'0'.repeat(64)}`], name: 'a', size: 1, files: 1 }
    assert.equal(decodeGiven(encode(one)).size, 1)
    for (const wrong of [
      { ...one, size: -1 },
      { ...one, files: 0 },
      { ...one, digests: [] },
      { ...one, digests: [`sha1:${'0'.repeat(40)}`] },
      { ...one, digests: ['kith:12'] },
      { ...one, name: undefined },
    ]) {
      assert.throws(() => decodeGiven(encode(wrong)), withFault('neighbours/', 'bencode/', 'content/digest'))
    }
    assert.throws(() => decodeNumber(encode({ number: new Uint8Array(31) })), withFault('neighbours/message'))
    assert.throws(() => decodeIntroduction(encode({ name: 'a', port: 0 })), withFault('neighbours/message'))
    assert.throws(() => idBytes('12'), withFault('neighbours/device'))
    // A later version may know more digests.
    const later = { ...one, digests: [...one.digests, 'blake9:1234'] }
    assert.deepEqual(decodeGiven(encode(later)).digests, one.digests)
  })

  it('give a fault for garbage', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (garbage) => {
        for (const decode of [
          decodeIntroduction,
          decodePairRequest,
          decodeNumber,
          decodeGiven,
          decodeList,
          decodeSaid,
        ]) {
          attempt(() => decode(garbage))
        }
      }),
    )
  })

  it('show names that hide nothing', () => {
    assert.equal(shownName('  Ann’s\u202e laptop\n\u0000 '), 'Ann’s  laptop')
    assert.equal(shownName('\u200b'), 'unnamed')
    assert.equal(shownName('x'.repeat(500)).length, 80)
  })
})

describe('ranges', () => {
  const sizes = fc.array(fc.tuple(fc.nat(1000), fc.integer({ min: 1, max: 1000 })), { minLength: 1, maxLength: 50 })
  it('come back as they were', () => {
    fc.assert(
      fc.property(sizes, (pairs) => {
        const ranges = pairs.map(([start, length]) => ({ start, end: start + length }))
        assert.deepEqual(parseRanges(formatRanges(ranges), 2000, 1_000_000), ranges)
      }),
    )
  })

  it('are refused beyond the end, backwards, or for too much', () => {
    for (const text of [
      '',
      '5',
      '5-5',
      '6-5',
      '0-2001',
      '-1-5',
      '0-1e3',
      '0-600,0-600',
      '0-1,'.repeat(600),
      '0-1, 2-3',
    ]) {
      assert.throws(() => parseRanges(text, 2000, 1000), withFault('neighbours/ranges'), text)
    }
  })
})

describe('links and hints', () => {
  it('come back as they were', () => {
    const devices = fc.uniqueArray(id, { maxLength: 3 })
    fc.assert(
      fc.property(digests, name, fc.integer({ min: 1, max: 2 ** 50 }), devices, (of, called, size, from) => {
        const link = formatKithLink({ digests: [of], name: called, size }, { from })!
        const wish = kithLink.parse(link)!
        assert.deepEqual(wish.content, { digests: [of], name: called, size })
        assert.deepEqual(decodeHint(wish.hints.neighbours!), { from })
      }),
    )
    assert.deepEqual(kithLink.parse(`kith:${'ab'.repeat(32)}`)?.content, {
      digests: [digest(`kith:${'ab'.repeat(32)}`)],
    })
    for (const wrong of ['kith:', 'kith:abc', `kith:${'0'.repeat(63)}`, `kith:${'0'.repeat(64)}x`]) {
      assert.throws(() => kithLink.parse(wrong), withFault('neighbours/link'), wrong)
    }
    assert.equal(formatKithLink({ digests: [] }, { from: [] }), undefined)
  })

  it('of hints two become one', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((letter) => letter.repeat(64)) as [string, string, string]
    const manifest = Uint8Array.of(1, 2)
    const merged = mergeHints({ from: [a, b] }, { from: [c, a], manifest })
    assert.deepEqual(merged, { from: [c, a, b], manifest })
    assert.deepEqual(decodeHint(encodeHint(merged)), merged)
    assert.throws(() => decodeHint(Uint8Array.of(1)), withFault('neighbours/hint'))
  })
})
