import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { utf8 } from '../bytes.ts'
import { attempt } from '../fault.ts'
import { readXml } from '../xml/read.ts'
import { multistatus } from './answers.ts'
import { namesEtag, parseBasic, parseDepth, parseIf, parseLockToken, parseRange, parseTimeout } from './headers.ts'
import { formatDavPath, parseDavPath } from './names.ts'
import { parseLockWish, parsePropFind, parsePropPatch } from './questions.ts'

test('a path is read as it was written', () => {
  const name = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
    .filter((one) => one !== '.' && one !== '..' && !/[/\\\p{Cc}]/u.test(one))
  fc.assert(
    fc.property(fc.array(name, { maxLength: 5 }), fc.boolean(), (names, slash) => {
      const isFolder = slash || names.length === 0
      assert.deepEqual(parseDavPath(formatDavPath(names, isFolder)), { names, slash: isFolder })
    }),
  )
})

test('no path leads elsewhere, whatever is written', () => {
  for (const bad of [
    'a',
    '/..',
    '/a/../b',
    '/%2e%2e/b',
    '/a%2fb',
    '/a%5cb',
    '/a\\b',
    '/%00',
    '/%ff',
    '/%',
    '/a/%2e',
    `/${'a'.repeat(256)}`,
    `/${'a/'.repeat(300)}`,
  ]) {
    assert.equal(attempt(() => parseDavPath(bad)).ok, false, bad)
  }
  const piece = fc.constantFrom(
    '/',
    '..',
    '.',
    '%2e',
    '%2f',
    '%5c',
    '%00',
    'a',
    '\\',
    '%252e',
    'é',
    '?',
    '#',
    'http://h',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const read = attempt(() => parseDavPath(`/${pieces.join('')}`))
      if (read.ok) for (const one of read.value.names) assert.ok(one !== '..' && one !== '.' && !/[/\\\0]/.test(one))
    }),
  )
})

test('the conditions of If', () => {
  assert.deepEqual(parseIf('(<urn:a> ["x"]) (Not <urn:b>)'), [
    {
      conditions: [
        { not: false, token: 'urn:a' },
        { not: false, etag: '"x"' },
      ],
    },
    { conditions: [{ not: true, token: 'urn:b' }] },
  ])
  assert.deepEqual(parseIf('<http://h/a> (<urn:a>) (["y"]) </b> ([W/"z"])'), [
    { resource: 'http://h/a', conditions: [{ not: false, token: 'urn:a' }] },
    { resource: 'http://h/a', conditions: [{ not: false, etag: '"y"' }] },
    { resource: '/b', conditions: [{ not: false, etag: 'W/"z"' }] },
  ])
  for (const bad of ['', '()', '(<a>', '<a>', '(Not)', '(<a> b)', '((<a>))', '(<a>)'.repeat(300)]) {
    assert.equal(attempt(() => parseIf(bad)).ok, false, bad.slice(0, 40))
  }
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...Array.from('()<>[]"Not aW/ ')) }),
      (text) => void attempt(() => parseIf(text)),
    ),
  )
})

test('ranges, times, tags and passwords', () => {
  assert.deepEqual(parseRange('bytes=2-4', 10), { start: 2, end: 5 })
  assert.deepEqual(parseRange('bytes=-3', 10), { start: 7, end: 10 })
  assert.deepEqual(parseRange('bytes=8-', 10), { start: 8, end: 10 })
  assert.equal(parseRange('bytes=10-', 10), 'none')
  assert.equal(parseRange('bytes=4-2', 10), undefined)
  assert.equal(parseRange('bytes=0-1,3-4', 10), undefined)
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...Array.from('bytes=0123456789-, ')) }),
      fc.nat(100),
      (text, size) => {
        const range = parseRange(text, size)
        if (typeof range === 'object') assert.ok(range.start >= 0 && range.start < range.end && range.end <= size)
      },
    ),
  )
  assert.deepEqual(
    [parseTimeout('Infinite, Second-60'), parseTimeout('Second-99999999'), parseTimeout(undefined)],
    [60, 3600, 3600],
  )
  assert.deepEqual([parseDepth('0'), parseDepth('Infinity'), parseDepth(undefined)], [0, 'infinity', undefined])
  assert.equal(parseLockToken('<urn:x>'), 'urn:x')
  assert.deepEqual(parseBasic(`Basic ${utf8('änn:a:b').toBase64()}`), { name: 'änn', password: 'a:b' })
  for (const bad of [
    undefined,
    '',
    'Basic',
    'Basic !!',
    `Basic ${utf8('no colon').toBase64()}`,
    'Bearer x',
    'Basic /w==',
  ]) {
    assert.equal(parseBasic(bad), undefined)
  }
  assert.deepEqual(
    [namesEtag('"a", "b"', '"b"'), namesEtag('*', undefined), namesEtag('W/"b"', '"b"')],
    [true, false, true],
  )
})

test('questions', () => {
  const d = (inside: string): Uint8Array => utf8(inside.replace('>', ' xmlns="DAV:" xmlns:x="urn:x">'))
  assert.deepEqual(parsePropFind(new Uint8Array()), { kind: 'all', also: [] })
  assert.deepEqual(parsePropFind(d('<propfind><prop><getetag/><x:b/></prop></propfind>')), {
    kind: 'some',
    names: [
      { namespace: 'DAV:', name: 'getetag' },
      { namespace: 'urn:x', name: 'b' },
    ],
  })
  assert.equal(parsePropFind(d('<propfind><propname/></propfind>')).kind, 'names')
  const changes = parsePropPatch(
    d('<propertyupdate><set><prop><x:a>1</x:a></prop></set><remove><prop><x:b/></prop></remove></propertyupdate>'),
  )
  assert.deepEqual(
    changes.map(({ kind, property }) => [kind, property.name]),
    [
      ['set', 'a'],
      ['remove', 'b'],
    ],
  )
  const wish = '<lockinfo><lockscope><shared/></lockscope><locktype><write/></locktype><owner>me</owner></lockinfo>'
  assert.equal(parseLockWish(d(wish))?.scope, 'shared')
  assert.equal(parseLockWish(new Uint8Array()), undefined)
  for (const bad of ['<propfind></propfind>', '<lockinfo></lockinfo>', '<other></other>']) {
    assert.equal(attempt(() => parsePropFind(d(bad))).ok, false)
    assert.equal(attempt(() => parseLockWish(d(bad))).ok, false)
    assert.equal(attempt(() => parsePropPatch(d(bad))).ok, false)
  }
})

test('an answer is a document, whatever names are in it', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (href, namespace) => {
      const found = [{ status: 404, properties: [{ namespace, name: 'x', xml: '' }] }]
      assert.equal(readXml(multistatus([{ href, found }])).name, 'multistatus')
    }),
  )
})
