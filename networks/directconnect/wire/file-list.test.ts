import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FaultError } from '@kith/core/fault/fault.ts'
import { concat, utf8 } from '@kith/wire/bytes.ts'
import { bunzip2 } from '@kith/wire/bzip2/decode.ts'
import { bzip2 } from '@kith/wire/bzip2/encode.ts'
import type { ListedFile } from './file-list.ts'
import { fileListReader } from './file-list.ts'
import type { ListFolder } from './file-list-writer.ts'
import { fileListText } from './file-list-writer.ts'

const root = 'LWPNACQDBZRYXW3VHJVCJ64QBZNGHOHHHZWCLNQ'
const tth = Uint8Array.fromHex('5d9ed00a030e638bdb753a6a24fb900e5a63b8e73e6c25b6')

function read(text: string | Uint8Array, step = Infinity): ListedFile[] {
  const bytes = typeof text === 'string' ? utf8(text) : text
  const reader = fileListReader()
  const out: ListedFile[] = []
  for (let at = 0; at < bytes.length; at += step) out.push(...reader.push(bytes.subarray(at, at + step)))
  reader.end()
  return out
}

const listing = (inside: string): string =>
  `<?xml version="1.0"?><FileListing Version="1" Base="/">${inside}</FileListing>`

test('a list of ncdc, with all that may be in one', () => {
  const files = read(
    `\ufeff<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<FileListing Version="1" CID="${root}" Base="/" Generator="ncdc 1.23.1" Strange="a > b">
<!-- <File Name="no"/> -->
<Directory Name="share"><File Name="a &amp; b &#252;&#x4e2d;.bin" Size="123" TTH="${root}" WH="1x1"/>
 <Directory Name="d" Incomplete="1"/><Directory Name='e'><File Size='0' TTH='${root}' Name='&lt;x&gt;'/></Directory>
</Directory></FileListing>`,
  )
  assert.deepEqual(files, [
    { path: ['share', 'a & b ü中.bin'], size: 123, tth },
    { path: ['share', 'e', '<x>'], size: 0, tth },
  ])
})

test('names that lead elsewhere are left out with all below', () => {
  const inside = ['..', '.', 'a/b', 'a\\b', ''].map(
    (name) =>
      `<Directory Name="${name}"><Directory Name="ok"><File Name="f" Size="1" TTH="${root}"/></Directory></Directory>` +
      `<Directory Name="ok"><File Name="${name}" Size="1" TTH="${root}"/></Directory>`,
  )
  assert.deepEqual(read(listing(inside.join(''))), [])
  assert.deepEqual(read(listing(`<File Name="f" Size="-1" TTH="${root}"/><File Name="f" Size="1" TTH="x"/>`)), [])
})

const name = fc
  .string({ minLength: 1, maxLength: 20, unit: 'grapheme' })
  .filter((text) => !/[/\\\0]|^\.\.?$/.test(text))
const file = fc.record({ name, size: fc.nat({ max: Number.MAX_SAFE_INTEGER }), tth: fc.constant(tth) })
const tree = fc.letrec<{ folder: ListFolder }>((tie) => ({
  folder: fc.record(
    {
      folders: fc.oneof({ maxDepth: 3 }, fc.constant([]), fc.array(fc.tuple(name, tie('folder')), { maxLength: 3 })),
      files: fc.array(file, { maxLength: 4 }),
    },
    { noNullPrototype: true },
  ),
})).folder

function* flat(folder: ListFolder, path: readonly string[] = []): Generator<ListedFile> {
  for (const [name, below] of folder.folders) yield* flat(below, [...path, name])
  for (const { name, size, tth } of folder.files) yield { path: [...path, name], size, tth }
}

test('what was written is read, in any pieces', () => {
  fc.assert(
    fc.property(tree, fc.integer({ min: 1, max: 60 }), (folder, step) => {
      const text = [...fileListText(folder, { cid: root, base: '/', generator: 'x "1"', shallow: false })].join('')
      const wanted = [...flat(folder)].map((one) => ({ ...one, path: one.path.map(cleaned) }))
      assert.deepEqual(read(text), wanted)
      assert.deepEqual(read(text, step), wanted)
    }),
    { numRuns: 200 },
  )
})

// oxlint-disable-next-line no-control-regex
const cleaned = (text: string): string => text.replace(/[\u0001-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '_')

test('garbage is a fault or a list without files', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.uint8Array()), (garbage) => {
      assert.throws(() => read(garbage), FaultError)
    }),
  )
  assert.throws(() => read(listing('<Directory Name="a">'.repeat(200))), /too deep/)
  assert.throws(() => read(`<FileListing>${' '.repeat(100)}<File Name="${'x'.repeat(70_000)}`), /without an end/)
  assert.throws(() => read('<FileListing>'), /not complete/)
})

test('a list that unpacks to more than any list has is a fault, long before it is unpacked', () => {
  const encoder = bzip2(9)
  const bomb = concat([
    ...encoder.push(utf8('<FileListing>')),
    ...encoder.push(new Uint8Array(8_000_000)),
    ...encoder.end(),
  ])
  assert.ok(bomb.length < 1_000)
  const decoder = bunzip2()
  const reader = fileListReader(1_000_000)
  let read = 0
  assert.throws(() => {
    for (const xml of decoder.push(bomb)) {
      read += xml.length
      for (const _ of reader.push(xml)) assert.fail('there is no file in it')
    }
  }, /larger than any honest one/)
  assert.ok(read < 1_100_000)
})
