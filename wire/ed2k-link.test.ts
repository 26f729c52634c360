import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatEd2kLink, parseEd2kLink } from './ed2k-link.ts'
import type { Ed2kLink } from './ed2k-link.ts'
import { attempt } from './fault.ts'

const hash = '0123456789abcdef0123456789ABCDEF'
const aich = 'LGMWNG5CR3Z4IKQW6DB67XPQ6IA3ZJ2R'

function code(link: string): string | undefined {
  const result = attempt(() => parseEd2kLink(link))
  return result.ok ? undefined : result.fault.code
}

test('files', () => {
  const link = `ed2k://|file|A%20file%20%28x%29.bin|19456000|${hash}|p=${hash}:${hash}:${hash}|h=${aich}|s=http://w/a%20b|/|sources,1.2.3.4:4662,h.example:5:131:${hash},bad|/`
  const file = parseEd2kLink(link)
  assert.ok(file.kind === 'file')
  assert.equal(file.name, 'A file (x).bin')
  assert.equal(file.size, 19456000)
  assert.deepEqual(file.digests, [`ed2k:${hash.toLowerCase()}`, 'aich:5999669ba28ef3c42a16f0c3efddf0f201bca751'])
  assert.equal(file.parts?.length, 48)
  assert.deepEqual(file.urls, ['http://w/a%20b'])
  assert.deepEqual(file.sources, [
    { host: '1.2.3.4', port: 4662 },
    { host: 'h.example', port: 5 },
  ])
  const again = parseEd2kLink(formatEd2kLink(file))
  assert.deepEqual(again, file)
})

test('a link as eMule writes it comes out as it went in', () => {
  for (const link of [
    `ed2k://|file|name.avi|733|${hash.toUpperCase()}|/`,
    `ed2k://|file|name.avi|733|${hash.toUpperCase()}|h=${aich}|/|sources,10.0.0.1:4662|/`,
    'ed2k://|server|10.0.0.1|4661|/',
    'ed2k://|serverlist|http://host/server.met|/',
    'ed2k://|nodeslist|https://host/nodes.dat?x=%20|/',
    'ed2k://|search|some%20words|/',
  ]) {
    assert.equal(formatEd2kLink(parseEd2kLink(link)), link)
  }
})

test('bars that a browser escaped, other case, spaces around', () => {
  const file = parseEd2kLink(` ED2K://%7Cfile%7Ca.b%7C5%7C${hash}%7C/ `)
  assert.deepEqual(file, {
    kind: 'file',
    name: 'a.b',
    size: 5,
    digests: [`ed2k:${hash.toLowerCase()}`],
    urls: [],
    sources: [],
  })
  const list = parseEd2kLink('ed2k://|serverlist|http%3A%2F%2Fhost%2Fserver.met|/')
  assert.deepEqual(list, { kind: 'serverlist', url: 'http://host/server.met' })
})

test('faults of every kind', () => {
  const cases: Record<string, string> = {
    'http://x': 'ed2k-link/scheme',
    'ed2k://file|a': 'ed2k-link/scheme',
    'ed2k:': 'ed2k-link/kind',
    'ed2k://|friend|a|/': 'ed2k-link/kind',
    'ed2k://|file|/': 'ed2k-link/size',
    [`ed2k://|file||5|${hash}|/`]: 'ed2k-link/name',
    [`ed2k://|file|a|-5|${hash}|/`]: 'ed2k-link/size',
    [`ed2k://|file|a|9007199254740992|${hash}|/`]: 'ed2k-link/size',
    [`ed2k://|file|a|5|${hash}0|/`]: 'ed2k-link/hash',
    [`ed2k://|file|a|5|${hash}|h=short|/`]: 'ed2k-link/hash',
    [`ed2k://|file|a|9728000|${hash}|p=${hash}|/`]: 'ed2k-link/parts',
    [`ed2k://|file|a|5|${hash}|p=zz|/`]: 'ed2k-link/parts',
    [`ed2k://|file|a|5|${hash}|s=javascript:x|/`]: 'ed2k-link/address',
    'ed2k://|server|h|0|/': 'ed2k-link/address',
    'ed2k://|serverlist|file:///etc/passwd|/': 'ed2k-link/address',
    [`ed2k://|file|${'a'.repeat(2_000_000)}|5|${hash}|/`]: 'ed2k-link/too-long',
  }
  for (const [link, expected] of Object.entries(cases)) assert.equal(code(link), expected, link.slice(0, 100))
})

test('at most 500 sources are taken', () => {
  const file = parseEd2kLink(`ed2k://|file|a|5|${hash}|/|sources,${'1.2.3.4:5,'.repeat(600)}|/`)
  assert.ok(file.kind === 'file')
  assert.equal(file.sources.length, 500)
})

test('any text gives a fault or a link that reads the same again', () => {
  const piece = fc.constantFrom(
    'file',
    '|',
    'a',
    '5',
    hash,
    'h=',
    aich,
    'p=',
    's=http://x',
    '/',
    'sources,',
    '1.2.3.4:5',
    '%',
    '%7C',
    'server',
  )
  const whole = fc.constantFrom(`|file|a|5|${hash}|`, `|file|%|5|${hash}|h=${aich}|`, '')
  fc.assert(
    fc.property(whole, fc.array(fc.oneof(piece, fc.string({ maxLength: 3 })), { maxLength: 8 }), (start, pieces) => {
      const result = attempt((): Ed2kLink => parseEd2kLink(`ed2k://${start}${pieces.join('')}`))
      if (result.ok) assert.deepEqual(parseEd2kLink(formatEd2kLink(result.value)), result.value)
      else assert.match(result.fault.code, /^ed2k-link\//)
    }),
    { numRuns: 1000 },
  )
})
