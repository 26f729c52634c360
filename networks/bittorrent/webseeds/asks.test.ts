import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Metainfo } from '../wire/metainfo.ts'
import { runsFor } from './asks.ts'

const metainfo = {
  infoHash: `btih:${'ab'.repeat(20)}`,
  pieceLength: 100,
  originalName: 'set: one',
  originalPaths: new Map([[1, ['b?.bin']]]),
  layout: {
    name: 'set_ one',
    single: false,
    size: 300,
    files: [
      { path: ['a b'], offset: 0, size: 90 },
      { path: ['b_.bin'], offset: 90, size: 60 },
      { path: ['pad'], offset: 150, size: 50, padding: true },
      { path: ['c'], offset: 200, size: 100 },
    ],
  },
} as unknown as Metainfo

test('claims that follow each other are one run, with a request for each file and zeros for padding', () => {
  const [run, other] = runsFor(metainfo, 'http://s/x/', 'files', [
    { offset: 80, length: 100 },
    { offset: 250, length: 10 },
    { offset: 180, length: 40 },
  ])
  assert.deepEqual(run?.claims, [
    { offset: 80, length: 100 },
    { offset: 180, length: 40 },
  ])
  assert.deepEqual(run?.asks, [
    { kind: 'request', url: 'http://s/x/set%3A%20one/a%20b', range: { start: 80, end: 90 }, whole: false },
    { kind: 'request', url: 'http://s/x/set%3A%20one/b%3F.bin', range: { start: 0, end: 60 }, whole: true },
    { kind: 'zeros', length: 50 },
    { kind: 'request', url: 'http://s/x/set%3A%20one/c', range: { start: 0, end: 20 }, whole: false },
  ])
  assert.deepEqual(other?.claims, [{ offset: 250, length: 10 }])
})

test('a program that is asked for pieces gets the piece and the range within it (BEP 17)', () => {
  const [run] = runsFor(metainfo, 'http://s/seed?k=1', 'pieces', [{ offset: 90, length: 20 }])
  const hash = '%ab'.repeat(20)
  assert.deepEqual(
    run?.asks.map((ask) => (ask.kind === 'request' ? ask.url : '')),
    [
      `http://s/seed?k=1&info_hash=${hash}&piece=0&ranges=90-99`,
      `http://s/seed?k=1&info_hash=${hash}&piece=1&ranges=0-9`,
    ],
  )
})
