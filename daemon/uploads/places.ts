import type { UploadRequest } from '@kith/api/uploads.ts'
import { safeName } from '@kith/wire/safe-path.ts'
import { numbered } from '../host/files/arrivals.ts'

/**
 * Where the files of an upload go in its folder, and what they are called together: all names are safe, and each is there
 * once, so that a file that is in its place is known for what it is after a restart.
 */
export function placesOf({ name, files }: UploadRequest): {
  readonly name: string
  readonly places: readonly (readonly string[])[]
} {
  const names = files.map((one) => namesIn(one.name))
  const top = commonTop(names)
  const around = top === undefined ? safeName(name ?? names[0]!.at(-1)!.replace(/(?<=.)\.[^.]*$/, '')) : undefined
  const wanted = around === undefined ? names : names.map((one) => [around, ...one])
  const folders = wanted.flatMap((one) => one.slice(1).map((_, depth) => keyOf(one.slice(0, depth + 1))))
  const taken = new Set(folders)
  const places = wanted.map((one) => free(one, taken))
  return { name: (around ?? top)!, places }
}

/** The name itself, or with a number where another file or a folder has it; case does not tell them apart everywhere. */
function free(names: readonly string[], taken: Set<string>): readonly string[] {
  const folders = names.slice(0, -1)
  for (let number = 1; ; number++) {
    const tried = [...folders, numbered(names.at(-1)!, number)]
    const key = keyOf(tried)
    if (taken.has(key)) continue
    taken.add(key)
    return tried
  }
}

function keyOf(names: readonly string[]): string {
  return names.join('/').toLowerCase()
}

/** Folders and a name, that lead nowhere else. */
function namesIn(name: string): readonly string[] {
  const names = name.split('/').filter((one) => one !== '' && one !== '.' && one !== '..')
  return names.length === 0 ? ['_'] : names.map(safeName)
}

/** The one file, or the folder that all files are in. */
function commonTop(names: readonly (readonly string[])[]): string | undefined {
  const [first = '', ...more] = names[0]!
  if (names.length === 1 && more.length === 0) return first
  return names.every((one) => one.length > 1 && one[0] === first) ? first : undefined
}
