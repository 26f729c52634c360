import assert from 'node:assert/strict'
import { access, mkdir, readFile, readdir, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { FaultError } from '@kith/core/fault/fault.ts'
import { recoverMove } from './move.ts'
import { freeBytes, makeFolder } from './space.ts'
import type { FileStorage } from './storage.ts'
import type { Disk } from './disk.ts'
import { folder, layoutOf, slotWith, testDisk } from './testing.ts'

function code(expected: string) {
  return (error: unknown) => error instanceof FaultError && error.fault.code === expected
}

const bytes = Uint8Array.from({ length: 3000 }, (_, index) => (index * 7 + (index >> 8)) % 251)

async function put(disk: Disk, storage: FileStorage, start: number, end: number): Promise<void> {
  const slot = slotWith(disk, bytes.subarray(start, end))
  assert.equal(await storage.commit(slot, end - start, start, undefined), true)
  slot.release()
}

async function get(storage: FileStorage, start: number, end: number): Promise<Uint8Array> {
  const into = new Uint8Array(end - start)
  await storage.read(start, [into])
  return into
}

const three = layoutOf('top', [
  { path: 'a', size: 1000 },
  { path: 'deep/b', size: 1000 },
  { path: 'c', size: 1000 },
])

test('bytes of a skipped file wait in the parts file and come out when it is wanted', async () => {
  await using temporary = await folder()
  await using disk = testDisk()
  const dir = temporary.path
  const parts = join(dir, 'state/parts')
  const skipped = new Set([1])
  await using storage = disk.open({ layout: three, dir, parts, skipped })
  await put(disk, storage, 0, 1300)
  await put(disk, storage, 1800, 3000)
  await assert.rejects(access(join(dir, 'top/deep/b')))
  assert.deepEqual(await get(storage, 900, 1300), bytes.slice(900, 1300))
  assert.deepEqual([...(await storage.digests(1000, 2000, 100, 'sha1')).present.subarray(0, 3)], [1, 1, 1])
  const had = [
    { start: 0, end: 1300 },
    { start: 1800, end: 3000 },
  ]
  await storage.want(new Set(), had)
  await assert.rejects(access(parts))
  const file = new Uint8Array(await readFile(join(dir, 'top/deep/b')))
  assert.deepEqual(file.subarray(0, 300), bytes.subarray(1000, 1300))
  assert.deepEqual(file.subarray(800), bytes.subarray(1800, 2000))
  assert.deepEqual(await get(storage, 900, 1300), bytes.slice(900, 1300))
  assert.deepEqual(await readdir(join(dir, 'top/deep')), ['b'])
})

test('a file that is there keeps its bytes when it is skipped later', async () => {
  await using temporary = await folder()
  await using disk = testDisk()
  const dir = temporary.path
  const parts = join(dir, 'parts')
  await using storage = disk.open({ layout: three, dir, parts })
  await put(disk, storage, 0, 1500)
  await storage.want(new Set([1]), [{ start: 0, end: 1500 }])
  await put(disk, storage, 1500, 3000)
  assert.deepEqual(await get(storage, 0, 3000), bytes)
  await assert.rejects(access(parts))
  assert.deepEqual(new Uint8Array(await readFile(join(dir, 'top/deep/b'))), bytes.slice(1000, 2000))
})

test('bringing files out of the parts file again after an interruption gives the same', async () => {
  await using temporary = await folder()
  await using disk = testDisk()
  const dir = temporary.path
  const parts = join(dir, 'parts')
  const skipped = new Set([1])
  {
    await using storage = disk.open({ layout: three, dir, parts, skipped })
    await put(disk, storage, 0, 3000)
  }
  // What a program leaves that was ended while it copied.
  await mkdir(join(dir, 'top/deep'))
  await writeFile(join(dir, 'top/deep/.kith-part-1'), 'half, and longer than what was there before')
  await using storage = disk.open({ layout: three, dir, parts, skipped })
  assert.deepEqual(await get(storage, 0, 3000), bytes)
  await storage.want(new Set(), [{ start: 0, end: 3000 }])
  assert.deepEqual(await get(storage, 0, 3000), bytes)
})

test('a transfer moves by a rename, with bytes under way, and is told of before anything else', async () => {
  await using temporary = await folder()
  await using disk = testDisk()
  const [from, to] = [join(temporary.path, 'from'), join(temporary.path, 'to')]
  await makeFolder(from)
  await using storage = disk.open({ layout: three, dir: from, parts: join(temporary.path, 'parts') })
  await put(disk, storage, 0, 1000)
  await assert.rejects(storage.moveTo(to), code('disk/gone'))
  await makeFolder(to)
  const settled: string[] = []
  const moving = storage.moveTo(to, { settled: () => void settled.push(storage.dir) })
  const under = put(disk, storage, 1000, 3000)
  await moving
  await under
  assert.deepEqual(settled, [to])
  assert.deepEqual(await get(storage, 0, 3000), bytes)
  assert.deepEqual(await readdir(from), [])
  assert.equal(await recoverMove(three, 'top', from, to), to)
})

test('a move onto something that exists is refused and changes nothing', async () => {
  await using temporary = await folder()
  await using disk = testDisk()
  const [from, to] = [join(temporary.path, 'from'), join(temporary.path, 'to')]
  await makeFolder(from)
  await makeFolder(join(to, 'top'))
  await using storage = disk.open({ layout: three, dir: from, parts: join(temporary.path, 'parts') })
  await put(disk, storage, 0, 3000)
  await assert.rejects(storage.moveTo(to), code('disk/exists'))
  assert.deepEqual(await get(storage, 0, 3000), bytes)
  assert.equal(await recoverMove(three, 'top', from, to), from)
  await assert.rejects(storage.rename('../to'), code('disk/name'))
  await storage.rename('new name')
  assert.deepEqual(await get(storage, 0, 3000), bytes)
  assert.equal(storage.path, join(from, 'new name'))
  assert.equal((await stat(join(from, 'new name/deep/b'))).size, 1000)
  assert.equal(await storage.exists(), true)
})

test('what a finished copy left in the old place is deleted on recovery', async () => {
  await using temporary = await folder()
  await using disk = testDisk()
  const [from, to] = [join(temporary.path, 'from'), join(temporary.path, 'to')]
  for (const dir of [from, to]) {
    await makeFolder(dir)
    await using storage = disk.open({ layout: three, dir, parts: join(temporary.path, 'parts') })
    await put(disk, storage, 0, 3000)
  }
  assert.equal(await recoverMove(three, 'top', from, to), to)
  assert.deepEqual(await readdir(from), [])
  assert.equal((await stat(join(to, 'top/c'))).size, 1000)
})

test('walking a folder gives its regular files in order, as a layout that a storage can read', async () => {
  await using temporary = await folder()
  await using disk = testDisk()
  const top = join(temporary.path, 'top')
  await makeFolder(join(top, 'B'))
  await makeFolder(join(top, 'empty'))
  await writeFile(join(top, 'b'), bytes.subarray(0, 10), { mode: 0o755 })
  await writeFile(join(top, 'B/z'), bytes.subarray(10, 30))
  await writeFile(join(top, 'ü'), '')
  await symlink('/etc/passwd', join(top, 'link'))
  await symlink(temporary.path, join(top, 'loop'))
  const { dir, layout } = await disk.walk(top)
  assert.equal(dir, temporary.path)
  assert.deepEqual(layout, {
    name: 'top',
    single: false,
    size: 30,
    files: [
      { path: ['B', 'z'], offset: 0, size: 20 },
      { path: ['b'], offset: 20, size: 10, executable: true },
      { path: ['ü'], offset: 30, size: 0 },
    ],
  })
  await using storage = disk.open({ layout, dir, parts: join(temporary.path, 'parts') })
  assert.deepEqual(await get(storage, 15, 25), Uint8Array.of(...bytes.slice(25, 30), ...bytes.slice(0, 5)))
  const one = await disk.walk(join(top, 'b'))
  assert.equal(one.layout.single, true)
  assert.equal(one.dir, top)
  await assert.rejects(disk.walk(join(top, 'link')), code('disk/not-a-file'))
  await assert.rejects(disk.walk(join(top, 'nothing')), code('disk/no-such-path'))
  await assert.rejects(disk.walk(top, AbortSignal.abort(new Error('enough'))), /enough/)
})

test('free space is told for folders that do not exist yet', async () => {
  await using temporary = await folder()
  assert.equal((await freeBytes(join(temporary.path, 'a/b'))) > 0, true)
})
