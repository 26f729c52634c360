import type { BigIntStats, Dirent } from 'node:fs'
import { lstat, readdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Found } from '../../library/folder.ts'
import { diskFault, systemError } from '../disk/fault.ts'
import { stampOf } from '../hash/stamp.ts'

/** Calls of the system that are under way at once for one folder; it has four threads for them. */
const atOnce = 16

/** Why something in a folder is not shared. */
export type SkipReason = 'name' | 'special' | 'link' | 'unreadable'

export interface Skipped {
  readonly name: string
  readonly reason: SkipReason
}

/** What a folder holds. */
export interface Listing {
  /** Of the folder: what `deviceOf` gives for files on the same device. */
  readonly device: string
  /** Device and inode: the same folder may stand in several places by mounts. */
  readonly identity: string
  readonly files: readonly Found[]
  readonly folders: readonly string[]
  readonly skipped: readonly Skipped[]
}

/**
 * Lists a folder. Links are not followed: what they point to inside of the shared folder is listed in its own place, and
 * what is outside is nobody's business. `wanted` says which names are looked at.
 * @throws FaultError `disk/…` when the folder cannot be read
 */
export async function listFolder(path: string, wanted: (name: string) => boolean): Promise<Listing> {
  try {
    const own = await stat(path, { bigint: true })
    const entries = await readdir(path, { withFileTypes: true, encoding: 'buffer' })
    const files: Found[] = []
    const folders: string[] = []
    const skipped: Skipped[] = []
    const look = async (entry: Dirent<NonSharedBuffer>): Promise<void> => {
      const name = nameOf(entry.name)
      if (name === undefined) {
        skipped.push({ name: new TextDecoder().decode(entry.name), reason: 'name' })
        return
      }
      if (!wanted(name)) return
      try {
        const stats = await lstat(join(path, name), { bigint: true })
        if (stats.isDirectory()) folders.push(name)
        else if (stats.isFile()) files.push(foundOf(name, stats))
        else skipped.push({ name, reason: stats.isSymbolicLink() ? 'link' : 'special' })
      } catch (error) {
        // What went away in between was not there.
        if (systemError(error).code !== 'ENOENT') skipped.push({ name, reason: 'unreadable' })
      }
    }
    for (let at = 0; at < entries.length; at += atOnce) {
      await Promise.all(entries.slice(at, at + atOnce).map(look))
    }
    const device = own.dev.toString(36)
    return { device, identity: `${device}.${own.ino.toString(36)}`, files, folders, skipped }
  } catch (error) {
    throw diskFault(error, 'list the folder', path)
  }
}

/** A single file, or undefined when there is none of that name. @throws FaultError `disk/…` */
export async function findFile(path: string, name: string): Promise<Found | undefined> {
  try {
    const stats = await lstat(path, { bigint: true })
    return stats.isFile() ? foundOf(name, stats) : undefined
  } catch (error) {
    const { code } = systemError(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw diskFault(error, 'look at the file', path)
  }
}

/** The path without links, as it is when it cannot be resolved. */
export async function resolved(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch {
    return path
  }
}

function foundOf(name: string, stats: BigIntStats): Found {
  return { name, stamp: stampOf(stats), size: Number(stats.size), modified: Number(stats.mtimeMs) }
}

/** Names are bytes to the system; those that are not UTF-8 have no form that others could ask for. */
function nameOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** Whether it is a folder, or a link to one. */
export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch {
    return false
  }
}
