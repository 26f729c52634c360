import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FaultError } from '@kith/core/fault/fault.ts'
import { encode } from '@kith/wire/bencode.ts'
import { attempt } from '@kith/wire/fault.ts'
import { attribute, integerValue, textValue, valueTag } from './ipp.ts'
import { decodePrinters, encodePrinters, hostsIn, printerFacts } from './printers.ts'

const word = fc.stringMatching(/^[a-z][a-z/-]{0,20}[a-z]$/)
const printer = fc.record(
  {
    id: fc.uint8Array({ minLength: 8, maxLength: 8 }).map((bytes) => bytes.toHex()),
    name: fc.constantFrom('Pine', 'Kiefer im Büro', '松'),
    model: fc.constantFrom('', 'Model 5'),
    location: fc.constantFrom('', 'hall'),
    state: fc.constantFrom('idle' as const, 'printing' as const, 'stopped' as const, 'away' as const),
    reasons: fc.array(word, { maxLength: 5 }),
    color: fc.boolean(),
    duplex: fc.boolean(),
    formats: fc.array(word, { maxLength: 5 }),
    uuid: fc.constantFrom('', 'urn:uuid:5'),
  },
  { noNullPrototype: true },
)

test('printers come back as they were told', () => {
  fc.assert(
    fc.property(fc.array(printer, { maxLength: 5 }), (all) =>
      assert.deepEqual(decodePrinters(encodePrinters(all)), all),
    ),
  )
})

test('a printer without a right name is refused, and a state of later is none to worry about', () => {
  const told = { id: new Uint8Array(8), name: 'a', state: 'idle', color: 0, duplex: 0 }
  assert.equal(decodePrinters(encode({ printers: [{ ...told, state: 'on fire' }] }))[0]?.state, 'idle')
  assert.throws(() => decodePrinters(encode({ printers: [{ ...told, id: new Uint8Array(7) }] })), FaultError)
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void attempt(() => decodePrinters(bytes))))
})

test('what a printer says of itself is read', () => {
  const texts = (name: string, tag: number, ...all: readonly string[]) =>
    attribute(name, ...all.map((text) => textValue(tag, text)))
  const facts = printerFacts([
    texts('printer-name', valueTag.name, 'pine'),
    texts('printer-info', valueTag.text, 'Pine\u202e in the hall'),
    attribute('printer-state', integerValue(valueTag.enumeration, 5)),
    texts('printer-state-reasons', valueTag.keyword, 'media-empty-error', 'none'),
    attribute('color-supported', { tag: valueTag.boolean, bytes: Uint8Array.of(1) }),
    texts('sides-supported', valueTag.keyword, 'one-sided', 'two-sided-long-edge'),
    texts('document-format-supported', valueTag.mediaType, 'application/pdf'),
    texts('printer-uuid', valueTag.uri, 'urn:uuid:AB'),
  ])
  assert.deepEqual(facts, {
    name: 'Pine  in the hall',
    model: '',
    location: '',
    state: 'stopped',
    reasons: ['media-empty-error'],
    color: true,
    duplex: true,
    formats: ['application/pdf'],
    uuid: 'urn:uuid:ab',
  })
  const uri = texts('printer-uri-supported', valueTag.uri, 'ipps://printer.lan:631/ipp/print', 'garbage')
  assert.deepEqual(hostsIn({ version: 0, code: 0, request: 0, groups: [{ tag: 4, attributes: [uri] }] }), [
    'printer.lan',
  ])
})
