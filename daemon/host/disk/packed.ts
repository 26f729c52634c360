import type { Stamp } from '../hash/stamp.ts'
import type { Place } from './held.ts'
import type { ReadPart, Run, ShortWrite } from './job.ts'

/**
 * Files as they travel between threads: a message costs by the number of values in it, and hardly by their bytes. So many
 * files are one text and one row of numbers.
 */
export interface Packed {
  /** For each file its root, empty where it is that of the file before, and its path. No path holds a zero. */
  readonly places: string
  /** As many for each file as the job needs. */
  readonly numbers: Float64Array
}

export function packPlaces(files: readonly Place[]): Packed {
  return pack(files, 0, () => {})
}

export function* placesOf({ places }: Packed): Generator<Place> {
  if (places === '') return
  const words = places.split('\0')
  let root = ''
  for (let at = 0; at < words.length; at += 2) {
    if (words[at] !== '') root = words[at]!
    yield { root, path: words[at + 1]! }
  }
}

export function packWrites(writes: readonly ShortWrite[]): Packed {
  return pack(writes, 5, ({ at, position, length, executable, stretch = -1 }, numbers, index) => {
    numbers[index] = at
    numbers[index + 1] = position
    numbers[index + 2] = length
    numbers[index + 3] = executable ? 1 : 0
    numbers[index + 4] = stretch
  })
}

export function* writesOf(packed: Packed): Generator<ShortWrite> {
  const { numbers } = packed
  let index = 0
  for (const { root, path } of placesOf(packed)) {
    const stretch = numbers[index + 4]!
    yield {
      root,
      path,
      at: numbers[index]!,
      position: numbers[index + 1]!,
      length: numbers[index + 2]!,
      executable: numbers[index + 3] === 1,
      stretch: stretch < 0 ? undefined : stretch,
    }
    index += 5
  }
}

export function packParts(parts: readonly ReadPart[]): Packed {
  return pack(parts, 2, ({ position, length }, numbers, index) => {
    numbers[index] = position
    numbers[index + 1] = length
  })
}

/** Undefined when no part has one. */
export function packStamps(parts: readonly ReadPart[]): string | undefined {
  if (parts.every(({ stamp }) => stamp === undefined)) return undefined
  return parts.map(({ stamp }) => stamp ?? '').join('\0')
}

export function* partsOf(packed: Packed, stamps: string | undefined): Generator<ReadPart> {
  const { numbers } = packed
  const all = stamps?.split('\0')
  let index = 0
  for (const { root, path } of placesOf(packed)) {
    const stamp = all?.[index / 2]
    yield {
      root,
      path,
      position: numbers[index]!,
      length: numbers[index + 1]!,
      ...(stamp === undefined || stamp === '' ? {} : { stamp: stamp as Stamp }),
    }
    index += 2
  }
}

const nowhere: Place = { root: '', path: '' }

export function packRuns(runs: readonly Run[]): Packed {
  const places = runs.map((run) => (run.kind === 'zeros' ? nowhere : run))
  return pack(places, 2, (_, numbers, index) => {
    const run = runs[index / 2]!
    numbers[index] = run.length
    numbers[index + 1] = run.kind === 'zeros' ? -1 : run.position
  })
}

export function runsOf(packed: Packed): readonly Run[] {
  const { numbers } = packed
  return Array.from(placesOf(packed), ({ root, path }, index): Run => {
    const length = numbers[index * 2]!
    const position = numbers[index * 2 + 1]!
    return position < 0 ? { kind: 'zeros', length } : { kind: 'file', root, path, position, length }
  })
}

function pack<T extends Place>(
  files: readonly T[],
  width: number,
  fill: (file: T, numbers: Float64Array, index: number) => void,
): Packed {
  const words: string[] = []
  const numbers = new Float64Array(files.length * width)
  let before = ''
  for (const [index, file] of files.entries()) {
    words.push(file.root === before ? '' : file.root, file.path)
    if (file.root !== '') before = file.root
    fill(file, numbers, index * width)
  }
  return { places: words.join('\0'), numbers }
}
