import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findSearch, requestOf, shownOf } from './search.ts'

test('an address that anybody may have written is read with care', () => {
  assert.deepEqual(findSearch({ q: 'film', type: 'video', sort: 'size', free: true, medium: 'audio' }), {
    q: 'film',
    type: 'video',
    sort: 'size',
    free: true,
    medium: 'audio',
  })
  assert.deepEqual(findSearch({ q: 1984, id: 12, type: 'spam', sort: 'x', free: 'yes', network: {} }), {
    q: '1984',
    id: '12',
  })
  assert.deepEqual(findSearch({ q: 'x'.repeat(501) }), {})
})

test('the question and what is shown of its answers are two things', () => {
  const search = findSearch({ q: 'film', id: 'a', type: 'video', network: 'gnutella' })
  assert.deepEqual(requestOf(search), { query: 'film', medium: 'video' })
  assert.deepEqual(shownOf(search), { network: 'gnutella' })
})
