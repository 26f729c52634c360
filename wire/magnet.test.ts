import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digestSizes } from '@kith/core/content/digest.ts'
import type { Algorithm, Digest } from '@kith/core/content/digest.ts'
import fc from 'fast-check'
import { base32 } from './bytes.ts'
import { attempt } from './fault.ts'
import { formatMagnet, parseMagnet } from './magnet.ts'
import type { Magnet } from './magnet.ts'

const hex40 = '0123456789abcdef0123456789abcdef01234567'
const b32of40 = base32(Uint8Array.fromHex(hex40))
const tth = 'LWPNACQDBZRYXW3VHJVCJ64QBZNGHOHHHZWCLNQ'
const tthHex = Uint8Array.from({ length: 24 })

function code(link: string): string | undefined {
  const result = attempt(() => parseMagnet(link))
  return result.ok ? undefined : result.fault.code
}

const parsed = (query: string): Magnet => parseMagnet(`magnet:?${query}`)

test('every urn', () => {
  const urns: Record<string, readonly string[]> = {
    [`urn:btih:${hex40}`]: [`btih:${hex40}`],
    [`urn:btih:${hex40.toUpperCase()}`]: [`btih:${hex40}`],
    [`urn:btih:${b32of40}`]: [`btih:${hex40}`],
    [`URN:BTIH:${b32of40.toLowerCase()}`]: [`btih:${hex40}`],
    [`urn:btmh:1220${'ab'.repeat(32)}`]: [`btmh:${'ab'.repeat(32)}`],
    [`urn:sha1:${b32of40}`]: [`sha1:${hex40}`],
    [`urn:aich:${b32of40}`]: [`aich:${hex40}`],
    [`urn:ed2k:${'1F'.repeat(16)}`]: [`ed2k:${'1f'.repeat(16)}`],
    [`urn:ed2khash:${'1f'.repeat(16)}`]: [`ed2k:${'1f'.repeat(16)}`],
    [`urn:md5:${'1f'.repeat(16)}`]: [`md5:${'1f'.repeat(16)}`],
    [`urn:sha256:${'1f'.repeat(32)}`]: [`sha256:${'1f'.repeat(32)}`],
    [`urn:tree:tiger:${base32(tthHex)}`]: [`tth:${'00'.repeat(24)}`],
    [`urn:tree:tiger/:${base32(tthHex)}`]: [`tth:${'00'.repeat(24)}`],
    [`urn:bitprint:${b32of40}.${base32(tthHex)}`]: [`sha1:${hex40}`, `tth:${'00'.repeat(24)}`],
  }
  for (const [urn, digests] of Object.entries(urns)) {
    assert.deepEqual(parsed(`xt=${urn}`).digests, digests, urn)
    assert.deepEqual(parsed(`xt.1=${encodeURIComponent(urn)}`).digests, digests, urn)
  }
})

test('what names nothing is kept, and a link of nothing else is refused', () => {
  const known = `xt=urn:btih:${hex40}`
  for (const urn of [
    'urn:kzhash:abcd',
    `urn:btih:${hex40}0`,
    'urn:btih:',
    `urn:btmh:1114${hex40}`,
    `urn:bitprint:${b32of40}`,
    `urn:bitprint:${b32of40}.${tth}.x`,
    `urn:constructor:${hex40}`,
    'urn',
  ]) {
    assert.equal(code(`magnet:?xt=${urn}`), 'magnet/empty', urn)
    assert.deepEqual(parsed(`${known}&xt=${urn}`).others, [['xt', urn]])
  }
  assert.equal(code('magnet:'), 'magnet/empty')
  assert.equal(code('magnet:?dn=name&tr=http://tracker/'), 'magnet/empty')
  assert.equal(code('magnet:?kt=some+words'), undefined)
})

test('several digests are one content, several contents are a fault', () => {
  const both = parsed(`xt=urn:btih:${hex40}&xt=urn:btih:${b32of40}&xt.2=urn:tree:tiger:${tth}`)
  assert.deepEqual(
    both.digests.map((digest) => digest.split(':')[0]),
    ['btih', 'tth'],
  )
  assert.equal(code(`magnet:?xt=urn:btih:${hex40}&xt=urn:btih:${'0'.repeat(40)}`), 'magnet/several')
  assert.equal(code(`magnet:?xt=urn:bitprint:${b32of40}.${tth}&xt=urn:sha1:${'A'.repeat(32)}`), 'magnet/several')
})

test('every other parameter', () => {
  const magnet = parsed(
    `xt=urn:btih:${hex40}&dn=two+words%2B%C3%A9&xl=123&tr=udp%3A%2F%2Ft.example%3A80&tr.1=http://u/a?x=1+2` +
      '&ws=http%3A%2F%2Fw%2F&xs=urn:x:y&as=http://as/&x.pe=1.2.3.4:5&x.pe=[::1]:6&x.pe=peer.example:7' +
      '&so=0,2,4-8&kt=a+b&mt=http://m/&x=1&foo',
  )
  assert.deepEqual(magnet, {
    digests: [`btih:${hex40}`],
    name: 'two words+é',
    size: 123,
    trackers: ['udp://t.example:80', 'http://u/a?x=1+2'],
    webSeeds: ['http://w/'],
    exactSources: ['urn:x:y'],
    acceptableSources: ['http://as/'],
    peers: [
      { host: '1.2.3.4', port: 5 },
      { host: '::1', port: 6 },
      { host: 'peer.example', port: 7 },
    ],
    select: [
      { first: 0, last: 0 },
      { first: 2, last: 2 },
      { first: 4, last: 8 },
    ],
    keywords: 'a b',
    manifests: ['http://m/'],
    others: [
      ['x', '1'],
      ['foo', ''],
    ],
  })
})

test('values that make no sense are kept among the others', () => {
  for (const pair of [
    ['xl', '-1'],
    ['xl', '9007199254740992'],
    ['xl', '1e3'],
    ['so', '3-1'],
    ['so', '1,,2'],
    ['so', '4294967296'],
    ['x.pe', 'host'],
    ['x.pe', 'host:0'],
    ['x.pe', 'host:65536'],
    ['x.pe', '[::1:5'],
    ['dn', ''],
  ] as const) {
    assert.deepEqual(parsed(`xt=urn:btih:${hex40}&${pair.join('=')}`).others, [pair])
  }
})

test('links as people paste them', () => {
  assert.equal(parseMagnet(` MAGNET:?dn=a&amp;xt=urn:btih:${hex40}\n`).name, 'a')
  assert.equal(parseMagnet(`magnet:xt=urn:btih:${hex40}&dn=100%`).name, '100%')
  assert.equal(parseMagnet(`magnet:?xt=urn:btih:${hex40}&dn=%E9%zz`).name, '�%zz')
  assert.equal(code('http://x/'), 'magnet/scheme')
  assert.equal(code(`magnet:?xt=urn:btih:${hex40}&dn=${'x'.repeat(70_000)}`), 'magnet/too-long')
  const fault = attempt(() => parseMagnet('magnet:?'))
  assert.equal(!fault.ok && fault.fault.kind, 'input')
})

test('formats what other programs read', () => {
  const digests: Digest[] = [`btih:${hex40}`, `sha1:${hex40}`, `tth:${'00'.repeat(24)}`, `btpr:${'00'.repeat(32)}`]
  assert.equal(
    formatMagnet({ digests, name: 'a b', size: 5, trackers: ['http://t/a'], select: [{ first: 1, last: 3 }] }),
    `magnet:?xt=urn:btih:${hex40}&xt=urn:sha1:${b32of40}&xt=urn:tree:tiger:${'A'.repeat(39)}` +
      `&xt=urn:bitprint:${b32of40}.${'A'.repeat(39)}&dn=a%20b&xl=5&tr=http%3A%2F%2Ft%2Fa&so=1-3`,
  )
})

const algorithms = Object.keys(digestSizes).filter((name) => name !== 'btpr' && name !== 'kith') as Algorithm[]
const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }).map((text) => text.toWellFormed())
const texts = fc.uniqueArray(text, { maxLength: 3 })
const digests = fc.uniqueArray(fc.constantFrom(...algorithms), { minLength: 1 }).chain((names) =>
  fc.tuple(
    ...names.map((name) =>
      fc.uint8Array({ minLength: digestSizes[name], maxLength: digestSizes[name] }).map((bytes): Digest => {
        return `${name}:${bytes.toHex()}`
      }),
    ),
  ),
)
const port = fc.integer({ min: 1, max: 65535 })
const magnets = fc.record(
  {
    digests,
    name: text,
    size: fc.maxSafeNat(),
    trackers: texts,
    webSeeds: texts,
    exactSources: texts,
    acceptableSources: texts,
    manifests: texts,
    peers: fc.array(fc.record({ host: fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain()), port }, { noNullPrototype: true })),
    select: fc.array(
      fc.tuple(fc.nat(1000), fc.nat(1000)).map(([first, more]) => ({ first, last: first + more })),
      { minLength: 1 },
    ),
    keywords: text,
    others: fc.array(
      fc.tuple(
        text.map((name) => `x-${name}`),
        text,
      ),
    ),
  },
  {
    noNullPrototype: true,
    requiredKeys: [
      'digests',
      'trackers',
      'webSeeds',
      'exactSources',
      'acceptableSources',
      'manifests',
      'peers',
      'others',
    ],
  },
)

test('parse ∘ format = id', () => {
  fc.assert(fc.property(magnets, (magnet) => assert.deepEqual(parseMagnet(formatMagnet(magnet)), magnet)))
})

test('any text gives a fault or a link that reads the same again', () => {
  const piece = fc.constantFrom(
    'xt=',
    'urn:btih:',
    hex40,
    tth,
    '&',
    'so=1-',
    'dn=',
    '%',
    '%2',
    '%41',
    '+',
    'x.pe=a:1',
    '1',
  )
  const anything = fc.oneof(
    fc.string(),
    fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
  )
  fc.assert(
    fc.property(anything, (text) => {
      const result = attempt(() => parseMagnet(`magnet:?${text}`))
      if (result.ok) assert.deepEqual(parseMagnet(formatMagnet(result.value)), result.value)
      else assert.match(result.fault.code, /^magnet\//)
    }),
    { numRuns: 500 },
  )
})
