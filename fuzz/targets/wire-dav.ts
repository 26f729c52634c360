import assert from 'node:assert/strict'
import { latin1, lossyText, utf8 } from '@kith/wire/bytes.ts'
import { parseBasic, parseIf, parseRange } from '@kith/wire/dav/headers.ts'
import { parseDavPath } from '@kith/wire/dav/names.ts'
import { parseLockWish, parsePropFind, parsePropPatch } from '@kith/wire/dav/questions.ts'
import { attempt } from '@kith/wire/fault.ts'
import { readXml } from '@kith/wire/xml/read.ts'
import { writeXml } from '@kith/wire/xml/write.ts'
import type { FuzzTarget } from '../target.ts'

const targets: readonly FuzzTarget[] = [
  {
    name: 'wire-xml',
    seeds: [
      '<?xml version="1.0"?><D:a xmlns:D="DAV:" b="&lt;&#65;"><!-- c --><D:d/>t<![CDATA[<e>]]></D:a>',
      '<a xmlns="u" xmlns:p="v" p:x="1" xml:lang="de"><p:b>&amp;</p:b></a>',
    ].map(utf8),
    run(input) {
      const read = attempt(() => readXml(input))
      if (!read.ok) return
      const written = writeXml(read.value)
      assert.equal(writeXml(readXml(utf8(written))), written)
    },
  },
  {
    name: 'wire-dav-questions',
    seeds: [
      '<propfind xmlns="DAV:"><prop><getetag/><x xmlns="u"/></prop></propfind>',
      '<propertyupdate xmlns="DAV:"><set><prop><a xmlns="u">1</a></prop></set><remove><prop><b/></prop></remove></propertyupdate>',
      '<lockinfo xmlns="DAV:"><lockscope><exclusive/></lockscope><locktype><write/></locktype><owner>x</owner></lockinfo>',
    ].map(utf8),
    run(input) {
      for (const parse of [parsePropFind, parsePropPatch, parseLockWish]) attempt(() => parse(input))
    },
  },
  {
    name: 'wire-dav-headers',
    seeds: ['<http://h/a> (<urn:a> ["x"]) (Not <urn:b>)', 'bytes=2-10', 'Basic YTpi', '/a/%2e%2e/b%2fc'].map(utf8),
    run(input) {
      const text = latin1(input)
      attempt(() => parseIf(text))
      parseBasic(text)
      const range = parseRange(text, 1000)
      if (typeof range === 'object') assert.ok(range.start < range.end && range.end <= 1000)
      const path = attempt(() => parseDavPath(lossyText(input)))
      if (path.ok)
        for (const name of path.value.names) assert.ok(!/[/\\\0]/.test(name) && name !== '..' && name !== '.')
    },
  },
]

export default targets
