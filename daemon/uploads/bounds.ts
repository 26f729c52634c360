import { fail } from '@kith/core/fault/fault.ts'
import type { UploadSettings } from '../config/settings.ts'

const gibibyte = 1024 ** 3
const minuteMs = 60_000

/** How long what nobody goes on with is kept, in milliseconds. */
export function lastsMs({ keepMinutes }: UploadSettings): number {
  return keepMinutes * minuteMs
}

/**
 * Whether one sender may bring so many bytes besides what of theirs is not whole yet.
 * @throws FaultError `unavailable` `upload/too-many`, `upload/too-much`
 */
export function checkBounds(
  { most, mostSize }: UploadSettings,
  unfinished: readonly { readonly size: number }[],
  size: number,
): void {
  if (unfinished.length >= most) {
    throw fail('unavailable', 'upload/too-many', 'Too many files from here are not whole yet')
  }
  const sum = unfinished.reduce((all, one) => all + one.size, size)
  if (sum > mostSize * gibibyte) {
    throw fail('unavailable', 'upload/too-much', `No more than ${mostSize} GiB may be on the way from one sender`)
  }
}
