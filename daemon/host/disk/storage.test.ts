import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash, hash } from 'node:crypto'
import { access, chmod, mkdir, readFile, rm, stat, symlink, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { FaultError } from '@kith/core/fault/fault.ts'
import { folder, layoutOf, slotWith, testDisk } from './testing.ts'
import type { Disk } from './disk.ts'
import type { FileStorage } from './storage.ts'

function code(expected: string) {
  return (error: unknown) => error instanceof FaultError && error.fault.code === expected
}

async function put(disk: Disk, storage: FileStorage, offset: number, bytes: Uint8Array): Promise<boolean> {
  const slot = slotWith(disk, bytes)
  const end = offset + bytes.length
  const expected = hash('sha1', bytes, 'buffer')
  try {
    return await storage.commit(slot, bytes.length, offset, { start: offset, end, algorithm: 'sha1', expected })
  } finally {
    slot.release()
  }
}

/** A whole transfer of numbered bytes, committed in steps. */
function numbered(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 7 + (index >> 8)) % 251)
}

async function putAll(disk: Disk, storage: FileStorage, bytes: Uint8Array, step = 4096): Promise<void> {
  for (let at = 0; at < bytes.length; at += step) {
    assert.equal(await put(disk, storage, at, bytes.subarray(at, at + step)), true)
  }
}

test('any layout, any commits and any reads agree with a plain buffer', async () => {
  await using temporary = await folder()
  await using disk = testDisk({ openFiles: 3 })
  let run = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ size: fc.nat({ max: 600 }), padding: fc.boolean(), skip: fc.boolean() }), {
        minLength: 1,
        maxLength: 40,
      }),
      fc.array(fc.record({ at: fc.nat(), length: fc.integer({ min: 1, max: 4096 }), seed: fc.nat({ max: 255 }) }), {
        maxLength: 12,
      }),
      fc.array(fc.record({ at: fc.nat(), cuts: fc.array(fc.integer({ min: 1, max: 900 }), { maxLength: 5 }) }), {
        maxLength: 6,
      }),
      fc.integer({ min: 1, max: 2000 }),
      async (shape, commits, reads, leaf) => {
        const dir = join(temporary.path, String(run++))
        await mkdir(dir)
        const layout = layoutOf(
          'top',
          shape.map(({ size, padding }, index) => ({ path: `${index % 3}/${index}`, size, padding })),
        )
        const skipped = new Set(shape.flatMap(({ skip, padding }, index) => (skip && !padding ? [index] : [])))
        await using storage = disk.open({ layout, dir, parts: join(dir, 'parts'), skipped })
        const model = new Uint8Array(layout.size)
        const isPadding = (at: number): boolean =>
          layout.files.some((file) => file.padding === true && at >= file.offset && at < file.offset + file.size)
        // Everything exists from the start, so that every read has something to find.
        const all = [{ at: 0, length: layout.size, seed: 1 }, ...commits]
        for (const { at, length, seed } of layout.size === 0 ? [] : all) {
          for (
            let start = at % layout.size;
            start < Math.min(layout.size, (at % layout.size) + length);
            start += 4096
          ) {
            const bytes = new Uint8Array(Math.min(4096, layout.size - start, length)).map((_, index) =>
              isPadding(start + index) ? 0 : (seed + index) % 256,
            )
            assert.equal(await put(disk, storage, start, bytes), true)
            model.set(bytes, start)
          }
        }
        for (const { at, cuts } of reads) {
          const start = layout.size === 0 ? 0 : at % layout.size
          const into: Uint8Array[] = []
          let end = start
          for (const cut of cuts) {
            into.push(new Uint8Array(Math.min(cut, layout.size - end)).fill(255))
            end += into.at(-1)!.length
          }
          await storage.read(start, into)
          assert.deepEqual(Buffer.concat(into), Buffer.from(model.subarray(start, end)))
        }
        const { bytes, present } = await storage.digests(0, layout.size, leaf, 'sha1')
        assert.equal(
          present.every((one) => one === 1),
          true,
        )
        const expected: Uint8Array[] = []
        for (let at = 0; at < layout.size; at += leaf)
          expected.push(hash('sha1', model.subarray(at, at + leaf), 'buffer'))
        assert.deepEqual(Buffer.from(bytes), Buffer.concat(expected))
      },
    ),
    { numRuns: 60 },
  )
})

test('bytes that are not right are not written', async () => {
  await using temporary = await folder()
  await using disk = testDisk()
  const layout = layoutOf('top', [{ path: 'a', size: 100 }])
  await using storage = disk.open({ layout, dir: temporary.path, parts: join(temporary.path, 'parts') })
  const slot = slotWith(disk, numbered(100))
  const expected = new Uint8Array(20)
  assert.equal(await storage.commit(slot, 100, 0, { start: 0, end: 100, algorithm: 'sha1', expected }), false)
  assert.equal((await storage.digests(0, 100, 100, 'sha1')).present[0], 0)
  assert.equal(await storage.commit(slot, 100, 0, undefined), true)
  assert.deepEqual(new Uint8Array(await readFile(join(temporary.path, 'top/a'))), numbered(100))
})

test('a slot of memory that is not shared works too', async () => {
  await using temporary = await folder()
  await using disk = testDisk()
  const layout = layoutOf('top', [{ path: 'a', size: 8 }])
  await using storage = disk.open({ layout, dir: temporary.path, parts: join(temporary.path, 'parts') })
  const bytes = numbered(64).subarray(3, 40)
  assert.equal(await storage.commit({ bytes, release() {} }, 8, 0, undefined), true)
  assert.deepEqual(new Uint8Array(await readFile(join(temporary.path, 'top/a'))), bytes.slice(0, 8))
})

test('digests of leaves longer than the read buffer, in SHA-256', async () => {
  await using temporary = await folder()
  await using disk = testDisk()
  const bytes = numbered(5_000_000)
  await writeFile(join(temporary.path, 'one'), bytes)
  const layout = {
    name: 'one',
    single: true,
    size: bytes.length,
    files: [{ path: ['one'], offset: 0, size: bytes.length }],
  }
  await using storage = disk.open({ layout, dir: temporary.path, parts: join(temporary.path, 'parts') })
  const leaf = 2_100_000
  const { bytes: found } = await storage.digests(100, bytes.length, leaf, 'sha256')
  const expected = [0, 1, 2].map((index) => {
    const start = 100 + index * leaf
    return createHash('sha256')
      .update(bytes.subarray(start, start + leaf))
      .digest()
  })
  assert.deepEqual(Buffer.from(found), Buffer.concat(expected))
})

test('a missing or short file is absent in digests and a fault in reads', async () => {
  await using temporary = await folder()
  await using disk = testDisk()
  const layout = layoutOf('top', [
    { path: 'a', size: 100 },
    { path: 'b', size: 100 },
    { path: 'c', size: 100 },
  ])
  const bytes = numbered(300)
  await mkdir(join(temporary.path, 'top'))
  await writeFile(join(temporary.path, 'top/a'), bytes.subarray(0, 100))
  await writeFile(join(temporary.path, 'top/c'), bytes.subarray(200, 240))
  await using storage = disk.open({ layout, dir: temporary.path, parts: join(temporary.path, 'parts') })
  assert.deepEqual(
    [...(await storage.digests(0, 300, 20, 'sha1')).present],
    [1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0],
  )
  await assert.rejects(storage.read(150, [new Uint8Array(10)]), code('disk/gone'))
  await assert.rejects(storage.read(220, [new Uint8Array(40)]), code('disk/gone'))
  // A file that is deleted while it is open here is noticed by the check as well.
  await storage.read(0, [new Uint8Array(10)])
  await unlink(join(temporary.path, 'top/a'))
  assert.equal((await storage.digests(0, 100, 100, 'sha1')).present[0], 0)
})

test('an abort ends digests with the reason', async () => {
  await using temporary = await folder()
  await using disk = testDisk()
  const size = 64 * 1024 * 1024
  await writeFile(join(temporary.path, 'one'), '')
  const layout = { name: 'one', single: true, size, files: [{ path: ['one'], offset: 0, size }] }
  await using storage = disk.open({ layout, dir: temporary.path, parts: join(temporary.path, 'parts') })
  const reason = new Error('enough')
  await assert.rejects(storage.digests(0, size, size, 'sha1', AbortSignal.abort(reason)), reason)
  const controller = new AbortController()
  const asked = storage.digests(0, size, 1024, 'sha1', controller.signal)
  controller.abort(reason)
  await assert.rejects(asked, reason)
  // The storage is free again.
  assert.equal((await storage.digests(0, 10, 10, 'sha1')).present[0], 0)
})

test('links are not followed, wherever they stand', async () => {
  await using temporary = await folder()
  await using disk = testDisk()
  const outside = join(temporary.path, 'outside')
  const dir = join(temporary.path, 'in')
  await mkdir(join(dir, 'top'), { recursive: true })
  await mkdir(outside)
  await writeFile(join(outside, 'a'), 'secret')
  await symlink(outside, join(dir, 'top/link'))
  await symlink(join(outside, 'a'), join(dir, 'top/file'))
  await symlink(outside, join(dir, 'other'))
  const layout = layoutOf('top', [
    { path: 'link/a', size: 6 },
    { path: 'file', size: 6 },
  ])
  const parts = join(temporary.path, 'parts')
  await using storage = disk.open({ layout, dir, parts })
  for (const offset of [0, 6]) {
    await assert.rejects(storage.read(offset, [new Uint8Array(6)]), code('disk/in-the-way'))
    await assert.rejects(put(disk, storage, offset, numbered(6)), code('disk/in-the-way'))
  }
  assert.deepEqual([...(await storage.digests(0, 12, 6, 'sha1')).present], [0, 0])
  await using renamed = disk.open({ layout: layoutOf('other', [{ path: 'a', size: 6 }]), dir, parts })
  await assert.rejects(put(disk, renamed, 0, numbered(6)), code('disk/in-the-way'))
  await renamed.remove({ data: true })
  await storage.remove({ data: true })
  assert.equal(await readFile(join(outside, 'a'), 'utf8'), 'secret')
  await assert.rejects(access(join(dir, 'top/file')))
})

test('names that lead elsewhere are refused', async () => {
  await using temporary = await folder()
  await using disk = testDisk()
  for (const path of [['..', 'a'], ['a/b'], [''], ['.'], ['a\0b'], ['x'.repeat(256)]]) {
    const layout = { name: 'top', single: false, size: 5, files: [{ path, offset: 0, size: 5 }] }
    await using storage = disk.open({ layout, dir: temporary.path, parts: join(temporary.path, 'parts') })
    await assert.rejects(put(disk, storage, 0, numbered(5)), code('disk/name'))
  }
  const layout = layoutOf('..', [{ path: 'a', size: 5 }])
  await using storage = disk.open({ layout, dir: temporary.path, parts: join(temporary.path, 'parts') })
  await assert.rejects(put(disk, storage, 0, numbered(5)), code('disk/name'))
})

test('a folder that is gone is a fault and is not made again', async () => {
  await using temporary = await folder()
  await using disk = testDisk()
  const dir = join(temporary.path, 'usb')
  const layout = layoutOf('top', [{ path: 'deep/a', size: 5 }])
  await using storage = disk.open({ layout, dir, parts: join(temporary.path, 'parts') })
  await assert.rejects(put(disk, storage, 0, numbered(5)), code('disk/gone'))
  await assert.rejects(access(dir))
  await mkdir(dir)
  assert.equal(await put(disk, storage, 0, numbered(5)), true)
})

test('a folder or pipe in the place of a file is a fault', async () => {
  await using temporary = await folder()
  await using disk = testDisk()
  await mkdir(join(temporary.path, 'top/folder'), { recursive: true })
  execFileSync('mkfifo', [join(temporary.path, 'top/pipe')])
  const layout = layoutOf('top', [
    { path: 'folder', size: 5 },
    { path: 'pipe', size: 5 },
  ])
  await using storage = disk.open({ layout, dir: temporary.path, parts: join(temporary.path, 'parts') })
  for (const offset of [0, 5]) {
    await assert.rejects(put(disk, storage, offset, numbered(5)), code('disk/in-the-way'))
    await assert.rejects(storage.read(offset, [new Uint8Array(5)]), code('disk/in-the-way'))
  }
  assert.deepEqual([...(await storage.digests(0, 10, 5, 'sha1')).present], [0, 0])
})

test('finishing makes empty files and executable ones', async () => {
  await using temporary = await folder()
  await using disk = testDisk()
  const layout = layoutOf('top', [
    { path: 'empty/none', size: 0 },
    { path: 'run', size: 5, executable: true },
    { path: 'kept', size: 5, executable: true },
    { path: 'filler', size: 0, padding: true },
  ])
  await mkdir(join(temporary.path, 'top'))
  await writeFile(join(temporary.path, 'top/kept'), numbered(5))
  await chmod(join(temporary.path, 'top/kept'), 0o640)
  await using storage = disk.open({ layout, dir: temporary.path, parts: join(temporary.path, 'parts') })
  await putAll(disk, storage, numbered(5))
  await storage.finish()
  assert.equal((await stat(join(temporary.path, 'top/empty/none'))).size, 0)
  assert.equal((await stat(join(temporary.path, 'top/run'))).mode & 0o100, 0o100)
  assert.equal((await stat(join(temporary.path, 'top/kept'))).mode & 0o777, 0o750)
  await assert.rejects(access(join(temporary.path, 'top/filler')))
})

test('files get their length at once when asked to, and padding is never written', async () => {
  await using temporary = await folder()
  await using disk = testDisk()
  const layout = layoutOf('top', [
    { path: 'a', size: 1000 },
    { path: 'pad', size: 24, padding: true },
    { path: 'b', size: 1000 },
  ])
  const options = { layout, dir: temporary.path, parts: join(temporary.path, 'parts'), allocation: 'size' } as const
  await using storage = disk.open(options)
  await put(disk, storage, 0, numbered(10))
  assert.equal((await stat(join(temporary.path, 'top/a'))).size, 1000)
  await put(disk, storage, 1000, new Uint8Array(24))
  await assert.rejects(access(join(temporary.path, 'top/pad')))
  await assert.rejects(access(join(temporary.path, 'top/b')))
})

test('after it was disposed or removed a storage refuses', async () => {
  await using temporary = await folder()
  await using disk = testDisk()
  const layout = layoutOf('top', [
    { path: 'x/y/a', size: 5 },
    { path: 'b', size: 5 },
  ])
  const options = { layout, dir: temporary.path, parts: join(temporary.path, 'parts') }
  const storage = disk.open(options)
  await putAll(disk, storage, numbered(10))
  await storage[Symbol.asyncDispose]()
  await storage[Symbol.asyncDispose]()
  await assert.rejects(storage.read(0, [new Uint8Array(1)]), code('disk/closed'))
  await writeFile(join(temporary.path, 'top/mine'), 'mine')
  const again = disk.open(options)
  await again.remove({ data: true })
  await assert.rejects(again.read(0, [new Uint8Array(1)]), code('disk/closed'))
  assert.equal(await readFile(join(temporary.path, 'top/mine'), 'utf8'), 'mine')
  await assert.rejects(access(join(temporary.path, 'top/x')))
  await rm(join(temporary.path, 'top'), { recursive: true })
})

test('parts of a block of a Tiger tree are written with a digest each, which make up that of the block', async () => {
  await using temporary = await folder()
  await using disk = testDisk()
  const layout = layoutOf('top', [{ path: 'a', size: 5000 }])
  await using storage = disk.open({ layout, dir: temporary.path, parts: join(temporary.path, 'parts') })
  const bytes = numbered(5000)
  const digests: number[] = []
  assert.ok(storage.partDigests.can('tth', 2048))
  for (let at = 0; at < bytes.length; at += 2048) {
    const part = bytes.subarray(at, at + 2048)
    const slot = slotWith(disk, part)
    digests.push(...(await storage.partDigests.commit(slot, part.length, at, 'tth')))
    slot.release()
  }
  const { bytes: read } = await storage.digests(0, 5000, 8192, 'tth')
  assert.deepEqual(storage.partDigests.join(Uint8Array.from(digests), 'tth'), read)
})
