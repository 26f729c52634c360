import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { utf8 } from '@kith/wire/bytes.ts'
import {
  attribute,
  attributeOf,
  decodeIpp,
  encodeIpp,
  groupTag,
  integerOf,
  integerValue,
  textOf,
  textValue,
  valueTag,
  type IppAttribute,
  type IppMessage,
} from './ipp.ts'
import { fromPrinter, jobIn, jobOf, toPrinter, toProgram, type FromPrinter } from './ipp-rewrite.ts'
import { operation } from './ipp-words.ts'

const mark = 'kitchen 1a2b3c4d'
const uri = (name: string, ...texts: readonly string[]): IppAttribute =>
  attribute(name, ...texts.map((text) => textValue(valueTag.uri, text)))
const asked = (code: number, ...attributes: readonly IppAttribute[]): IppMessage => ({
  version: 0x0200,
  code,
  request: 7,
  groups: [{ tag: groupTag.operation, attributes }],
})
const answered = (tag: number, ...groups: readonly (readonly IppAttribute[])[]): IppMessage => ({
  version: 0x0200,
  code: 0,
  request: 7,
  groups: [{ tag: groupTag.operation, attributes: [] }, ...groups.map((attributes) => ({ tag, attributes }))],
})
const texts = (message: IppMessage, group: number, name: string): readonly string[] | undefined =>
  attributeOf(message, group, name)?.values.map(textOf)

function door(seen: readonly number[] = [], known: string[] = []): FromPrinter {
  return {
    id: 'ab12',
    mark,
    isPrinter: (host) => host === 'printer.lan',
    resource: (url) => known.push(url) - 1,
    sees: (job) => seen.includes(job),
  }
}

test('a request goes to the address of the printer, and says who prints', () => {
  const request = asked(
    operation.cancelJob,
    uri('printer-uri', 'ipp://localhost:5/ipp/print/x'),
    uri('job-uri', 'ipp://localhost:5/ipp/print/x/12'),
    attribute('requesting-user-name', textValue(valueTag.name, 'ann')),
  )
  assert.equal(jobOf(request), 12)
  const there = toPrinter(request, { uri: 'ipp://printer.lan/ipp/print', jobUri: 'ipp://printer.lan/jobs/9', mark })
  assert.deepEqual(texts(there, groupTag.operation, 'printer-uri'), ['ipp://printer.lan/ipp/print'])
  assert.deepEqual(texts(there, groupTag.operation, 'job-uri'), ['ipp://printer.lan/jobs/9'])
  assert.deepEqual(texts(there, groupTag.operation, 'requesting-user-name'), [`ann@${mark}`])
})

test('who does not say his name, or a long one, is marked too', () => {
  const way = { uri: 'ipp://p/', jobUri: undefined, mark }
  const nameless = toPrinter(asked(operation.printJob, uri('printer-uri', 'ipp://x/')), way)
  assert.deepEqual(texts(nameless, groupTag.operation, 'requesting-user-name'), [`somebody@${mark}`])
  const long = asked(operation.printJob, attribute('requesting-user-name', textValue(valueTag.name, '木'.repeat(85))))
  const [name = ''] = texts(toPrinter(long, way), groupTag.operation, 'requesting-user-name') ?? []
  assert.ok(name.endsWith(`@${mark}`) && utf8(name).length <= 255)
})

test('nobody makes the printer call somebody', () => {
  const request = asked(operation.printJob, uri('printer-uri', 'ipp://x/'))
  const subscribed = {
    ...request,
    groups: [...request.groups, { tag: 6, attributes: [uri('notify-recipient-uri', 'http://x/')] }],
  }
  const there = toPrinter(subscribed, { uri: 'ipp://p/', jobUri: undefined, mark })
  assert.deepEqual(
    there.groups.map(({ tag }) => tag),
    [1],
  )
})

test('an answer shows one address of the printer, which is here', () => {
  const known: string[] = []
  const answer = answered(groupTag.printer, [
    uri('printer-uri-supported', 'ipps://printer.lan/ipp/print', 'ipp://printer.lan/ipp/print'),
    attribute('uri-security-supported', textValue(valueTag.keyword, 'tls'), textValue(valueTag.keyword, 'none')),
    attribute(
      'uri-authentication-supported',
      textValue(valueTag.keyword, 'basic'),
      textValue(valueTag.keyword, 'none'),
    ),
    uri('printer-more-info', 'http://printer.lan/index.html'),
    uri('printer-more-info-manufacturer', 'http://www.example.com/'),
    uri('printer-uuid', 'urn:uuid:1'),
    uri('device-uri', 'usb://x'),
    attribute('operations-supported', integerValue(valueTag.enumeration, 2), integerValue(valueTag.enumeration, 0x12)),
  ])
  const between = fromPrinter(answer, door([], known))
  assert.deepEqual(known, ['http://printer.lan/index.html'])
  assert.equal(attributeOf(between, groupTag.printer, 'device-uri'), undefined)
  assert.deepEqual(attributeOf(between, groupTag.printer, 'operations-supported')?.values.map(integerOf), [2])
  const here = toProgram(between, 'localhost:5/ipp/print/x')
  const said = (name: string): unknown => texts(here, groupTag.printer, name)
  assert.deepEqual(said('printer-uri-supported'), ['ipp://localhost:5/ipp/print/x'])
  assert.deepEqual(said('uri-security-supported'), ['none'])
  assert.deepEqual(said('uri-authentication-supported'), ['none'])
  assert.deepEqual(said('printer-more-info'), ['http://localhost:5/ipp/print/x/web/0'])
  assert.deepEqual(said('printer-more-info-manufacturer'), ['http://www.example.com/'])
  assert.deepEqual(said('printer-uuid'), ['urn:uuid:1'])
})

test('jobs of others are not shown, and own ones are named as here', () => {
  const job = (id: number): readonly IppAttribute[] => [
    attribute('job-id', integerValue(valueTag.integer, id)),
    uri('job-uri', `ipp://printer.lan/ipp/print/${id}`),
    attribute('job-originating-user-name', textValue(valueTag.name, `ann@${mark}`)),
  ]
  const here = toProgram(fromPrinter(answered(groupTag.job, job(3), job(4)), door([4])), 'localhost:5/ipp/print/x')
  const jobs = here.groups.filter(({ tag }) => tag === groupTag.job)
  assert.deepEqual(jobs.map(jobIn), [4])
  assert.deepEqual(texts(here, groupTag.job, 'job-uri'), ['ipp://localhost:5/ipp/print/x/4'])
  assert.deepEqual(texts(here, groupTag.job, 'job-originating-user-name'), ['ann'])
})

test('a device that names another printer is not followed', () => {
  const here = toProgram(answered(groupTag.printer, [uri('printer-uri-supported', 'ipp://evil/')]), 'localhost:5/x')
  assert.deepEqual(texts(here, groupTag.printer, 'printer-uri-supported'), ['ipp://localhost:5/x'])
})

test('what has no address in it goes through to the byte', () => {
  const value = fc.record({
    tag: fc.constantFrom(0x21, 0x22, 0x30, 0x41, 0x44, 0x49, 0x7f),
    bytes: fc.uint8Array({ maxLength: 20 }),
  })
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 1, maxLength: 5 }),
      fc.stringMatching(/^x-[a-z]{1,10}$/),
      (values, name) => {
        const answer = answered(groupTag.printer, [{ name, values }])
        const bytes = encodeIpp(answer).toHex()
        assert.equal(encodeIpp(toProgram(fromPrinter(answer, door()), 'localhost:5/x')).toHex(), bytes)
        assert.equal(encodeIpp(decodeIpp(encodeIpp(answer))).toHex(), bytes)
      },
    ),
  )
})
