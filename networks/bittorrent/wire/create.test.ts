import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { latin1, utf8 } from '@kith/wire/bytes.ts'
import { attempt } from '@kith/wire/fault.ts'
import { choosePieceLength, encodeInfo, encodeTorrent, torrentFileName } from './create.ts'
import { parseInfo, parseTorrent } from './metainfo.ts'

const one = { name: 'one.bin', single: true, size: 20_000, files: [{ path: ['one.bin'], offset: 0, size: 20_000 }] }
const many = {
  name: 'folder',
  single: false,
  size: 16_389,
  files: [
    { path: ['a', 'run.sh'], offset: 0, size: 10, executable: true },
    { path: ['.pad', '16374'], offset: 10, size: 16_374, padding: true },
    { path: ['b', 'grüße'], offset: 16_384, size: 5 },
    { path: ['b', 'nothing'], offset: 16_389, size: 0 },
  ],
}

test('pieces: 1,000 to 2,000 of them where 16 KiB to 16 MiB allow it', () => {
  assert.equal(choosePieceLength(1), 16_384)
  assert.equal(choosePieceLength(2_000 * 16_384), 16_384)
  assert.equal(choosePieceLength(2_000 * 16_384 + 1), 32_768)
  assert.equal(choosePieceLength(2 ** 31), 2 ** 21)
  assert.equal(choosePieceLength(2 ** 45), 2 ** 24)
  fc.assert(
    fc.property(fc.integer({ min: 2_000 * 16_384 + 1, max: 2_000 * 2 ** 24 }), (size) => {
      const count = size / choosePieceLength(size)
      assert.ok(count >= 1_000 && count <= 2_000)
    }),
  )
})

test('the info dictionary of one file, byte for byte', () => {
  const info = encodeInfo({ layout: one, pieceLength: 16_384, pieces: utf8('x'.repeat(40)), private: true })
  assert.equal(
    latin1(info),
    `d6:lengthi20000e4:name7:one.bin12:piece lengthi16384e6:pieces40:${'x'.repeat(40)}7:privatei1ee`,
  )
})

test('what is made is read back the same', () => {
  for (const layout of [one, many]) {
    const pieces = new Uint8Array(40).fill(3)
    const parsed = parseInfo(encodeInfo({ layout, pieceLength: 16_384, pieces, private: false }))
    assert.deepEqual(parsed.layout, layout)
    assert.deepEqual(parsed.pieces, pieces)
    assert.equal(parsed.private, false)
  }
})

test('a torrent keeps the exact bytes of its info dictionary, also when its keys are out of order', () => {
  const info = utf8(`d4:name1:x6:lengthi1e6:pieces20:${'a'.repeat(20)}12:piece lengthi16384ee`)
  const torrent = encodeTorrent(info, {
    trackers: [['http://a/', 'http://b/'], ['udp://c:80']],
    webSeeds: ['http://web/'],
    httpSeeds: ['http://seed/'],
    comment: 'hello',
    createdBy: 'Kith',
    createdAt: 1_700_000_000_999,
  })
  const parsed = parseTorrent(torrent)
  assert.deepEqual(parsed.info, info)
  assert.deepEqual(parsed.trackers, [['http://a/', 'http://b/'], ['udp://c:80']])
  assert.deepEqual([parsed.webSeeds, parsed.httpSeeds], [['http://web/'], ['http://seed/']])
  assert.deepEqual([parsed.comment, parsed.createdBy, parsed.createdAt], ['hello', 'Kith', 1_700_000_000_000])
  assert.match(latin1(torrent), /^d8:announce9:http:\/\/a\/13:announce-list/)
})

test('one tracker needs no list, none no announce', () => {
  const info = encodeInfo({ layout: one, pieceLength: 16_384, pieces: new Uint8Array(40), private: false })
  const nothing = { trackers: [], webSeeds: [], httpSeeds: [] }
  assert.match(
    latin1(encodeTorrent(info, { ...nothing, trackers: [['http://a/']] })),
    /^d8:announce9:http:\/\/a\/4:info/,
  )
  assert.match(latin1(encodeTorrent(info, nothing)), /^d4:info/)
})

test('nothing to give and wrong digests are refused', () => {
  const code = (layout: typeof one, pieces: number): string | undefined => {
    const made = attempt(() =>
      encodeInfo({ layout, pieceLength: 16_384, pieces: new Uint8Array(pieces), private: false }),
    )
    return made.ok ? undefined : made.fault.code
  }
  assert.equal(code({ ...one, size: 0 }, 0), 'bittorrent/create-empty')
  assert.equal(code(one, 20), 'bittorrent/create-pieces')
})

test('the file is called like what is in it', () => {
  assert.equal(torrentFileName('a/b'), 'a_b.torrent')
  assert.equal(torrentFileName('x'.repeat(255)), `${'x'.repeat(247)}.torrent`)
})
