import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { encode } from '@kith/wire/bencode.ts'
import { attempt } from '@kith/wire/fault.ts'
import { decodeFound, decodeListing, decodeWords, encodeFound, encodeListing, encodeWords } from './listing.ts'
import { formatPath, parsePath } from './listing.ts'

const name = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .filter((one) => /^[\p{L}\p{N} ._-]+$/u.test(one) && !/^\.+$/.test(one))

test('what is said comes back', () => {
  fc.assert(
    fc.property(fc.array(name), fc.array(fc.record({ name, size: fc.nat() })), (folders, files) => {
      const listing = decodeListing(encodeListing({ folders, files }))
      assert.deepEqual(JSON.parse(JSON.stringify(listing)), JSON.parse(JSON.stringify({ folders, files })))
      assert.deepEqual(parsePath(formatPath(folders)), folders)
      assert.deepEqual(decodeWords(encodeWords({ words: folders })), folders.slice(0, 32))
    }),
  )
  const found = [{ path: ['a', 'b'], size: 5, tth: new Uint8Array(24), id: new Uint8Array(32) }]
  assert.deepEqual(decodeFound(encodeFound(found)), found)
})

test('names that lead elsewhere are refused, and whatever comes is a fault at most', () => {
  for (const bad of ['', '.', '..', 'a/b', 'a\\b', 'a\0']) {
    assert.equal(attempt(() => decodeListing(encode({ folders: [bad], files: [] }))).ok, false, bad)
  }
  assert.equal(attempt(() => parsePath('%ff')).ok, false)
  assert.equal(attempt(() => parsePath('a/'.repeat(100))).ok, false)
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      for (const decode of [decodeListing, decodeFound, decodeWords]) attempt(() => decode(bytes) as unknown)
    }),
  )
})
