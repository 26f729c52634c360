import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { lossyText, utf8 } from '../bytes.ts'
import { attempt } from '../fault.ts'
import type { XmlElement, XmlNode } from './element.ts'
import { readXml } from './read.ts'
import { writeXml } from './write.ts'

const name = fc.stringMatching(/^[A-Za-z_][-A-Za-z0-9_.]{0,8}$/).filter((one) => !/^xml/i.test(one))
const text = fc.string({ unit: 'grapheme', maxLength: 20 }).map((one) => one.replaceAll(/[\p{Cc}\ufffe\uffff]/gu, '~'))
const namespace = fc.constantFrom('', 'DAV:', 'http://example.org/ns', 'urn:x&"<')

function element(depth: number): fc.Arbitrary<XmlElement> {
  const inside: fc.Arbitrary<XmlNode> = depth === 0 ? text : fc.oneof(text, element(depth - 1))
  return fc.record({
    namespace,
    name,
    attributes: fc.uniqueArray(fc.record({ namespace, name, value: text }), {
      maxLength: 3,
      selector: (one) => `${one.namespace} ${one.name}`,
    }),
    // Texts beside each other are one text, and an empty one is none.
    children: fc
      .array(inside, { maxLength: 4 })
      .map((all) =>
        all.filter((one, index) => one !== '' && !(typeof one === 'string' && typeof all[index - 1] === 'string')),
      ),
  })
}

test('what is written is read as it was', () => {
  fc.assert(fc.property(element(3), (one) => assert.deepEqual(readXml(utf8(writeXml(one))), normal(one))))
})

/** Beside an element that holds texts only some may have been left out; those that are left stand together. */
function normal(one: XmlElement): XmlElement {
  const children: XmlNode[] = []
  for (const child of one.children) {
    const last = children.at(-1)
    if (typeof child === 'string' && typeof last === 'string') children[children.length - 1] = last + child
    else children.push(typeof child === 'string' ? child : normal(child))
  }
  return { ...one, attributes: one.attributes.map((each) => ({ ...each })), children }
}

test('whatever comes, it is a document or a fault', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void attempt(() => readXml(bytes))))
  const pieces = fc.constantFrom(
    '<a',
    '>',
    '</a>',
    '/>',
    ' x="',
    '"',
    '&amp;',
    '&#x41;',
    '<!--',
    '-->',
    '<![CDATA[',
    ']]>',
    'xmlns:p="u"',
    '<p:b>',
    '<?x',
    '?>',
    't',
  )
  fc.assert(fc.property(fc.array(pieces, { maxLength: 20 }), (all) => void attempt(() => readXml(utf8(all.join(''))))))
})

test('entities, types and bombs are refused', () => {
  for (const bad of [
    '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
    '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
    '<a>&x;</a>',
    '<a>& b</a>',
    '<a><!ELEMENT b></a>',
    '<a b="<"/>',
    '<a x="1" x="2"/>',
    '<a xmlns:p="u" xmlns:q="u" p:x="1" q:x="2"/>',
    '<a xmlns:p=""/>',
    '<p:a/>',
    '<a></b>',
    '<a/><a/>',
    '<a>&#0;</a>',
    '<a>&#xd800;</a>',
    '',
    'text',
    '<a'.repeat(10),
    `${'<a>'.repeat(100)}${'</a>'.repeat(100)}`,
    `<a>${'<b/>'.repeat(5_000)}</a>`,
  ]) {
    assert.equal(attempt(() => readXml(utf8(bad))).ok, false, bad.slice(0, 80))
  }
})

test('namespaces, sections, comments and other encodings', () => {
  const read = readXml(
    utf8('\ufeff<?xml version="1.0"?><!-- x --><D:a xmlns:D="DAV:" xmlns="u"><b D:c="&lt;"/>x<![CDATA[<y>]]>z</D:a> '),
  )
  assert.deepEqual(read, {
    namespace: 'DAV:',
    name: 'a',
    attributes: [],
    children: [
      { namespace: 'u', name: 'b', attributes: [{ namespace: 'DAV:', name: 'c', value: '<' }], children: [] },
      'x<y>z',
    ],
  })
  const wide = new Uint8Array([
    0xff,
    0xfe,
    ...new Uint8Array(new Uint16Array(Array.from('<a>ü</a>').map((one) => one.charCodeAt(0))).buffer),
  ])
  assert.deepEqual(readXml(wide).children, ['ü'])
  assert.equal(attempt(() => readXml(new Uint8Array([0x3c, 0x61, 0xff, 0x2f, 0x3e]))).ok, false)
  assert.equal(
    lossyText(utf8(writeXml({ namespace: '', name: 'a', attributes: [], children: ['\0'] }))),
    '<a>\ufffd</a>',
  )
})
