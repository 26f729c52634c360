import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Hit } from './hit.ts'
import { passes, seenFromHere, untold } from './parts.ts'
import type { Query } from './query.ts'

const hit: Hit = {
  content: { digests: [], size: 1_000, name: 'Film.mkv' },
  peer: { network: 'directconnect', key: 'ann', name: 'ann' },
  path: ['Videos', 'Old things', 'Film.mkv'],
}
const query: Query = { words: ['film'], phrases: ['old things'], minimumSize: 500, extensions: ['mkv'] }

test('what the network is not told is said', () => {
  const native: Query = { words: ['film', 'old', 'things'], minimumSize: 500 }
  assert.deepEqual(untold(query, { native, local: { words: [] } }), ['phrases', 'extensions'])
  assert.deepEqual(untold(query, { native: query, local: { words: [] } }), [])
})

test('hits pass only with all that was asked for', () => {
  assert.equal(passes(query, hit), true)
  assert.equal(passes({ ...query, words: ['films'] }, hit), false)
  assert.equal(passes({ ...query, without: ['videos'] }, hit), false)
  assert.equal(passes({ ...query, maximumSize: 999 }, hit), false)
  assert.equal(passes({ words: [], medium: 'video' }, hit), true)
  assert.equal(passes({ words: [], medium: 'audio' }, hit), false)
  assert.equal(passes({ words: [], medium: 'folder' }, hit), false)
  assert.equal(passes({ words: [], medium: 'folder' }, { ...hit, folder: true }), true)
})

test('a size is asked of nobody who does not tell it', () => {
  const { peer, path } = hit
  const unknown: Hit = { content: { digests: [], name: 'Film.mkv' }, peer, path: path! }
  assert.equal(passes({ words: [], minimumSize: 1 }, unknown), false)
  assert.equal(passes({ words: ['film'] }, unknown), true)
})

test('sizes and endings are checked whatever the network was asked', () => {
  const plan = { native: query, local: { words: [], phrases: ['old things'] } }
  assert.deepEqual(seenFromHere(query, plan), {
    words: [],
    phrases: ['old things'],
    minimumSize: 500,
    extensions: ['mkv'],
  })
})
