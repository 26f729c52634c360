import { fail } from '@kith/core/fault/fault.ts'
import { FileTree, type TreeEntry } from '../host/files/tree.ts'
import { ignored } from '../library/ignore.ts'
import type { SharedFolder } from '../library/folder.ts'
import type { DavUser } from './users.ts'

/** Somewhere in a shared folder, as one user sees it. */
export interface Place {
  readonly folder: SharedFolder
  readonly tree: FileTree
  /** Below the shared folder; empty for itself. */
  readonly names: readonly string[]
  /** What locks and properties know it by. */
  readonly at: string
  readonly writable: boolean
}

/** The shared folders that a user may see, in the order of their names. */
export function foldersOf(user: DavUser, all: readonly SharedFolder[]): readonly SharedFolder[] {
  return all.filter(({ id }) => user.rights.has(id)).toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** @throws FaultError `dav/not-found` for what the user may not see */
export function placeOf(user: DavUser, all: readonly SharedFolder[], path: readonly string[]): Place {
  const [name, ...names] = path
  const folder = foldersOf(user, all).find((one) => one.name === name)
  if (folder === undefined) throw notFound()
  const writable = user.rights.get(folder.id) === 'write'
  const place = { folder, names, writable, tree: new FileTree(folder.path), at: [folder.id, ...names].join('/') }
  const hidden = names.some((_, index) => !isShown(place, names.slice(0, index + 1)))
  if (hidden) throw notFound()
  return place
}

/** Whoever works in a folder sees all of it; whoever reads sees what the folder shares. */
export function isShown({ folder, writable }: Place, names: readonly string[]): boolean {
  return writable || !ignored(folder.ignore)(names.join('/'))
}

export function child(place: Place, name: string): Place {
  return { ...place, names: [...place.names, name], at: `${place.at}/${name}` }
}

/** The folder that it is in, inside the same shared folder. */
export function above(place: Place): string {
  return place.at.slice(0, place.at.lastIndexOf('/'))
}

/** @throws FaultError `dav/not-found` */
export async function needEntry(place: Place): Promise<TreeEntry> {
  const entry = await place.tree.look(place.names)
  if (entry === undefined) throw notFound()
  return entry
}

export function etagOf({ stamp }: TreeEntry): string {
  return `"${stamp}"`
}

export function notFound(): Error {
  return fail('input', 'dav/not-found', 'There is nothing at this address')
}
