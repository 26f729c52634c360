import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { attempt } from './fault.ts'
import { BencodeDict, BencodeList, decode, decodeDict, decodePrefix, encode } from './bencode.ts'
import type { Bencoded, Encodable } from './bencode.ts'
import { compare, fromLatin1, strictText, utf8 } from './bytes.ts'

const bytes = (text: string): Uint8Array => fromLatin1(text)!

/** The views as plain values; dictionaries as maps with their keys as latin1 would lose nothing either. */
function plain(value: Bencoded): unknown {
  if (value instanceof BencodeList) return [...value].map(plain)
  if (value instanceof BencodeDict) return [...value].map(([key, value]) => [Array.from(key), plain(value)])
  return value instanceof Uint8Array ? Array.from(value) : value
}

function code(text: string, limits = {}): string | undefined {
  const result = attempt(() => decode(bytes(text), limits))
  return result.ok ? undefined : result.fault.code
}

test('decodes what BEP 3 shows', () => {
  assert.deepEqual(decode(bytes('4:spam')), bytes('spam'))
  assert.equal(decode(bytes('i3e')), 3)
  assert.equal(decode(bytes('i-3e')), -3)
  assert.equal(decode(bytes('i0e')), 0)
  assert.deepEqual(plain(decode(bytes('l4:spam4:eggse'))), [[...bytes('spam')], [...bytes('eggs')]])
  const dict = decodeDict(bytes('d3:cow3:moo4:spaml1:a1:bee'))
  assert.equal(dict.text('cow'), 'moo')
  assert.equal(dict.needList('spam').length, 2)
  assert.deepEqual(plain(decode(bytes('le'))), [])
  assert.deepEqual(plain(decode(bytes('de'))), [])
  assert.deepEqual(decode(bytes('0:')), bytes(''))
})

test('integers keep 64 bits', () => {
  assert.equal(decode(bytes('i9007199254740991e')), 9007199254740991)
  assert.equal(decode(bytes('i9007199254740992e')), 9007199254740992n)
  assert.equal(decode(bytes('i9223372036854775807e')), 2n ** 63n - 1n)
  assert.equal(decode(bytes('i-9223372036854775808e')), -(2n ** 63n))
  assert.equal(code('i9223372036854775808e'), 'bencode/too-large')
  assert.equal(code('i-9223372036854775809e'), 'bencode/too-large')
  assert.equal(code(`i1${'0'.repeat(5000)}e`), 'bencode/too-large')
})

test('raw gives the exact bytes of a dictionary or list', () => {
  const dict = decodeDict(bytes('d4:infod6:lengthi5e4:name1:ae1:xli1eee'))
  assert.deepEqual(dict.needDict('info').raw, bytes('d6:lengthi5e4:name1:ae'))
  assert.deepEqual(dict.needList('x').raw, bytes('li1ee'))
  assert.deepEqual(decodePrefix(bytes('d1:ai1eetail')).length, 8)
})

test('faults of every kind', () => {
  const cases: Record<string, string> = {
    '': 'bencode/short',
    i: 'bencode/short',
    ie: 'bencode/stray',
    'i-e': 'bencode/stray',
    'i-0e': 'bencode/zeros',
    i03e: 'bencode/zeros',
    'i 3e': 'bencode/stray',
    'i+3e': 'bencode/stray',
    'i3.e': 'bencode/stray',
    '03:abc': 'bencode/zeros',
    '00:': 'bencode/zeros',
    '4:abc': 'bencode/short',
    '4': 'bencode/short',
    '4abc': 'bencode/stray',
    '-1:a': 'bencode/stray',
    '99999999999:': 'bencode/short',
    '99999999999999999999999999999999999999999:a': 'bencode/short',
    l: 'bencode/short',
    d1: 'bencode/short',
    e: 'bencode/stray',
    'd1:ae': 'bencode/stray',
    di1ei2ee: 'bencode/key',
    'dle1:ae': 'bencode/key',
    'd1:b1:x1:a1:ye': 'bencode/unsorted',
    'd2:aa1:x1:a1:ye': 'bencode/unsorted',
    'd1:a1:x1:a1:ye': 'bencode/twice',
    'd0:1:x0:1:ye': 'bencode/twice',
    i1ei2e: 'bencode/trailing',
    x: 'bencode/stray',
  }
  for (const [text, expected] of Object.entries(cases)) assert.equal(code(text), expected, text)
})

test('unsorted keys are taken on request, and one that comes twice is not', () => {
  const dict = decodeDict(bytes('d1:bi1e1:ai2e1:ci3ee'), { unsortedKeys: true })
  assert.equal(dict.integer('a'), 2)
  assert.deepEqual(encode(dict), bytes('d1:bi1e1:ai2e1:ci3ee'))
  assert.equal(code('d1:bi1e1:ad1:xi1ee1:bi3ee', { unsortedKeys: true }), 'bencode/twice')
})

test('bombs are refused', () => {
  assert.equal(code('l'.repeat(1_000_000)), 'bencode/too-deep')
  assert.equal(code('d1:a'.repeat(100_000)), 'bencode/too-deep')
  assert.equal(code(`${'l'.repeat(128)}${'e'.repeat(128)}`), undefined)
  assert.equal(code(`l${'i1e'.repeat(100)}e`, { maxItems: 50 }), 'bencode/too-many')
  assert.equal(code('4:spam', { maxBytes: 5 }), 'bencode/too-long')
})

test('accessors give undefined or a fault that names the path', () => {
  const dict = decodeDict(bytes('d4:infod5:filesld6:length3:abceee4:name2:\xff\xfee'))
  assert.equal(dict.integer('name'), undefined)
  assert.equal(dict.text('name'), undefined)
  assert.equal(dict.integer('absent'), undefined)
  assert.deepEqual(dict.bytes('name'), Uint8Array.of(255, 254))
  const [file] = [...dict.needDict('info').needList('files').needDicts()]
  const wrong = attempt(() => file!.needInteger('length'))
  assert.equal(!wrong.ok && wrong.fault.code, 'bencode/type')
  assert.equal(!wrong.ok && wrong.fault.message, 'info.files[0].length is not an integer below 2^53')
  const missing = attempt(() => file!.needList('path'), 'input')
  assert.equal(!missing.ok && missing.fault.message, 'info.files[0].path is missing')
  assert.equal(!missing.ok && missing.fault.kind, 'input')
})

test('encodes records, maps and texts in canonical order', () => {
  assert.deepEqual(encode({ b: 1, a: [2n, 'x', Uint8Array.of(0)], none: undefined }), bytes('d1:ali2e1:x1:\0e1:bi1ee'))
  assert.deepEqual(
    encode(
      new Map([
        [Uint8Array.of(200), 1],
        [Uint8Array.of(100), 2],
      ]),
    ),
    bytes('d1:di2e1:\xc8i1ee'),
  )
  assert.deepEqual(encode('é'), bytes('2:\xc3\xa9'))
  assert.throws(() => encode(1.5), RangeError)
})

const tree = fc.letrec<{ value: Encodable }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.maxSafeInteger(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.uint8Array({ maxLength: 20 }),
    fc.string({ maxLength: 10 }),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(fc.string({ maxLength: 6 }), tie('value'), { maxKeys: 5 }),
  ),
})).value

function expected(value: Encodable): unknown {
  if (typeof value === 'string') return [...utf8(value)]
  if (value instanceof Uint8Array) return Array.from(value)
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value
  if (typeof value === 'number') return value === 0 ? 0 : value
  if (Array.isArray(value)) return value.map(expected)
  return Object.entries(value)
    .map(([key, value]) => [utf8(key), value as Encodable] as const)
    .sort(([one], [other]) => compare(one, other))
    .map(([key, value]) => [Array.from(key), expected(value)])
}

test('decode ∘ encode = id, and the encoding is canonical', () => {
  fc.assert(
    fc.property(tree, (value) => {
      const encoded = encode(value)
      const decoded = decode(encoded)
      assert.deepEqual(plain(decoded), expected(value))
      assert.deepEqual(encode(decoded), encoded)
    }),
  )
})

test('garbage gives a fault or a value whose encoding is the input', () => {
  const letter = fc.constantFrom('d', 'l', 'i', 'e', '0', '1', '2', '3', ':', '-', 'a', '1:a', '1:b', 'i1e')
  const garbage = fc.oneof(
    fc.array(letter, { maxLength: 30 }).map((letters) => bytes(letters.join(''))),
    fc.uint8Array({ maxLength: 50 }),
  )
  const rebuild = (value: Bencoded): Encodable => {
    if (value instanceof BencodeList) return [...value].map(rebuild)
    if (value instanceof BencodeDict) return new Map([...value].map(([key, value]) => [key, rebuild(value)]))
    return value
  }
  fc.assert(
    fc.property(garbage, (input) => {
      const result = attempt(() => decode(input))
      if (result.ok) assert.deepEqual(encode(rebuild(result.value)), new Uint8Array(input))
      else assert.match(result.fault.code, /^bencode\//)
      attempt(() => plain(decode(input, { unsortedKeys: true })))
    }),
    { numRuns: 2000 },
  )
})

test('a large document keeps its shape', () => {
  const files = Array.from({ length: 20_000 }, (_, i) => ({ length: i, path: ['folder', `file ${i}`] }))
  const list = decodeDict(encode({ info: { files } }))
    .needDict('info')
    .needList('files')
  assert.equal(list.length, 20_000)
  let at = 0
  for (const file of list.needDicts()) {
    assert.equal(file.integer('length'), at)
    assert.equal(strictText([...file.needList('path').needBytes()][1]!), `file ${at++}`)
  }
})
