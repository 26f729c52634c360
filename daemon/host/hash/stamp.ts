import type { BigIntStats } from 'node:fs'

/**
 * By what a file is known again without reading it: device, inode, size and the time of its last change in
 * nanoseconds. A text, to be compared and kept; a change of name or place leaves it as it is.
 */
export type Stamp = string & { readonly stamp: true }

export function stampOf({ dev, ino, size, mtimeNs }: BigIntStats): Stamp {
  return [dev, ino, size, mtimeNs].map((part) => part.toString(36)).join('.') as Stamp
}

/** The device it is on, as text. */
export function deviceOf(stamp: Stamp): string {
  return stamp.slice(0, stamp.indexOf('.'))
}

/** All but the device: disks that are mounted anew may get another number. */
export function withoutDevice(stamp: Stamp): string {
  return stamp.slice(stamp.indexOf('.') + 1)
}
