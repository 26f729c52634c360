import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Digest } from '@kith/core/content/digest.ts'
import { encode } from '@kith/wire/bencode.ts'
import { utf8 } from '@kith/wire/bytes.ts'
import { attempt } from '@kith/wire/fault.ts'
import { decodeHint, emptyHint } from './hint.ts'
import { bareHash, formatMagnet, magnet, torrentFile } from './links.ts'
import { parseTorrent } from './metainfo.ts'

const hex = 'c12fe1c06bba254a9dc9f519b335aa7c1367a88a'
const infoHash: Digest = `btih:${hex}`

test('a magnet link: what it asks for, and what helps to find it', () => {
  const wish = magnet.parse(
    `magnet:?xt=urn:btih:${hex.toUpperCase()}&dn=Some+%C3%BCber+file&xl=1000&tr=http%3A%2F%2Fa%2Fannounce%3Fk%3Da%2Bb` +
      '&tr.1=udp://b:80&tr=udp://b:80&ws=http://web/&x.pe=1.2.3.4:80&x.pe=[::1]:6881&x.pe=name:5&so=0,2,4-6',
  )!
  assert.deepEqual(wish.content, { digests: [infoHash], name: 'Some über file', size: 1_000 })
  assert.deepEqual(wish.select, [0, 2, 4, 5, 6])
  assert.deepEqual(decodeHint(wish.hints.bittorrent!), {
    trackers: [['http://a/announce?k=a+b'], ['udp://b:80']],
    peers: [
      { host: '1.2.3.4', port: 80 },
      { host: '::1', port: 6881 },
    ],
    webSeeds: ['http://web/'],
    httpSeeds: [],
    name: 'Some über file',
  })
})

test('an info-hash in base 32', () => {
  const base32 = 'YEX6DQDLXISUVHOJ6UM3GNNKPQJWPKEK'
  assert.deepEqual(magnet.parse(`magnet:?xt=urn:btih:${base32}`)!.content.digests, [infoHash])
  assert.deepEqual(bareHash.parse(base32.toLowerCase())!.content.digests, [infoHash])
})

test('a link for other networks holds nothing for this one; a broken one is a fault', () => {
  assert.equal(magnet.parse('magnet:?xt=urn:sha1:YEX6DQDLXISUVHOJ6UM3GNNKPQJWPKEK'), undefined)
  for (const bad of ['magnet:?xt=urn:btih:123', 'magnet:', 'http://a/']) {
    const parsed = attempt(() => magnet.parse(bad))
    assert.equal(parsed.ok ? 'ok' : parsed.fault.kind, 'input', bad)
  }
})

test('a hash alone, and what only looks like one', () => {
  assert.deepEqual(bareHash.parse(` ${hex}\n`)!.content.digests, [infoHash])
  for (const other of [hex.slice(1), `${hex}0`, 'hello world', 'g'.repeat(40), '1'.repeat(32), '']) {
    assert.equal(bareHash.parse(other), undefined, other)
  }
})

test('a choice of all files there could be is bounded, and names each once', () => {
  const select = magnet.parse(`magnet:?xt=urn:btih:${hex}&so=299999-2147483647,0-2000000000,5,5-9`)!.select!
  assert.equal(select.length, 300_000)
  assert.equal(select.at(-1), 299_999)
})

test('a torrent file becomes a wish with all that it says', () => {
  const document = encode({
    announce: 'http://a/',
    comment: 'hello',
    'creation date': 5,
    info: { name: 'one', length: 5, 'piece length': 16_384, pieces: new Uint8Array(20) },
  })
  assert.equal(torrentFile.recognise(document.subarray(0, 2)), true)
  assert.equal(torrentFile.recognise(utf8('de')), false)
  assert.equal(torrentFile.recognise(utf8('<!')), false)
  const wish = torrentFile.parse(document)
  const { info, infoHash } = parseTorrent(document)
  assert.deepEqual(wish.content, { digests: [infoHash], name: 'one', size: 5 })
  assert.deepEqual(decodeHint(wish.hints.bittorrent!), {
    ...emptyHint,
    trackers: [['http://a/']],
    info,
    name: 'one',
    comment: 'hello',
    createdAt: 5_000,
  })
})

test('a link that is made is read back the same', () => {
  const hint = {
    ...emptyHint,
    trackers: [['http://a/?x=1&y=2'], ['udp://b:80']],
    webSeeds: ['http://web/a b'],
    peers: [{ host: '::1', port: 5 }],
  }
  const content = { digests: ['sha1:00' as Digest, infoHash], name: 'a&b=c + ü', size: 7 }
  const link = formatMagnet(hint, content)
  assert.match(link, new RegExp(`^magnet:\\?xt=urn:btih:${hex}&dn=`))
  const wish = magnet.parse(link)!
  assert.deepEqual(wish.content, { ...content, digests: [infoHash] })
  const back = decodeHint(wish.hints.bittorrent!)
  assert.deepEqual(back, { ...hint, name: content.name })
})

test('without an info-hash there is no link', () => {
  const made = attempt(() => formatMagnet(emptyHint, { digests: [] }))
  assert.equal(made.ok ? undefined : made.fault.code, 'bittorrent/no-info-hash')
})
