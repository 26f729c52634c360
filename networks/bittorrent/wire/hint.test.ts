import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { utf8 } from '@kith/wire/bytes.ts'
import { attempt } from '@kith/wire/fault.ts'
import type { Hint } from './hint.ts'
import { decodeHint, emptyHint, encodeHint, mergeHints } from './hint.ts'

const full: Hint = {
  trackers: [['http://a/', 'udp://b:80'], ['https://c/']],
  peers: [
    { host: '1.2.3.4', port: 6881 },
    { host: '::1', port: 80 },
  ],
  webSeeds: ['http://web/'],
  httpSeeds: ['http://seed/'],
  info: utf8('d6:lengthi1ee'),
  name: 'grüße',
  comment: 'hello',
  createdBy: 'someone',
  createdAt: 1_700_000_000_000,
}

test('a hint comes back as it was kept', () => {
  assert.deepEqual(decodeHint(encodeHint(full)), full)
  assert.deepEqual(decodeHint(encodeHint(emptyHint)), emptyHint)
})

test('two hints become one: what was known stays in front', () => {
  const news: Hint = {
    trackers: [['https://c/', 'http://d/'], ['http://a/']],
    peers: [
      { host: '::1', port: 80 },
      { host: '::2', port: 80 },
    ],
    webSeeds: ['http://web/', 'http://web2/'],
    httpSeeds: [],
    info: utf8('other'),
    name: 'other',
  }
  const merged = mergeHints(full, news)
  assert.deepEqual(merged, {
    ...full,
    trackers: [...full.trackers, ['http://d/']],
    peers: [...full.peers, { host: '::2', port: 80 }],
    webSeeds: ['http://web/', 'http://web2/'],
  })
  assert.deepEqual(mergeHints(emptyHint, full), full)
  assert.deepEqual(mergeHints(full, full), full)
})

test('a hint of anything is read, or is a fault of the input', () => {
  const good = encodeHint(full)
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.nat(255), (at, value) => {
      const bytes = good.slice()
      bytes[at] = value
      const decoded = attempt(() => decodeHint(bytes))
      if (!decoded.ok) assert.deepEqual([decoded.fault.kind, decoded.fault.code], ['input', 'bittorrent/hint'])
      else assert.deepEqual(decodeHint(encodeHint(decoded.value)), decoded.value)
    }),
  )
})
