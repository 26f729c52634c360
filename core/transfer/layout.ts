/** One file inside the bytes of a transfer. */
export interface LayoutFile {
  /** Names from the transfer's folder down, each already safe for a file system. */
  readonly path: readonly string[]
  /** First byte in the transfer. */
  readonly offset: number
  readonly size: number
  /** Alignment filler that is never written: its bytes are zero (BEP 47). */
  readonly padding?: boolean
  readonly executable?: boolean
}

/** How the bytes of a transfer are cut into files. Files follow each other without a gap. */
export interface Layout {
  readonly name: string
  /** True when the transfer is one file called `name`, without a folder around it. */
  readonly single: boolean
  readonly size: number
  readonly files: readonly LayoutFile[]
}

/** Indices [first, last] of the files that hold bytes of [start, end); empty files in between are included. */
export function filesIn(layout: Layout, start: number, end: number): { first: number; last: number } {
  let low = 0
  let high = layout.files.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    const file = layout.files[middle]!
    if (file.offset + file.size > start) high = middle
    else low = middle + 1
  }
  let last = low
  while (last + 1 < layout.files.length && layout.files[last + 1]!.offset < end) last++
  return { first: low, last }
}

/** Whether both cut the same bytes into the same files, whatever these are called. */
export function sameBytes(a: Layout, b: Layout): boolean {
  return (
    a.size === b.size &&
    a.files.length === b.files.length &&
    a.files.every((file, index) => file.offset === b.files[index]!.offset && file.size === b.files[index]!.size)
  )
}
