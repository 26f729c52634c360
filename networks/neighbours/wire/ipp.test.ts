import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FaultError } from '@kith/core/fault/fault.ts'
import { concat } from '@kith/wire/bytes.ts'
import { attempt } from '@kith/wire/fault.ts'
import {
  attribute,
  attributeOf,
  decodeIpp,
  encodeIpp,
  groupTag,
  integerOf,
  integerValue,
  ippCutter,
  textOf,
  textValue,
  valueTag,
  type IppMessage,
} from './ipp.ts'

/** RFC 8010 A.1, the beginning of it, as the bytes stand there. */
const printJob = Uint8Array.fromHex(
  '0101' + // version
    '0002' + // Print-Job
    '00000001' + // request-id
    '01' + // operation-attributes-tag
    '47' +
    '0012' +
    hex('attributes-charset') +
    '0005' +
    hex('utf-8') +
    '48' +
    '001b' +
    hex('attributes-natural-language') +
    '0005' +
    hex('en-us') +
    '45' +
    '000b' +
    hex('printer-uri') +
    '0016' +
    hex('ipp://printer/pinetree') +
    '02' + // job-attributes-tag
    '21' +
    '0006' +
    hex('copies') +
    '0004' +
    '00000014' +
    '44' +
    '0005' +
    hex('sides') +
    '0013' +
    hex('two-sided-long-edge') +
    '03',
)

function hex(text: string): string {
  return Buffer.from(text).toString('hex')
}

const value = fc.record({
  tag: fc.integer({ min: 0x10, max: 0xff }).filter((tag) => tag !== 0x34 && tag !== 0x37),
  bytes: fc.uint8Array({ maxLength: 40 }),
})
const collection = fc
  .array(value, { maxLength: 4 })
  .map((members) => [{ tag: 0x34, bytes: new Uint8Array() }, ...members, { tag: 0x37, bytes: new Uint8Array() }])
const message: fc.Arbitrary<IppMessage> = fc.record(
  {
    version: fc.nat(0xffff),
    code: fc.nat(0xffff),
    request: fc.nat(0x7fffffff),
    groups: fc.array(
      fc.record({
        tag: fc.integer({ min: 1, max: 15 }).filter((tag) => tag !== 3),
        attributes: fc.array(
          fc.record({
            name: fc.stringMatching(/^[a-z][a-z-]{0,20}$/),
            values: fc.oneof(fc.array(value, { minLength: 1, maxLength: 4 }), collection),
          }),
          { maxLength: 5 },
        ),
      }),
      { maxLength: 4 },
    ),
  },
  { noNullPrototype: true },
)

test('the message of the specification is read, and written as it was', () => {
  const read = decodeIpp(printJob)
  assert.deepEqual([read.version, read.code, read.request], [0x0101, 2, 1])
  assert.deepEqual(
    read.groups.map(({ tag, attributes }) => [tag, attributes.map(({ name }) => name)]),
    [
      [1, ['attributes-charset', 'attributes-natural-language', 'printer-uri']],
      [2, ['copies', 'sides']],
    ],
  )
  assert.equal(textOf(attributeOf(read, groupTag.operation, 'printer-uri')!.values[0]!), 'ipp://printer/pinetree')
  assert.equal(integerOf(attributeOf(read, groupTag.job, 'copies')!.values[0]!), 20)
  assert.equal(encodeIpp(read).toHex(), printJob.toHex())
})

test('messages come back as they were', () => {
  fc.assert(
    fc.property(message, (one) => {
      const bytes = encodeIpp(one)
      assert.equal(encodeIpp(decodeIpp(bytes)).toHex(), bytes.toHex())
    }),
  )
})

test('a message is cut off its document, however it arrives', () => {
  fc.assert(
    fc.property(
      message,
      fc.uint8Array({ maxLength: 50 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 30 })),
      (one, document, sizes) => {
        const head = encodeIpp(one)
        const whole = concat([head, document])
        const cutter = ippCutter(64 * 1024)
        for (let at = 0; at < whole.length;) {
          const end = Math.min(whole.length, at + sizes.next().value!)
          const cut = cutter.push(whole.subarray(at, end))
          at = end
          assert.equal(cut !== undefined, at >= head.length)
          if (cut === undefined) continue
          assert.equal(cut.head.toHex(), head.toHex())
          assert.equal(concat([cut.rest, whole.subarray(at)]).toHex(), document.toHex())
          return
        }
      },
    ),
  )
})

test('a message that is too long is refused before it is whole', () => {
  const long = encodeIpp({
    version: 0x0200,
    code: 2,
    request: 1,
    groups: [{ tag: 1, attributes: [attribute('a', textValue(valueTag.text, 'x'.repeat(300)))] }],
  })
  assert.throws(() => ippCutter(200).push(long.subarray(0, 20)), FaultError)
  // Delimiters without end.
  assert.throws(() => ippCutter(200).push(new Uint8Array(300).fill(1)), FaultError)
})

test('collections have to begin and end, and not too deep', () => {
  const build = (...tags: number[]): Uint8Array =>
    encodeIpp({
      version: 0x0200,
      code: 2,
      request: 1,
      groups: [{ tag: 1, attributes: [attribute('a', ...tags.map((tag) => ({ tag, bytes: new Uint8Array() })))] }],
    })
  decodeIpp(build(0x34, 0x4a, 0x34, 0x37, 0x37))
  for (const wrong of [
    [0x34],
    [0x37],
    [0x34, 0x37, 0x37],
    Array.from({ length: 20 }, (_, i) => (i < 10 ? 0x34 : 0x37)),
  ]) {
    assert.throws(() => decodeIpp(build(...wrong)), FaultError, wrong.join(' '))
  }
})

test('texts and numbers are read in all their forms', () => {
  const named = { tag: valueTag.nameWithLanguage, bytes: Uint8Array.of(0, 2, 100, 101, 0, 2, 0x48, 0x69) }
  assert.equal(textOf(named), 'Hi')
  assert.equal(integerOf(integerValue(valueTag.integer, -5)), -5)
  assert.equal(integerOf({ tag: valueTag.integer, bytes: Uint8Array.of(1) }), undefined)
})

test('garbage gives a fault', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      attempt(() => decodeIpp(bytes))
      attempt(() => ippCutter(100).push(bytes))
    }),
  )
})
