import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { base32, concat, hex, utf8 } from '../bytes.ts'
import { aichBlockBytes, aichDigester, aichOf, aichPart } from './aich.ts'
import { partBytes } from './ed2k.ts'
import { openKernels } from './kernels.ts'
import { manyDigests, namesOf } from './many.ts'
import { sha1 } from './sha.ts'

/** The same bytes for every run, of a kind that no two blocks are equal. */
function noise(length: number, seed: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(length / 4))
  let state = seed + 1
  for (let i = 0; i < words.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    words[i] = state ^ (state >>> 15)
  }
  return new Uint8Array(words.buffer, 0, length)
}

const rhash = spawnSync('rhash', ['--version'])
const skip = rhash.status === 0 ? false : 'rhash is not installed (Debian package rhash)'

test('rhash gives the same digests of files of awkward sizes', { skip }, (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'kith-rhash-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const kernels = openKernels()
  const block = aichBlockBytes
  const sizes = [0, 1, 1023, 1024, 1025, 16383, 16384, 16385, block - 1, block, block + 1, 2 * block + 1]
  for (const parts of [1, 2, 3, 6]) sizes.push(parts * partBytes - 1, parts * partBytes, parts * partBytes + 1)
  sizes.push(52 * block, 52 * block + 1, partBytes + block, 4 * partBytes + block + 1)
  for (const size of sizes) {
    const bytes = noise(size, size)
    const path = join(folder, 'file')
    writeFileSync(path, bytes)
    const format = '%{md5} %{sha1} %{sha-256} %{ed2k} %{aich} %{tth}'
    const { stdout } = spawnSync('rhash', [`--printf=${format}`, path], { encoding: 'utf8' })
    const digester = manyDigests(['md5', 'sha1', 'sha256', 'ed2k', 'aich', 'tth'], kernels)
    const cut = 999_983
    for (let at = 0; at < size; at += cut) digester.update(bytes.subarray(at, at + cut))
    const { md5, sha1, sha256, ed2k, aich, tth } = digester.digest()
    const ours = [hex(md5), hex(sha1), hex(sha256), hex(ed2k.root), base32(aich.root), base32(tth.root)]
    assert.deepEqual(ours.join(' ').toLowerCase(), stdout.trim().toLowerCase(), `${size} bytes`)
  }
})

test('one pass gives every digest, under the names of core', () => {
  const digester = manyDigests(['sha1', 'sha256', 'md5', 'tth', 'ed2k', 'aich', 'btpr'], openKernels())
  digester.update(utf8('a'))
  digester.update(utf8('bc'))
  assert.deepEqual(namesOf(digester.digest()), [
    'sha1:a9993e364706816aba3e25717850c26c9cd0d89d',
    'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    'md5:900150983cd24fb0d6963f7d28e17f72',
    'tth:0487ca26443f59cfbc780f3ca0ce509c8c352c27c5dcca20',
    'ed2k:a448017aaf21d8525fc10ae87aa6729d',
    'aich:a9993e364706816aba3e25717850c26c9cd0d89d',
    'btpr:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  ])
  assert.deepEqual(namesOf(manyDigests(['btpr'], openKernels()).digest()), [])
})

test('two files under way share the kernels', () => {
  const kernels = openKernels()
  const files = [noise(400_000, 1), noise(400_000, 2)]
  const alone = files.map((bytes) => {
    const digester = manyDigests(['tth', 'ed2k', 'sha1'], kernels)
    digester.update(bytes)
    return digester.digest()
  })
  const together = files.map(() => manyDigests(['tth', 'ed2k', 'sha1'], kernels))
  for (let at = 0; at < 400_000; at += 70_001) {
    together.forEach((digester, index) => digester.update(files[index]!.subarray(at, at + 70_001)))
  }
  assert.deepEqual(
    together.map((digester) => digester.digest()),
    alone,
  )
  assert.deepEqual(alone[0]!.sha1, new Uint8Array(createHash('sha1').update(files[0]!).digest()))
})

test('AICH: a block is a leaf, and the middle one leans to the side of its branch', () => {
  const bytes = noise(3 * aichBlockBytes - 5, 7)
  const blocks = [0, 1, 2].map((index) => sha1(bytes.subarray(index * aichBlockBytes, (index + 1) * aichBlockBytes)))
  const [a, b, c] = blocks as [Uint8Array, Uint8Array, Uint8Array]
  const join = (left: Uint8Array, right: Uint8Array): Uint8Array => sha1(concat([left, right]))
  assert.deepEqual(aichPart(concat(blocks), true), join(join(a, b), c))
  assert.deepEqual(aichPart(concat(blocks), false), join(a, join(b, c)))
  const digester = aichDigester()
  digester.update(bytes)
  const { root, parts } = digester.digest()
  assert.deepEqual(root, join(join(a, b), c))
  assert.deepEqual(parts, root)
  const sides: boolean[] = []
  aichOf(5, (index, isLeft) => {
    sides[index] = isLeft
    return a
  })
  assert.deepEqual(sides, [true, false, false, true, false])
})
