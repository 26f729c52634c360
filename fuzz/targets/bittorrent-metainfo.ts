import { decodeHint, emptyHint, encodeHint, mergeHints } from '@kith/bittorrent/wire/hint.ts'
import { bareHash, formatMagnet, magnet } from '@kith/bittorrent/wire/links.ts'
import { parseInfo, parseTorrent } from '@kith/bittorrent/wire/metainfo.ts'
import { encode } from '@kith/wire/bencode.ts'
import { lossyText, utf8 } from '@kith/wire/bytes.ts'
import { attempt } from '@kith/wire/fault.ts'
import type { FuzzTarget } from '../target.ts'

const pieces = new Uint8Array(40).fill(1)
const single = { name: 'one.bin', length: 20_000, 'piece length': 16_384, pieces, private: 1 }
const multi = {
  name: 'folder',
  'piece length': 16_384,
  pieces,
  files: [
    { length: 100, path: ['a', 'run.sh'], attr: 'x' },
    { length: 16_284, path: ['.pad', '16284'], attr: 'p' },
    { length: 5, path: ['..', 'con', 'A.'], 'path.utf-8': ['..', 'grüße'] },
    { length: 0, path: ['a', 'RUN.sh'] },
    { length: 9, path: ['link'], attr: 'l', 'symlink path': ['..', 'x'] },
  ],
}

/** Whatever is accepted has only paths that lead nowhere else, and a proof that fits. */
function check(parse: () => ReturnType<typeof parseInfo>): void {
  const parsed = attempt(parse)
  if (!parsed.ok) {
    if (parsed.fault.kind !== 'input') throw new Error(`a torrent is never a peer's fault: ${parsed.fault.code}`)
    return
  }
  const { layout, pieceLength, pieces } = parsed.value
  if (Math.ceil(layout.size / pieceLength) * 20 !== pieces.length) throw new Error('the proof does not fit')
  let end = 0
  const seen = new Set<string>()
  for (const { path, offset, size, padding } of layout.files) {
    if (offset !== end) throw new Error('files do not follow each other')
    end += size
    for (const name of path) {
      // oxlint-disable-next-line no-control-regex
      if (/^\.{0,2}$|[/\\\u0000-\u001f]|[. ]$/.test(name) || utf8(name).length > 255) throw new Error(`unsafe: ${name}`)
    }
    if (padding === true) continue
    const key = path.join('/').toLowerCase()
    if (seen.has(key)) throw new Error(`twice: ${key}`)
    seen.add(key)
  }
  if (end !== layout.size) throw new Error('the files do not add up')
}

const metainfo: FuzzTarget = {
  name: 'bittorrent-metainfo',
  seeds: [
    encode({
      announce: 'http://a/',
      'announce-list': [['http://a/'], ['udp://b:1']],
      'url-list': ['http://w/'],
      info: single,
    }),
    encode({ nodes: [['host', 6881]], comment: 'c', 'creation date': 1, httpseeds: ['http://h/'], info: multi }),
    encode(single),
    encode(multi),
    utf8('d4:infod4:name1:x6:lengthi9223372036854775807eee'),
  ],
  run(input) {
    check(() => parseTorrent(input))
    check(() => parseInfo(input))
  },
}

const links: FuzzTarget = {
  name: 'bittorrent-links',
  seeds: [
    'magnet:?xt=urn:btih:c12fe1c06bba254a9dc9f519b335aa7c1367a88a&dn=name&tr=udp://b:80&x.pe=1.2.3.4:5&so=0,3-9&ws=http://w/',
    'magnet:?xt=urn:btih:YEX6DQDLXISUVHOJ6UM3GNNKPQJWPKEK&xl=5&so=0-2147483647',
    'c12fe1c06bba254a9dc9f519b335aa7c1367a88a',
  ].map(utf8),
  run(input) {
    const text = lossyText(input)
    for (const kind of [magnet, bareHash]) {
      const parsed = attempt(() => kind.parse(text))
      if (!parsed.ok || parsed.value === undefined) continue
      const { content, hints } = parsed.value
      const again = magnet.parse(formatMagnet(decodeHint(hints.bittorrent!), content))
      if (again?.content.digests[0] !== content.digests[0]) throw new Error('the link does not come back')
    }
  },
}

const hints: FuzzTarget = {
  name: 'bittorrent-hint',
  seeds: [
    encodeHint(emptyHint),
    encodeHint({
      trackers: [['http://a/'], ['udp://b:1', 'http://c/']],
      peers: [{ host: '::1', port: 5 }],
      webSeeds: ['http://w/'],
      httpSeeds: [],
      info: encode(single),
      name: 'one',
      createdAt: 1_000,
    }),
  ],
  run(input) {
    const decoded = attempt(() => decodeHint(input))
    if (!decoded.ok) return
    const once = encodeHint(mergeHints(decoded.value, decoded.value))
    if (encodeHint(decodeHint(once)).toHex() !== once.toHex()) throw new Error('the hint does not come back')
  },
}

const targets: readonly FuzzTarget[] = [metainfo, links, hints]
export default targets
