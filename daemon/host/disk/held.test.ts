import assert from 'node:assert/strict'
import { closeSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, readdir, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { FaultError } from '@kith/core/fault/fault.ts'
import { stampOf } from '../hash/stamp.ts'
import { readFlags, writeFlags } from './below.ts'
import { HeldFolders } from './held.ts'
import { SHORT_BYTES } from './short-reads.ts'
import { folder, layoutOf, slotWith, testDisk } from './testing.ts'

/** Elsewhere the way is looked at right before, and a link may come between. */
const skip = process.platform !== 'linux' && 'folders are held on Linux only'

function code(expected: string) {
  return (error: unknown) => error instanceof FaultError && error.fault.code === expected
}

function systemCode(expected: string, path: string) {
  return (error: unknown) => {
    const { code: given, path: at, message } = error as NodeJS.ErrnoException
    return given === expected && at === path && !message.includes('/proc/')
  }
}

/** Puts something in the place of what is there, be it what others make there all the time. */
async function put(from: string, to: string): Promise<void> {
  for (;;) {
    try {
      return await rename(from, to)
    } catch {
      // Files may still come into it.
      await rm(to, { recursive: true, force: true }).catch(() => {})
    }
  }
}

test('a link that is put in the place of a folder while files are written leads nowhere', { skip }, async () => {
  await using temporary = await folder()
  await using disk = testDisk()
  const outside = join(temporary.path, 'outside')
  const inside = join(temporary.path, 'top/in')
  const link = join(temporary.path, 'link')
  const kept = join(temporary.path, 'kept')
  await mkdir(outside)
  await mkdir(inside, { recursive: true })
  await symlink(outside, link)
  const layout = layoutOf(
    'top',
    Array.from({ length: 400 }, (_, index) => ({ path: `in/${index % 2 === 0 ? 'deep/' : ''}${index}`, size: 100 })),
  )
  await using storage = disk.open({ layout, dir: temporary.path, parts: join(temporary.path, 'parts') })
  const ended = new AbortController()
  const swapping = (async () => {
    while (!ended.signal.aborted) {
      await put(inside, kept)
      await put(link, inside)
      await put(inside, link)
      await put(kept, inside)
    }
  })()
  let written = 0
  for (let offset = 0; offset < layout.size; offset += 400) {
    const slot = slotWith(disk, new Uint8Array(400).fill(7))
    try {
      if (await storage.commit(slot, 400, offset, undefined)) written++
    } catch (error) {
      if (!(error instanceof FaultError)) throw error
    } finally {
      slot.release()
    }
  }
  ended.abort()
  await swapping
  assert.ok(written > 0, 'some were written')
  assert.deepEqual(await readdir(outside), [])
})

test('a folder that is deleted or replaced while it is held is found anew', { skip }, async () => {
  await using temporary = await folder()
  const root = temporary.path
  using folders = new HeldFolders()
  const path = join(root, 'a/b/file')
  const make = (): void => closeSync(folders.open({ root, path }, writeFlags, 0o666, true))
  make()
  await rm(join(root, 'a'), { recursive: true })
  make()
  assert.deepEqual(readdirSync(join(root, 'a/b')), ['file'])
  await rm(join(root, 'a'), { recursive: true })
  assert.throws(() => folders.open({ root, path }, readFlags), systemCode('ENOENT', path))
  await mkdir(join(root, 'a'))
  await writeFile(join(root, 'a/b'), '')
  assert.throws(() => folders.open({ root, path }, readFlags), systemCode('ENOTDIR', path))
})

test('no folder stays open', { skip }, async () => {
  await using temporary = await folder()
  const root = temporary.path
  const before = readdirSync('/proc/self/fd').length
  {
    using folders = new HeldFolders()
    for (const path of ['a/b/c/1', 'a/b/2', 'a/x/y/z/3', '4', 'q/5']) {
      closeSync(folders.open({ root, path: join(root, path) }, writeFlags, 0o666, true))
    }
    assert.throws(
      () => folders.open({ root, path: join(root, 'a/b') }, readFlags),
      systemCode('ENXIO', join(root, 'a/b')),
    )
    assert.throws(() => folders.open({ root, path: join(root, '../out') }, readFlags))
  }
  assert.equal(readdirSync('/proc/self/fd').length, before)
})

test('reads that are asked for at once come back each to who asked, whatever their length', async () => {
  await using temporary = await folder()
  await using disk = testDisk()
  const sizes = [0, 1, 5_000, 300_000, SHORT_BYTES - 1, SHORT_BYTES, 70_000, 70_000]
  const contents = sizes.map((size, index) => Uint8Array.from({ length: size }, (_, at) => (at * 13 + index) % 251))
  const paths = sizes.map((_, index) => join(temporary.path, String(index)))
  for (const [index, path] of paths.entries()) await writeFile(path, contents[index]!)
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.array(fc.record({ file: fc.nat({ max: sizes.length - 1 }), from: fc.nat(), length: fc.nat() }), {
          minLength: 1,
          maxLength: 6,
        }),
        { minLength: 1, maxLength: 12 },
      ),
      async (asked) => {
        const reads = asked.map((parts) =>
          parts.map(({ file, from, length }) => {
            const position = from % (sizes[file]! + 1)
            const bytes = length % (sizes[file]! - position + 1)
            const into = [new Uint8Array(bytes >> 1), new Uint8Array(bytes - (bytes >> 1))]
            return { file, root: temporary.path, path: paths[file]!, position, length: bytes, into }
          }),
        )
        await Promise.all(reads.map((parts) => disk.short.read(parts)))
        for (const { file, position, length, into } of reads.flat()) {
          assert.deepEqual(Buffer.concat(into), Buffer.from(contents[file]!.subarray(position, position + length)))
        }
      },
    ),
    { numRuns: 25 },
  )
})

test('a read that fails spoils no other, and says which file it was', async () => {
  await using temporary = await folder()
  await using disk = testDisk()
  const [path, other] = [join(temporary.path, 'a'), join(temporary.path, 'b')]
  await writeFile(path, 'hello')
  const stamp = stampOf(await stat(path, { bigint: true }))
  const read = (at: string, length: number, of: typeof stamp | undefined): Promise<string> => {
    const into = new Uint8Array(length)
    const part = { root: temporary.path, path: at, position: 0, length, stamp: of, into: [into] }
    return disk.short.read([part]).then(() => Buffer.from(into).toString())
  }
  const [good, gone, short, longer] = await Promise.allSettled([
    read(path, 5, stamp),
    read(other, 5, stamp),
    read(path, 6, undefined),
    read(path, 6, stamp),
  ])
  assert.deepEqual(good, { status: 'fulfilled', value: 'hello' })
  assert.ok(gone.status === 'rejected' && code('disk/gone')(gone.reason) && String(gone.reason).includes(other))
  assert.ok(short.status === 'rejected' && code('disk/gone')(short.reason))
  assert.ok(longer.status === 'rejected' && code('share/changed')(longer.reason))
  await assert.rejects(read(path, SHORT_BYTES + 1, stamp), code('disk/gone'))
  await utimes(path, 1, 1)
  await assert.rejects(read(path, 5, stamp), code('share/changed'))
  assert.equal(readFileSync(path, 'utf8'), 'hello')
})
