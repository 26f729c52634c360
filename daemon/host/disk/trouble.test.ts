import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { hash } from 'node:crypto'
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { FaultError } from '@kith/core/fault/fault.ts'
import { folder, layoutOf, slotWith, systemClock, testDisk } from './testing.ts'
import { Disk } from './disk.ts'

const isRoot = process.getuid?.() === 0
const mebibyte = 1024 * 1024

function code(expected: string) {
  return (error: unknown) =>
    error instanceof FaultError && error.fault.code === expected && error.fault.kind === 'local'
}

function mount(path: string, options: string): Disposable {
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path])
  // Lazily: the kernel may still be closing what a worker let go of.
  return { [Symbol.dispose]: () => void execFileSync('umount', ['-l', path]) }
}

/** Mounting needs rights that a container may lack even for root. */
function canMount(path: string): boolean {
  try {
    mount(path, 'size=64k')[Symbol.dispose]()
    return true
  } catch {
    return false
  }
}

test(
  'a full disk is the fault disk/full, and freeing space lets it go on',
  { skip: !isRoot && 'only root can mount a tiny disk' },
  async (context) => {
    await using temporary = await folder()
    const dir = join(temporary.path, 'tiny')
    await mkdir(dir)
    if (!canMount(dir)) return context.skip('this machine lets nobody mount a tiny disk')
    using _ = mount(dir, 'size=3m')
    await writeFile(join(dir, 'ballast'), new Uint8Array(1.5 * mebibyte))
    await using disk = new Disk({ clock: systemClock, workers: 2 })
    const layout = layoutOf('top', [{ path: 'a', size: 3 * mebibyte - 65536 }])
    await using storage = disk.open({ layout, dir, parts: join(temporary.path, 'parts') })
    const bytes = new Uint8Array(mebibyte).fill(1)
    const put = async (offset: number, length: number): Promise<boolean> => {
      const slot = slotWith(disk, bytes)
      const expected = hash('sha1', bytes.subarray(0, length), 'buffer')
      try {
        return await storage.commit(slot, length, offset, {
          start: offset,
          end: offset + length,
          algorithm: 'sha1',
          expected,
        })
      } finally {
        slot.release()
      }
    }
    assert.equal(await put(0, mebibyte), true)
    await assert.rejects(put(mebibyte, mebibyte), code('disk/full'))
    await rm(join(dir, 'ballast'))
    assert.equal(await put(mebibyte, mebibyte), true)
    await storage[Symbol.asyncDispose]()
  },
)

// Root may write everywhere; the read-only disk below shows it the same fault.
if (!isRoot) {
  test('a folder that may not be written is the fault disk/denied', async () => {
    await using temporary = await folder()
    const dir = join(temporary.path, 'locked')
    await mkdir(dir, { mode: 0o500 })
    await using disk = testDisk()
    await using storage = disk.open({
      layout: layoutOf('top', [{ path: 'a', size: 5 }]),
      dir,
      parts: join(temporary.path, 'p'),
    })
    const slot = slotWith(disk, new Uint8Array(5))
    await assert.rejects(storage.commit(slot, 5, 0, undefined), code('disk/denied'))
    slot.release()
    await chmod(dir, 0o700)
  })
}

test(
  'a read-only disk is the fault disk/denied, and can be read',
  { skip: !isRoot && 'only root can mount a read-only disk' },
  async (context) => {
    await using temporary = await folder()
    const dir = join(temporary.path, 'tiny')
    await mkdir(dir)
    if (!canMount(dir)) return context.skip('this machine lets nobody mount a disk')
    using _ = mount(dir, 'size=1m')
    await mkdir(join(dir, 'top'))
    await writeFile(join(dir, 'top/a'), 'hello')
    execFileSync('mount', ['-o', 'remount,ro', dir])
    await using disk = testDisk()
    await using storage = disk.open({
      layout: layoutOf('top', [{ path: 'a', size: 5 }]),
      dir,
      parts: join(temporary.path, 'p'),
    })
    const slot = slotWith(disk, new Uint8Array(5))
    await assert.rejects(storage.commit(slot, 5, 0, undefined), code('disk/denied'))
    slot.release()
    const into = new Uint8Array(5)
    await storage.read(0, [into])
    assert.equal(Buffer.from(into).toString(), 'hello')
    await storage[Symbol.asyncDispose]()
  },
)
