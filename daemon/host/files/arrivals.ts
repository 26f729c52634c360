import { fail } from '@kith/core/fault/fault.ts'
import type { Arrivals } from '@kith/core/network/arrivals.ts'
import { safeName } from '@kith/wire/safe-path.ts'
import { FileTree } from './tree.ts'

/** Files of one name. */
const MOST_COPIES = 1_000

/** Files that others send go into a folder, which is made when it is not there. */
export function arrivals(folder: () => Promise<string>): Arrivals {
  /** Names of files that are not whole yet. */
  const coming = new Set<string>()
  return {
    async write(names, bytes) {
      const directory = await folder()
      const tree = new FileTree(directory)
      const safe = names.map(safeName)
      const folders = safe.slice(0, -1)
      for (let depth = 1; depth <= folders.length; depth++) {
        const above = folders.slice(0, depth)
        if ((await tree.look(above))?.kind !== 'folder') await tree.makeFolder(above)
      }
      const place = [directory, ...folders].join('/')
      const name = await freeName(tree, folders, safe.at(-1) ?? '_', (one) => coming.has(placeOf(place, one)))
      const held = placeOf(place, name)
      coming.add(held)
      try {
        await tree.write([...folders, name], bytes, true)
      } finally {
        coming.delete(held)
      }
      return `${place}/${name}`
    },
  }
}

/** The name itself, or with a number where it is taken. Names that differ in case only are one for some systems. */
export async function freeName(
  tree: FileTree,
  folders: readonly string[],
  name: string,
  isComing: (name: string) => boolean = () => false,
): Promise<string> {
  const taken = new Set((await tree.list(folders)).map((entry) => entry.name.toLowerCase()))
  for (let number = 1; number <= MOST_COPIES; number++) {
    const tried = numbered(name, number)
    if (!taken.has(tried.toLowerCase()) && !isComing(tried)) return tried
  }
  throw fail('local', 'disk/exists', `${name} exists already`)
}

/** `film (2).mkv`; the first is the name itself. */
export function numbered(name: string, number: number): string {
  if (number === 1) return name
  const dot = name.lastIndexOf('.')
  const [begin, end] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, '']
  return safeName(`${begin} (${number})${end}`)
}

function placeOf(folder: string, name: string): string {
  return `${folder}/${name.toLowerCase()}`
}
