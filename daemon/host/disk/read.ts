import { readv } from 'node:fs'
import type { FaultError } from '@kith/core/fault/fault.ts'
import { fail } from '@kith/core/fault/fault.ts'
import { diskFault } from './fault.ts'

/** Takes `length` bytes of buffers off the front. */
export function take(buffers: Uint8Array[], length: number): Uint8Array[] {
  const taken: Uint8Array[] = []
  while (length > 0) {
    const first = buffers.shift()!
    taken.push(first.subarray(0, length))
    if (first.length > length) buffers.unshift(first.subarray(length))
    length -= Math.min(length, first.length)
  }
  return taken
}

/** One `readv`; gives how many bytes it read, which is never none. */
export function readInto(
  fd: number,
  into: readonly Uint8Array[],
  position: number,
  path: () => string,
): Promise<number> {
  return new Promise((resolve, reject) => {
    readv(fd, into, position, (error, got) => {
      if (error !== null) return reject(diskFault(error, 'read the file', path()))
      if (got > 0) return resolve(got)
      reject(shorter(path()))
    })
  })
}

/** A file that ends before the bytes that it should have. */
export function shorter(path: string): FaultError {
  return fail('local', 'disk/gone', `${path} is shorter than it was`, {
    doing: 'read the file',
    hint: 'Check the transfer again.',
  })
}

/** A shared file that is another one than when it was hashed. */
export function changed(): FaultError {
  return fail('unavailable', 'share/changed', 'This file was changed since it was hashed', { doing: 'read the file' })
}
