import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Layout, LayoutFile } from '@kith/core/transfer/layout.ts'
import type { Slot } from '@kith/core/transfer/storage.ts'
import { Disk } from './disk.ts'

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms)
    return { [Symbol.dispose]: () => clearTimeout(timer) }
  },
}

/** A folder that is deleted at the end of its scope. */
export async function folder(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'kith-disk-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** Small slots, so that small layouts are cut too. */
export function testDisk(options: { readonly workers?: number; readonly openFiles?: number } = {}): Disk {
  return new Disk({ clock: systemClock, workers: 2, slotBytes: 4096, memoryBytes: 16 * 4096, ...options })
}

export interface Piece {
  readonly path: string
  readonly size: number
  readonly padding?: boolean
  readonly executable?: boolean
}

export function layoutOf(name: string, files: readonly Piece[]): Layout {
  let offset = 0
  const laid = files.map(({ path, ...rest }): LayoutFile => {
    const file = { ...rest, path: path.split('/'), offset }
    offset += rest.size
    return file
  })
  return { name, single: false, size: offset, files: laid }
}

export function slotWith(disk: Disk, bytes: Uint8Array): Slot {
  const slot = disk.slots.lease(disk.slots.size)
  if (slot === undefined) throw new Error('no memory')
  slot.bytes.set(bytes)
  return slot
}
