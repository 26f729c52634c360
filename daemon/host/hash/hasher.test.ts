import assert from 'node:assert/strict'
import { randomFillSync } from 'node:crypto'
import { appendFile, open, rename, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { FaultError } from '@kith/core/fault/fault.ts'
import { openKernels } from '@kith/wire/hash/kernels.ts'
import { manyDigests } from '@kith/wire/hash/many.ts'
import type { Span } from '@kith/wire/hash/span.ts'
import { spanBytes } from '@kith/wire/hash/span.ts'
import type { LibraryDigests } from '@kith/wire/hash/whole.ts'
import { folder, systemClock } from '../disk/testing.ts'
import { Hasher } from './hasher.ts'
import type { FileAt } from './job.ts'
import { stampOf } from './stamp.ts'

const random = randomFillSync(new Uint8Array(3 * 1024 * 1024 + 17))

/** Bytes that repeat, but at no boundary of any tree. */
function bytesOf(size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  for (let at = 0; at < size; at += random.length) bytes.set(random.subarray(0, size - at), at)
  return bytes
}

async function fileAt(root: string, name: string): Promise<FileAt> {
  const path = join(root, name)
  const stats = await stat(path, { bigint: true })
  return { root, path, size: Number(stats.size), stamp: stampOf(stats) }
}

function expected(bytes: Uint8Array): LibraryDigests {
  const digester = manyDigests(['sha1', 'sha256', 'tth', 'ed2k', 'aich', 'btpr'], openKernels())
  digester.update(bytes)
  return digester.digest()
}

test('short and long files get the digests that one stream gives', async () => {
  await using dir = await folder()
  await using hasher = new Hasher({ clock: systemClock, threads: 2 })
  const sizes = [0, 1, 1025, 70_000, 9_727_999, 9_728_000, 2 * spanBytes + 12_345]
  for (const size of sizes) await writeFile(join(dir.path, String(size)), bytesOf(size))
  const hashed = await Promise.all(sizes.map(async (size) => hasher.hash(await fileAt(dir.path, String(size)))))
  for (const [index, size] of sizes.entries()) {
    assert.deepEqual(hashed[index], { kind: 'digests', digests: expected(bytesOf(size)) }, `${size} bytes`)
  }
})

test('what is not the file that was found is not hashed', async () => {
  await using dir = await folder()
  await using hasher = new Hasher({ clock: systemClock, threads: 1 })
  for (const name of ['grown', 'replaced', 'linked', 'gone']) await writeFile(join(dir.path, name), 'as it was')
  const found = await Promise.all(['grown', 'replaced', 'linked', 'gone'].map((name) => fileAt(dir.path, name)))
  await appendFile(join(dir.path, 'grown'), '!')
  await writeFile(join(dir.path, 'other'), 'as it was')
  await rename(join(dir.path, 'other'), join(dir.path, 'replaced'))
  await rename(join(dir.path, 'linked'), join(dir.path, 'target'))
  await symlink('target', join(dir.path, 'linked'))
  await rename(join(dir.path, 'gone'), join(dir.path, 'elsewhere'))
  for (const file of found) assert.deepEqual(await hasher.hash(file), { kind: 'changed' }, file.path)
})

test('a long file that changes while it is hashed is told as changed', async () => {
  await using dir = await folder()
  await using hasher = new Hasher({ clock: systemClock, threads: 1 })
  await writeFile(join(dir.path, 'long'), bytesOf(3 * spanBytes))
  const file = await fileAt(dir.path, 'long')
  let touched: Promise<void> | undefined
  const hashed = await hasher.hash(file, {
    progress: () => void (touched ??= flip(file.path)),
  })
  assert.deepEqual(hashed, { kind: 'changed' })
})

async function flip(path: string): Promise<void> {
  await using file = await open(path, 'r+')
  await file.write(Uint8Array.of(1), 0, 1, 5)
}

test('spans that were kept are not read again, and progress ends with all bytes', async () => {
  await using dir = await folder()
  const bytes = bytesOf(3 * spanBytes + 5)
  await writeFile(join(dir.path, 'long'), bytes)
  const file = await fileAt(dir.path, 'long')
  const kept = new Map<number, Span>()
  {
    await using hasher = new Hasher({ clock: systemClock, threads: 2 })
    const ending = new AbortController()
    const keep = (index: number, span: Span): void => {
      kept.set(index, span)
      if (kept.size === 2) ending.abort(new Error('ended'))
    }
    await assert.rejects(hasher.hash(file, { signal: ending.signal, keep }), /ended/)
  }
  assert.equal(kept.size, 2)
  await using hasher = new Hasher({ clock: systemClock, threads: 2 })
  const anew: number[] = []
  let done = 0
  const hashed = await hasher.hash(file, {
    kept,
    keep: (index) => anew.push(index),
    progress: (now) => {
      assert.ok(now >= done)
      done = now
    },
  })
  assert.deepEqual(hashed, { kind: 'digests', digests: expected(bytes) })
  assert.deepEqual(
    anew.toSorted((a, b) => a - b),
    [0, 1, 2, 3].filter((index) => !kept.has(index)),
  )
  assert.equal(done, file.size)
})

test('while it rests nothing is hashed, and afterwards everything', async () => {
  await using dir = await folder()
  await using hasher = new Hasher({ clock: systemClock, threads: 2 })
  await writeFile(join(dir.path, 'one'), 'one')
  hasher.pause()
  let done = false
  const hashing = hasher.hash(await fileAt(dir.path, 'one')).finally(() => (done = true))
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.equal(done, false)
  assert.equal(hasher.size, 0)
  hasher.resume()
  assert.equal((await hashing).kind, 'digests')
})

test('one processor is used when the battery is to be spared, and all of them again', async () => {
  await using dir = await folder()
  await using hasher = new Hasher({ clock: systemClock, threads: 2 })
  // More than travel together: there is work for two.
  const files = Array.from({ length: 300 }, (_, index) => join(dir.path, String(index)))
  for (const path of files) await writeFile(path, path)
  const found = await Promise.all(files.map((_, index) => fileAt(dir.path, String(index))))
  const threads = async (): Promise<number> => {
    const all = Promise.all(found.map((file) => hasher.hash(file)))
    await Promise.resolve()
    await Promise.resolve()
    const { size } = hasher
    for (const { kind } of await all) assert.equal(kind, 'digests')
    return Math.max(size, hasher.size)
  }
  hasher.limitTo(1)
  assert.equal(await threads(), 1)
  hasher.limitTo(2)
  assert.equal(await threads(), 2)
})

test('a hasher without version 2 makes the same digests but those', async () => {
  await using dir = await folder()
  await using hasher = new Hasher({ clock: systemClock, threads: 1, version2: false })
  for (const size of [0, 20_000, 9_728_000 + 5]) {
    await writeFile(join(dir.path, String(size)), bytesOf(size))
    const { btpr: _, ...others } = expected(bytesOf(size))
    assert.deepEqual(await hasher.hash(await fileAt(dir.path, String(size))), {
      kind: 'digests',
      digests: { ...others, btpr: { root: undefined, pieceLayer: new Uint8Array() } },
    })
  }
})

test('a hasher that ends rejects what is not done', async () => {
  await using dir = await folder()
  await writeFile(join(dir.path, 'one'), 'one')
  const hasher = new Hasher({ clock: systemClock })
  hasher.pause()
  const hashing = hasher.hash(await fileAt(dir.path, 'one'))
  const rejected = assert.rejects(hashing, (error) => error instanceof FaultError && error.fault.code === 'hash/closed')
  await hasher[Symbol.asyncDispose]()
  await rejected
})
