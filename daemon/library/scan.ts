import type { Fault } from '@kith/core/fault/fault.ts'
import { fail, faultOf } from '@kith/core/fault/fault.ts'
import type { FileStore } from '../host/database/library-files.ts'
import type { Listing, SkipReason } from '../host/files/list.ts'
import type { Found, SharedFolder } from './folder.ts'
import { ignored } from './ignore.ts'

/** Deeper than a path of the system's longest length can well be. */
const deepest = 256
/** Things that were skipped are told one by one up to this many. */
const mostSkipped = 100

export interface ScanWorld {
  readonly files: FileStore
  list(path: string, wanted: (name: string) => boolean): Promise<Listing>
  /** Until when a file has to rest before it is hashed, in milliseconds since the epoch. */
  retryAt(found: Found): number
  /** Folders that are never shared: where Kith keeps its secrets. Without links. */
  readonly forbidden: readonly string[]
  /** Told of every folder that is there. */
  visited(path: string): void
}

/** What came of looking through a folder. */
export interface ScanResult {
  /** False when the shared folder itself is not there: nothing is known then, and nothing forgotten. */
  readonly present: boolean
  readonly skipped: number
  /** What was skipped, as much as anybody reads. */
  readonly faults: readonly Fault[]
}

/**
 * Looks through a shared folder, or the part of it that begins at `below`, and takes into the store what is there now.
 * What is missing is forgotten, unless the disk that it was on is missing.
 */
export async function scan(
  world: ScanWorld,
  folder: SharedFolder,
  below: string,
  deep: boolean,
  signal: AbortSignal,
): Promise<ScanResult> {
  const isIgnored = ignored(folder.ignore)
  const faults: Fault[] = []
  /** Folders that were seen, by device and inode: a mount may hold a folder that it is in. */
  const identities = new Set<string>()
  /** Devices by the paths of folders that are there. */
  const seen = new Map<string, string>()
  let skipped = 0

  function skip(path: string, reason: SkipReason | 'loop' | 'deep' | 'forbidden', fault?: Fault): void {
    skipped++
    if (faults.length < mostSkipped) faults.push(fault ?? skipFault(path, reason))
  }

  async function visit(dir: string, depth: number): Promise<void> {
    signal.throwIfAborted()
    const path = dir === '' ? folder.path : `${folder.path}/${dir}`
    if (world.forbidden.includes(path)) return skip(path, 'forbidden')
    if (depth > deepest) return skip(path, 'deep')
    let listing: Listing
    try {
      listing = await world.list(path, (name) => !isIgnored(dir === '' ? name : `${dir}/${name}`))
    } catch (error) {
      const fault = faultOf(error)
      // What is gone is dealt with at the end; what cannot be read now may be read tomorrow: nothing in it is forgotten.
      if (fault.code !== 'disk/gone') {
        for (const known of world.files.dirs(folder.id, dir)) seen.set(known, '')
        skip(path, 'unreadable', fault)
      }
      return
    }
    if (identities.has(listing.identity)) return skip(path, 'loop')
    identities.add(listing.identity)
    seen.set(dir, listing.device)
    world.visited(path)
    for (const { name, reason } of listing.skipped) skip(`${path}/${name}`, reason)
    await inTurns(world.files.sync(folder.id, dir, listing.files, listing.device, (found) => world.retryAt(found)))
    for (const name of listing.folders.toSorted()) {
      const next = dir === '' ? name : `${dir}/${name}`
      if (deep || world.files.dirs(folder.id, next).length === 0) await visit(next, depth + 1)
      else for (const known of world.files.dirs(folder.id, next)) seen.set(known, '')
    }
  }

  const before = await identityOf(world, folder)
  if (before === undefined) return absent
  await visit(below, 0)
  if ((await identityOf(world, folder)) !== before) return absent
  // The start itself is gone: what that means shows in the folder above.
  if (below !== '' && !seen.has(below)) return scan(world, folder, above(below), false, signal)
  for (const known of world.files.dirs(folder.id, below)) {
    if (seen.has(known)) continue
    const device = deviceAbove(known, seen)
    // In a folder that could not be read nothing is forgotten.
    if (device !== '') await inTurns(world.files.vanish(folder.id, known, device))
  }
  return { present: true, skipped, faults }
}

const absent: ScanResult = { present: false, skipped: 0, faults: [] }

async function inTurns(steps: Iterable<void>): Promise<void> {
  for (const _ of steps) await new Promise((turn) => setImmediate(turn))
}

/**
 * What the shared folder is, or undefined when it is not there: so is a mount point that is empty, on another device than
 * what was in it.
 */
async function identityOf(world: ScanWorld, folder: SharedFolder): Promise<string | undefined> {
  try {
    const { files, folders, device, identity } = await world.list(folder.path, () => true)
    const isEmpty = files.length === 0 && folders.length === 0
    return isEmpty && !world.files.wasOn(folder.id, device) ? undefined : identity
  } catch {
    return undefined
  }
}

function above(dir: string): string {
  return dir.slice(0, Math.max(0, dir.lastIndexOf('/')))
}

/** The device of the nearest folder above that is there; where that could not be read, ''. */
function deviceAbove(dir: string, seen: ReadonlyMap<string, string>): string {
  for (let at = above(dir); ; at = above(at)) {
    const device = seen.get(at)
    if (device !== undefined) return device
    if (at === '') return ''
  }
}

function skipFault(path: string, reason: SkipReason | 'loop' | 'deep' | 'forbidden'): Fault {
  const [code, message] = {
    name: ['library/file-name', `The name of ${path} is not UTF-8`],
    special: ['library/special', `${path} is a pipe, a device or the like`],
    link: ['library/link', `${path} is a link: what it points to is not shared`],
    unreadable: ['library/unreadable', `${path} cannot be read`],
    loop: ['library/loop', `${path} is a folder that was listed in another place already`],
    deep: ['library/deep', `The folders in ${path} are too deep`],
    forbidden: ['library/secret', `${path} holds the keys and the database of Kith`],
  }[reason] as [string, string]
  return fail('local', code, message, { doing: 'look through a shared folder' }).fault
}
