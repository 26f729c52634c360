import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Encodable } from '@kith/wire/bencode.ts'
import { encode } from '@kith/wire/bencode.ts'
import { concat, utf8 } from '@kith/wire/bytes.ts'
import { attempt } from '@kith/wire/fault.ts'
import { hash } from '@kith/wire/hash/sha.ts'
import { parseInfo, parseTorrent } from './metainfo.ts'

type Dictionary = Readonly<Record<string, Encodable | undefined>>

const pieces = new Uint8Array(20).fill(7)
const single: Dictionary = { name: 'one.bin', length: 425, 'piece length': 16_384, pieces }

function torrent(info: Encodable, around: Dictionary = {}): Uint8Array {
  return encode({ ...around, info })
}

function multi(files: Encodable, size = 425, more: Dictionary = {}): Dictionary {
  return {
    name: 'folder',
    files,
    'piece length': 16_384,
    pieces: new Uint8Array(Math.ceil(size / 16_384) * 20),
    ...more,
  }
}

function paths(files: readonly (readonly string[])[]): string[] {
  const parsed = parseInfo(encode(multi(files.map((path, at) => ({ length: at === 0 ? 425 : 0, path })))))
  return parsed.layout.files.map((file) => file.path.join('/'))
}

function code(bytes: Uint8Array): string | undefined {
  const result = attempt(() => parseTorrent(bytes))
  if (result.ok) return undefined
  assert.equal(result.fault.kind, 'input')
  return result.fault.code
}

test('a file: its bytes, its proof, and the hash of its exact info dictionary', () => {
  const info = utf8(`d6:lengthi425e4:name7:one.bin12:piece lengthi16384e6:pieces20:${'a'.repeat(20)}e`)
  const parsed = parseTorrent(concat([utf8('d8:announce14:http://t/x?a=b4:info'), info, utf8('e\n')]))
  assert.equal(parsed.infoHash, `btih:${hash('sha1', info).toHex()}`)
  assert.deepEqual(parsed.info, info)
  assert.deepEqual(parsed.layout, {
    name: 'one.bin',
    single: true,
    size: 425,
    files: [{ path: ['one.bin'], offset: 0, size: 425 }],
  })
  assert.deepEqual(parsed.proof, {
    start: 0,
    end: 425,
    leaf: 16_384,
    algorithm: 'sha1',
    expected: utf8('a'.repeat(20)),
    digestSize: 20,
  })
  assert.equal(parsed.private, false)
  assert.deepEqual(parsed.trackers, [['http://t/x?a=b']])
})

test('keys out of order do not change the info-hash', () => {
  const info = utf8(`d4:name1:x6:lengthi1e6:pieces20:${'a'.repeat(20)}12:piece lengthi16384ee`)
  assert.equal(parseInfo(info).infoHash, `btih:${hash('sha1', info).toHex()}`)
})

test('files with attributes: padding, executables, links', () => {
  const files = [
    { length: 100, path: ['a', 'run.sh'], attr: 'x' },
    { length: 16_284, path: ['.pad', '16284'], attr: 'p' },
    { length: 77, path: ['link'], attr: 'l', 'symlink path': ['..', '..', 'etc', 'passwd'] },
    { length: 0, path: ['empty'], attr: 'h' },
    { length: 5, path: ['b'] },
    { length: 6, attr: 'p' },
  ]
  const { layout, pieceCount } = parseInfo(encode(multi(files, 16_395)))
  assert.equal(pieceCount, 2)
  assert.deepEqual(layout.files, [
    { path: ['a', 'run.sh'], offset: 0, size: 100, executable: true },
    { path: ['.pad', '16284'], offset: 100, size: 16_284, padding: true },
    { path: ['link'], offset: 16_384, size: 0, padding: true },
    { path: ['empty'], offset: 16_384, size: 0 },
    { path: ['b'], offset: 16_384, size: 5 },
    { path: ['.pad', '6'], offset: 16_389, size: 6, padding: true },
  ])
})

test('everything around the info dictionary', () => {
  const parsed = parseTorrent(
    torrent(
      { ...single, private: 1, source: 'SRC' },
      {
        announce: 'udp://ignored:1',
        'announce-list': [['http://a/', 'http://b/'], [], ['http://a/', 'udp://c:80']],
        'url-list': 'http://web/one.bin',
        httpseeds: ['http://seed/'],
        nodes: [
          ['router.example', 6881],
          ['1.2.3.4', 0],
        ],
        'comment.utf-8': 'grüße',
        comment: 'gr??e',
        'created by': 'maker 1.0',
        'creation date': 1_700_000_000,
      },
    ),
  )
  assert.deepEqual(parsed.trackers, [['http://a/', 'http://b/'], ['udp://c:80']])
  assert.deepEqual(parsed.webSeeds, ['http://web/one.bin'])
  assert.deepEqual(parsed.httpSeeds, ['http://seed/'])
  assert.deepEqual(parsed.nodes, [{ host: 'router.example', port: 6881 }])
  assert.equal(parsed.comment, 'grüße')
  assert.equal(parsed.createdBy, 'maker 1.0')
  assert.equal(parsed.createdAt, 1_700_000_000_000)
  assert.equal(parsed.private, true)
  assert.equal(parsed.source, 'SRC')
})

test('trackers: a flat list, rubbish among them, and more than anybody needs', () => {
  const trackers = (value: Encodable): unknown =>
    parseTorrent(torrent(single, { announce: 'http://x/', 'announce-list': value })).trackers
  assert.deepEqual(trackers(['http://a/', 'http://b/']), [['http://a/'], ['http://b/']])
  assert.deepEqual(trackers([[1, ['http://a/'], '', ' http://b/ ', 'http://a\tb/']]), [['http://b/']])
  assert.deepEqual(trackers([]), [['http://x/']])
  assert.deepEqual(trackers(7), [['http://x/']])
  const many = trackers([Array.from({ length: 9_999 }, (_, at) => `http://t${at}/`)]) as string[][]
  assert.equal(many.flat().length, 256)
})

test('a hybrid torrent is read as version 1, a torrent of version 2 alone is refused', () => {
  const v2 = { 'meta version': 2, 'file tree': { x: { '': { length: 425, 'pieces root': new Uint8Array(32) } } } }
  assert.equal(parseTorrent(torrent({ ...single, ...v2 })).layout.size, 425)
  assert.equal(code(torrent({ name: 'one.bin', 'piece length': 16_384, ...v2 })), 'bittorrent/version-2')
})

const dictionaries: readonly [name: string, info: Encodable, code: string][] = [
  ['no name', { ...single, name: undefined }, 'bittorrent/metainfo-name'],
  ['a name that is a number', { ...single, name: 5 }, 'bittorrent/metainfo-name'],
  ['no piece length', { ...single, 'piece length': undefined }, 'bittorrent/metainfo-piece-length'],
  ['piece length 0', { ...single, 'piece length': 0 }, 'bittorrent/metainfo-piece-length'],
  ['a negative piece length', { ...single, 'piece length': -16_384 }, 'bittorrent/metainfo-piece-length'],
  ['a piece length over 512 MiB', { ...single, 'piece length': 2 ** 29 + 1 }, 'bittorrent/metainfo-piece-length'],
  ['no pieces', { ...single, pieces: undefined }, 'bittorrent/metainfo-pieces'],
  ['a list of pieces', { ...single, pieces: [pieces] }, 'bittorrent/metainfo-pieces'],
  ['half a digest', { ...single, pieces: new Uint8Array(30) }, 'bittorrent/metainfo-pieces'],
  ['too many pieces', { ...single, pieces: new Uint8Array(40) }, 'bittorrent/metainfo-pieces'],
  ['too few pieces', { ...single, length: 16_385 }, 'bittorrent/metainfo-pieces'],
  ['no length', { ...single, length: undefined }, 'bittorrent/metainfo-size'],
  ['no byte', { ...single, length: 0, pieces: new Uint8Array(0) }, 'bittorrent/metainfo-size'],
  ['a negative length', { ...single, length: -1 }, 'bittorrent/metainfo-size'],
  ['a length of 2^53', { ...single, length: 2n ** 53n }, 'bittorrent/metainfo-size'],
  ['a length of 2^63-1', { ...single, length: 2n ** 63n - 1n }, 'bittorrent/metainfo-size'],
  ['no files', multi([]), 'bittorrent/metainfo-size'],
  ['only empty files', multi([{ length: 0, path: ['a'] }], 0), 'bittorrent/metainfo-size'],
  ['only padding', multi([{ length: 425, path: ['a'], attr: 'p' }]), 'bittorrent/metainfo-size'],
  ['a file that is a text', multi(['a']), 'bittorrent/metainfo-files'],
  ['a file without path', multi([{ length: 425 }]), 'bittorrent/metainfo-name'],
  ['an empty path', multi([{ length: 425, path: [] }]), 'bittorrent/metainfo-name'],
  ['a path with a number', multi([{ length: 425, path: ['a', 1] }]), 'bittorrent/metainfo-name'],
  [
    'a path of 65 folders',
    multi([{ length: 425, path: Array.from({ length: 65 }, () => 'a') }]),
    'bittorrent/metainfo-name',
  ],
  [
    'a path of 4,000 bytes',
    multi([{ length: 425, path: Array.from({ length: 20 }, () => 'a'.repeat(200)) }]),
    'bittorrent/metainfo-name',
  ],
  ['a file of negative size', multi([{ length: -425, path: ['a'] }]), 'bittorrent/metainfo-size'],
  [
    'files that add up to 2^53',
    multi([
      { length: 2 ** 53 - 1, path: ['a'] },
      { length: 1, path: ['b'] },
    ]),
    'bittorrent/metainfo-size',
  ],
]

for (const [name, info, expected] of dictionaries) {
  test(`refused: ${name}`, () => assert.equal(code(torrent(info)), expected))
}

test('refused: what is no torrent at all', () => {
  assert.equal(code(utf8('')), 'bittorrent/metainfo')
  assert.equal(code(utf8('<!doctype html>')), 'bittorrent/metainfo')
  assert.equal(code(utf8('4:spam')), 'bittorrent/metainfo')
  assert.equal(code(utf8('d4:infoi1ee')), 'bittorrent/metainfo')
  assert.equal(code(utf8('d4:info99999999999999:e')), 'bittorrent/metainfo')
  assert.equal(code(utf8('l'.repeat(1_000_000))), 'bittorrent/metainfo')
  assert.equal(code(new Uint8Array(96 * 1024 * 1024 + 1)), 'bittorrent/metainfo-too-long')
})

test('hostile and unlucky paths become safe ones, each once', () => {
  assert.deepEqual(paths([['..', '..', 'etc', 'passwd']]), ['__/__/etc/passwd'])
  assert.deepEqual(paths([['', 'etc', '.', 'passwd']]), ['_/etc/_/passwd'])
  assert.deepEqual(paths([['/etc/passwd'], ['..\\..\\boot.ini'], ['C:', 'x'], ['c:\\x']]), [
    '_etc_passwd',
    '.._.._boot.ini',
    'C_/x',
    'c__x',
  ])
  assert.deepEqual(paths([['a\0b'], ['con'], ['Aux.txt'], ['console'], ['lpt1.tar.gz']]), [
    'a_b',
    '_con',
    '_Aux.txt',
    'console',
    '_lpt1.tar.gz',
  ])
  assert.deepEqual(paths([['photo\u202egpj.exe'], ['dots...'], ['space '], ['...']]), [
    'photogpj.exe',
    'dots.._',
    'space_',
    '__',
  ])
})

test('names that are there already get a number; upper and lower case are the same', () => {
  assert.deepEqual(paths([['a.txt'], ['A.TXT'], ['a.txt'], ['a (2).txt']]), [
    'a.txt',
    'A (2).TXT',
    'a (3).txt',
    'a (2) (2).txt',
  ])
  assert.deepEqual(paths([['e\u0301'], ['\u00e9']]), ['e\u0301', '\u00e9 (2)'])
  assert.deepEqual(paths([['a'], ['a', 'b'], ['A', 'B']]), ['a (2)', 'a/b', 'A/B (2)'])
})

test('what a name was in the torrent is kept where it is another here', () => {
  const parsed = parseInfo(
    encode(
      multi(
        [
          { length: 425, path: ['ok'] },
          { length: 0, path: ['..', 'x'] },
          { length: 0, path: ['ok'] },
        ],
        425,
        { name: '../folder' },
      ),
    ),
  )
  assert.equal(parsed.layout.name, '.._folder')
  assert.equal(parsed.originalName, '../folder')
  assert.deepEqual(
    [...parsed.originalPaths],
    [
      [1, ['..', 'x']],
      [2, ['ok']],
    ],
  )
})

test('names are cut at a character, and keep their extension', () => {
  const [cut] = paths([[`${'ü'.repeat(200)}.mkv`]])
  assert.equal(cut, `${'ü'.repeat(125)}.mkv`)
  const twins = paths([[`${'x'.repeat(300)}.mkv`], [`${'x'.repeat(300)}.mkv`]])
  assert.deepEqual(twins, [`${'x'.repeat(251)}.mkv`, `${'x'.repeat(247)} (2).mkv`])
})

test('texts that are not UTF-8 stay readable, and the .utf-8 twin wins', () => {
  const latin = Uint8Array.of(0x67, 0x72, 0xfc, 0xdf, 0x65)
  assert.equal(parseInfo(encode({ ...single, name: latin })).name, 'gr__e')
  assert.equal(parseInfo(encode({ ...single, name: latin, 'name.utf-8': 'grüße' })).name, 'grüße')
  const file = { length: 425, path: [latin], 'path.utf-8': ['grüße'] }
  assert.equal(parseInfo(encode(multi([file]))).layout.files[0]!.path[0], 'grüße')
})

test('any path is safe, and any torrent with such paths has each only once', () => {
  const name = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.constantFrom('', '.', '..', '/', 'a', 'A', 'a.', 'nul', 'x'.repeat(400), '\ud800', 'a\u202e.'),
  )
  fc.assert(
    fc.property(fc.array(fc.array(name, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 12 }), (list) => {
      const files = list.map((path, at) => ({ length: at === 0 ? 425 : 0, path: path.map((part) => utf8(part)) }))
      const { layout } = parseInfo(encode(multi(files)))
      const seen = new Set<string>()
      for (const { path } of layout.files) {
        for (const part of path) {
          assert.ok(part !== '' && part !== '.' && part !== '..', JSON.stringify(part))
          // oxlint-disable-next-line no-control-regex
          assert.doesNotMatch(part, /[/\\\u0000-\u001f]|[. ]$|^(con|nul|aux|prn)$/i)
          assert.ok(utf8(part).length <= 255)
          assert.equal(part.isWellFormed(), true)
        }
        const key = path.join('/').normalize('NFC').toLowerCase()
        assert.ok(!seen.has(key), key)
        seen.add(key)
      }
      for (const { path } of layout.files) {
        for (let depth = 1; depth < path.length; depth++) {
          assert.ok(
            !seen.has(path.slice(0, depth).join('/').normalize('NFC').toLowerCase()),
            'a file stands where a folder is',
          )
        }
      }
    }),
  )
})

test('any garbage gives a fault', () => {
  const good = torrent(multi([{ length: 425, path: ['a', 'b'] }]), { announce: 'http://a/' })
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 4 }),
      fc.nat(good.length),
      (changes, end) => {
        const bytes = good.slice(0, end)
        for (const [at, value] of changes) if (at < end) bytes[at] = value
        attempt(() => parseTorrent(bytes))
        attempt(() => parseInfo(bytes))
      },
    ),
  )
})

test('a million files are refused at once; as many as we take are read', () => {
  const torrent = (count: number): Uint8Array =>
    encode({
      info: {
        files: Array.from({ length: count }, (_, i) => ({ length: 1, path: [`${i}`] })),
        name: 'many',
        'piece length': 1 << 24,
        pieces: new Uint8Array(20),
      },
    })
  const { layout } = parseTorrent(torrent(100_000))
  assert.equal(layout.files.length, 100_000)
  const refused = attempt(() => parseTorrent(torrent(1_000_000)))
  assert.equal(refused.ok ? 'taken' : refused.fault.code, 'bittorrent/metainfo-files')
})
