import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allowedFastSet } from './allowed-fast.ts'

const infoHash = new Uint8Array(20).fill(0xaa)

// The example of BEP 6.
test('the published sets for 80.4.4.200 and 1313 pieces', () => {
  const nine = [1059, 431, 808, 1217, 287, 376, 1188, 353, 508]
  assert.deepEqual(allowedFastSet('80.4.4.200', infoHash, 1313, 7), nine.slice(0, 7))
  assert.deepEqual(allowedFastSet('80.4.4.200', infoHash, 1313, 9), nine)
})

test('everyone of a network of 256 addresses has the same set', () => {
  assert.deepEqual(allowedFastSet('80.4.4.7', infoHash, 1313, 9), allowedFastSet('80.4.4.200', infoHash, 1313, 9))
})

test('no more pieces than there are, and none for other addresses', () => {
  assert.deepEqual(new Set(allowedFastSet('80.4.4.200', infoHash, 3, 10)), new Set([0, 1, 2]))
  assert.deepEqual(allowedFastSet('::1', infoHash, 100, 10), [])
  assert.deepEqual(allowedFastSet('80.4.4.200', infoHash, 0, 10), [])
})

test('the set that aria2 1.36 sent to 127.0.0.1 for a torrent of 1,024 pieces', () => {
  const torrent = Uint8Array.fromHex('f8231461504cc5068896a99a4d90224008df9c83')
  assert.deepEqual(allowedFastSet('127.0.0.1', torrent, 1_024, 6), [0x109, 0x346, 0x127, 0x1b6, 0x2bb, 0x317])
})
