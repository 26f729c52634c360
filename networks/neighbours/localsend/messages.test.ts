import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FaultError } from '@kith/core/fault/fault.ts'
import { utf8 } from '@kith/wire/bytes.ts'
import { attempt } from '@kith/wire/fault.ts'
import {
  decodeAnnouncement,
  decodeInfo,
  decodePrepare,
  decodePrepareAnswer,
  encodeAnnouncement,
  encodeInfo,
  encodePrepare,
  encodePrepareAnswer,
  type Info,
  MOST_FILES,
  MOST_INFO_BYTES,
} from './messages.ts'

const at = { port: 53_317, protocol: 'https' } as const
const text = fc.string({ minLength: 1, maxLength: 40, unit: 'binary' }).map((one) => `${one}x`.toWellFormed())
const info: fc.Arbitrary<Info> = fc.record(
  {
    alias: fc.constantFrom('Nice Orange', 'Ä', '木'),
    fingerprint: text,
    port: fc.integer({ min: 1, max: 65_535 }),
    protocol: fc.constantFrom('http' as const, 'https' as const),
    model: fc.constantFrom('Samsung', 'Kith'),
  },
  { requiredKeys: ['alias', 'fingerprint', 'port', 'protocol'], noNullPrototype: true },
)
const digest = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => bytes.toHex())
const file = fc.record(
  { id: text, name: text, size: fc.nat(), sha256: digest },
  { requiredKeys: ['id', 'name', 'size'], noNullPrototype: true },
)
const files = fc.uniqueArray(file, { minLength: 1, maxLength: 8, selector: ({ id }) => id })
const byId = (a: { readonly id: string }, b: { readonly id: string }): number => (a.id < b.id ? -1 : 1)

test('what devices say of themselves comes back', () => {
  fc.assert(fc.property(info, (one) => assert.deepEqual(decodeInfo(encodeInfo(one), at), one)))
  fc.assert(
    fc.property(info, fc.boolean(), (one, announce) => {
      assert.deepEqual(decodeAnnouncement(encodeAnnouncement({ ...one, announce })), { ...one, announce })
    }),
  )
})

test('questions and their answers come back', () => {
  fc.assert(
    fc.property(info, files, (one, all) => {
      const back = decodePrepare(encodePrepare({ info: one, files: all }))
      assert.deepEqual(back.info, one)
      assert.deepEqual(back.files.toSorted(byId), all.toSorted(byId))
    }),
  )
  fc.assert(
    fc.property(text, fc.array(fc.tuple(text, text)), (session, all) => {
      const tokens = new Map(all)
      const back = decodePrepareAnswer(encodePrepareAnswer({ session, tokens }))
      assert.equal(back.session, session)
      assert.equal(back.tokens.size, tokens.size)
      for (const [id, token] of tokens) assert.equal(back.tokens.get(id), token)
    }),
  )
})

test('it reads the examples of the specification', () => {
  const said = { alias: 'Nice Orange', version: '2.0', deviceModel: null, deviceType: 'mobile', fingerprint: 'random' }
  assert.deepEqual(decodeInfo(utf8(JSON.stringify(said)), at), { alias: 'Nice Orange', fingerprint: 'random', ...at })
  const whole = { ...said, port: 53_317, protocol: 'https', download: true, announce: true }
  assert.equal(decodeAnnouncement(utf8(JSON.stringify(whole))).announce, true)
  const image = { id: 'a', fileName: 'my image.png', size: 324_242, fileType: 'image/jpeg', sha256: null, preview: 'x' }
  assert.deepEqual(decodePrepare(utf8(JSON.stringify({ info: whole, files: { a: image } }))).files, [
    { id: 'a', name: 'my image.png', size: 324_242 },
  ])
})

test('what is not so is a fault', () => {
  const whole = { alias: 'a', fingerprint: 'f', port: 1, protocol: 'https' }
  const one = { id: 'a', fileName: 'b', size: 1 }
  const many = Object.fromEntries(Array.from({ length: MOST_FILES + 1 }, (_, index) => [String(index), one]))
  const wrong: readonly unknown[] = [
    [],
    null,
    { info: whole },
    { info: whole, files: {} },
    { info: whole, files: many },
    { info: whole, files: { a: { ...one, size: -1 } } },
    { info: whole, files: { a: { ...one, size: 1.5 } } },
    { info: whole, files: { a: { ...one, fileName: '' } } },
    { info: whole, files: { a: { ...one, size: Number.MAX_SAFE_INTEGER }, b: one } },
    { info: { ...whole, port: 70_000 }, files: { a: one } },
    { info: { ...whole, protocol: 'gopher' }, files: { a: one } },
    { info: { ...whole, alias: 5 }, files: { a: one } },
  ]
  for (const each of wrong) {
    assert.throws(() => decodePrepare(utf8(JSON.stringify(each))), FaultError, JSON.stringify(each).slice(0, 200))
  }
  assert.throws(() => decodeAnnouncement(utf8(JSON.stringify({ ...whole, port: 0 }))), FaultError)
  assert.throws(() => decodeInfo(new Uint8Array(MOST_INFO_BYTES + 1), at), FaultError)
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array(), fc.json().map(utf8)), (bytes) => {
      for (const decode of [decodeAnnouncement, decodePrepare, decodePrepareAnswer]) attempt(() => decode(bytes))
    }),
  )
})
