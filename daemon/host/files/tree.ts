import { constants } from 'node:fs'
import type { BigIntStats } from 'node:fs'
import { copyFile, link, lstat, mkdir, open, readdir, rename, rm, rmdir, unlink } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { fail } from '@kith/core/fault/fault.ts'
import { checkFolders, checkName, readFlags } from '../disk/below.ts'
import { diskFault, isAbsent, systemError } from '../disk/fault.ts'
import type { PartialFile } from './partial.ts'
import { writeAll } from './write-all.ts'

/** Folders inside each other: no path that a system holds has as many. */
const MOST_DEPTH = 256
const READ_BYTES = 256 * 1024
/** Looks at files that are under way at once. */
const AT_ONCE = 16
const folderFlags = constants.O_RDONLY | (constants.O_DIRECTORY ?? 0)
const noLink = constants.O_NOFOLLOW ?? 0
/** Files that are being written, which nobody sees. */
const unfinished = /^\.kith-[0-9a-f]{16}\.part$/

/** A file or folder; links and other things are not told. */
export interface TreeEntry {
  readonly name: string
  readonly kind: 'file' | 'folder'
  /** Bytes. */
  readonly size: number
  /** Milliseconds since the epoch. */
  readonly modified: number
  readonly created: number
  /** Changes with the file. */
  readonly stamp: string
}

export interface OpenEntry extends AsyncDisposable {
  readonly entry: TreeEntry
  /** The bytes from `start` to `end`, which closes the file at its end. */
  read(start: number, end: number): AsyncGenerator<Uint8Array, void>
}

/** A folder that is held open while something is done in it. */
interface Held extends AsyncDisposable {
  /** Leads to the folder that is held, whatever is put in its way meanwhile. */
  readonly path: string
}

/**
 * Files and folders below one folder, read and changed by others. No link below the root is followed. On Linux each folder
 * on the way is opened in the one before it and held, so that a link that is put in the way meanwhile leads nowhere;
 * elsewhere the way is checked right before.
 */
export class FileTree {
  readonly #root: string

  constructor(root: string) {
    this.#root = root
  }

  /** Undefined when nothing is there. @throws FaultError `disk/…` */
  async look(names: readonly string[]): Promise<TreeEntry | undefined> {
    const name = names.at(-1)
    try {
      if (name === undefined) return entryOf('', await lstat(`${this.#root}/.`, { bigint: true }))
      await using above = await this.#hold(names.slice(0, -1))
      return entryOf(name, await lstat(join(above.path, name), { bigint: true }))
    } catch (error) {
      if (isNotThere(error)) return undefined
      throw diskFault(error, 'look at the file', this.#path(names))
    }
  }

  /** What is in a folder, in the order of the names. @throws FaultError `disk/…` */
  async list(names: readonly string[]): Promise<readonly TreeEntry[]> {
    try {
      await using folder = await this.#hold(names)
      const found: TreeEntry[] = []
      const all = (await readdir(folder.path)).filter((name) => !unfinished.test(name)).sort()
      for (let at = 0; at < all.length; at += AT_ONCE) {
        const looks = all.slice(at, at + AT_ONCE).map(async (name) => {
          try {
            return entryOf(name, await lstat(join(folder.path, name), { bigint: true }))
          } catch {
            return undefined
          }
        })
        for (const entry of await Promise.all(looks)) if (entry !== undefined) found.push(entry)
      }
      return found
    } catch (error) {
      throw diskFault(error, 'list the folder', this.#path(names))
    }
  }

  /** Undefined when there is no file. @throws FaultError `disk/…` */
  async open(names: readonly string[]): Promise<OpenEntry | undefined> {
    const name = names.at(-1)
    if (name === undefined) return undefined
    let file: FileHandle
    try {
      await using above = await this.#hold(names.slice(0, -1))
      file = await open(join(above.path, name), readFlags)
    } catch (error) {
      if (isNotThere(error)) return undefined
      throw diskFault(error, 'read the file', this.#path(names))
    }
    const entry = entryOf(name, await file.stat({ bigint: true }))
    if (entry?.kind !== 'file') {
      await file.close()
      return undefined
    }
    const path = this.#path(names)
    return {
      entry,
      read: (start, end) => reading(file, start, end, path),
      [Symbol.asyncDispose]: () => file.close(),
    }
  }

  /**
   * Writes a file beside, and puts it in its place when it is whole; nothing is left of one that is not.
   * `fresh`: only where nothing is there yet.
   * @throws FaultError `disk/…`, or what the bytes end with
   */
  async write(names: readonly string[], bytes: AsyncIterable<Uint8Array>, fresh = false): Promise<TreeEntry> {
    const name = nameOf(names)
    try {
      await using above = await this.#hold(names.slice(0, -1))
      const beside = join(above.path, `.kith-${randomBytes(8).toString('hex')}.part`)
      const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | noLink
      try {
        const file = await open(beside, flags, 0o666)
        try {
          for await (const part of bytes) await writeAll(file, part)
        } finally {
          await file.close()
        }
        const path = join(above.path, name)
        await (fresh ? link(beside, path).then(() => unlink(beside)) : rename(beside, path))
        return entryOf(name, await lstat(path, { bigint: true }))!
      } catch (error) {
        await rm(beside, { force: true })
        throw error
      }
    } catch (error) {
      throw faultFrom(error, 'write the file', this.#path(names))
    }
  }

  /**
   * Puts a file that came in several goes, and lies hidden in the root, in its place, where nothing is yet.
   * @throws FaultError `disk/…`
   */
  async settle(partial: PartialFile, names: readonly string[]): Promise<void> {
    try {
      await using root = await this.#hold([])
      await using above = await this.#hold(names.slice(0, -1))
      const beside = join(root.path, partial.name)
      await link(beside, join(above.path, nameOf(names)))
      await unlink(beside)
    } catch (error) {
      throw faultFrom(error, 'put the file in its place', this.#path(names))
    }
  }

  /** @throws FaultError `disk/…` */
  async makeFolder(names: readonly string[]): Promise<void> {
    try {
      await using above = await this.#hold(names.slice(0, -1))
      await mkdir(join(above.path, nameOf(names)))
    } catch (error) {
      throw faultFrom(error, 'make the folder', this.#path(names))
    }
  }

  /** With all that is in it. @throws FaultError `disk/…` */
  async remove(names: readonly string[]): Promise<void> {
    const name = nameOf(names)
    try {
      await using above = await this.#hold(names.slice(0, -1))
      await removeIn(above.path, name, 0)
    } catch (error) {
      throw faultFrom(error, 'delete the file', this.#path(names))
    }
  }

  /** To where no folder is. @throws FaultError `disk/…` */
  async move(names: readonly string[], into: FileTree, to: readonly string[]): Promise<void> {
    try {
      await using from = await this.#hold(names.slice(0, -1))
      await using target = await into.#hold(to.slice(0, -1))
      await rename(join(from.path, nameOf(names)), join(target.path, nameOf(to)))
    } catch (error) {
      if (systemError(error).code !== 'EXDEV') throw faultFrom(error, 'move the file', this.#path(names))
      await this.copy(names, into, to, true)
      await this.remove(names)
    }
  }

  /** To where no folder is; `deep` with all that is in it. @throws FaultError `disk/…` */
  async copy(names: readonly string[], into: FileTree, to: readonly string[], deep: boolean): Promise<void> {
    try {
      await using from = await this.#hold(names.slice(0, -1))
      await using target = await into.#hold(to.slice(0, -1))
      await copyIn({ folder: from.path, name: nameOf(names) }, { folder: target.path, name: nameOf(to) }, deep, 0)
    } catch (error) {
      throw faultFrom(error, 'copy the file', this.#path(names))
    }
  }

  #path(names: readonly string[]): string {
    return join(this.#root, ...names)
  }

  async #hold(names: readonly string[]): Promise<Held> {
    for (const name of names) checkName(name)
    if (process.platform !== 'linux') {
      await checkFolders(this.#root, this.#path([...names, '.']))
      return { path: this.#path(names), [Symbol.asyncDispose]: async () => {} }
    }
    let handle = await open(this.#root, folderFlags)
    for (const name of names) {
      const above = handle
      try {
        handle = await open(`/proc/self/fd/${above.fd}/${name}`, folderFlags | noLink)
      } finally {
        await above.close()
      }
    }
    return { path: `/proc/self/fd/${handle.fd}`, [Symbol.asyncDispose]: () => handle.close() }
  }
}

function nameOf(names: readonly string[]): string {
  const name = names.at(-1)
  if (name === undefined) throw fail('input', 'disk/name', 'The root itself stays as it is')
  checkName(name)
  return name
}

async function holdIn(folder: string, name: string): Promise<Held> {
  if (process.platform !== 'linux') return { path: join(folder, name), [Symbol.asyncDispose]: async () => {} }
  const handle = await open(join(folder, name), folderFlags | noLink)
  return { path: `/proc/self/fd/${handle.fd}`, [Symbol.asyncDispose]: () => handle.close() }
}

async function removeIn(folder: string, name: string, depth: number): Promise<void> {
  const path = join(folder, name)
  if (!(await lstat(path)).isDirectory()) return unlink(path)
  if (depth > MOST_DEPTH) throw fail('input', 'disk/too-deep', 'The folders are too deep')
  {
    await using inside = await holdIn(folder, name)
    for (const one of await readdir(inside.path)) await removeIn(inside.path, one, depth + 1)
  }
  await rmdir(path)
}

interface Place {
  readonly folder: string
  readonly name: string
}

async function copyIn(from: Place, to: Place, deep: boolean, depth: number): Promise<void> {
  const source = join(from.folder, from.name)
  const target = join(to.folder, to.name)
  const stats = await lstat(source)
  if (stats.isFile()) return copyOne(source, to)
  if (!stats.isDirectory()) return
  if (depth > MOST_DEPTH) throw fail('input', 'disk/too-deep', 'The folders are too deep')
  await mkdir(target)
  if (!deep) return
  await using inside = await holdIn(from.folder, from.name)
  await using made = await holdIn(to.folder, to.name)
  for (const name of await readdir(inside.path)) {
    if (unfinished.test(name)) continue
    await copyIn({ folder: inside.path, name }, { folder: made.path, name }, true, depth + 1)
  }
}

async function copyOne(source: string, to: Place): Promise<void> {
  const file = await open(source, readFlags)
  try {
    const beside = join(to.folder, `.kith-${randomBytes(8).toString('hex')}.part`)
    const opened = process.platform === 'linux' ? `/proc/self/fd/${file.fd}` : source
    try {
      await copyFile(opened, beside, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
      await rename(beside, join(to.folder, to.name))
    } catch (error) {
      await rm(beside, { force: true })
      throw error
    }
  } finally {
    await file.close()
  }
}

async function* reading(file: FileHandle, start: number, end: number, path: string): AsyncGenerator<Uint8Array, void> {
  try {
    for (let at = start; at < end;) {
      const buffer = new Uint8Array(Math.min(READ_BYTES, end - at))
      const { bytesRead } = await file.read(buffer, 0, buffer.length, at)
      if (bytesRead === 0) throw fail('unavailable', 'share/changed', `${path} became shorter while it was read`)
      at += bytesRead
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await file.close()
  }
}

function entryOf(name: string, stats: BigIntStats): TreeEntry | undefined {
  const kind = stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : undefined
  if (kind === undefined || unfinished.test(name)) return undefined
  return {
    name,
    kind,
    size: kind === 'file' ? Number(stats.size) : 0,
    modified: Number(stats.mtimeMs),
    created: Number(stats.birthtimeMs),
    stamp: [stats.ino, stats.size, stats.mtimeNs].map((one) => one.toString(36)).join('-'),
  }
}

function isNotThere(error: unknown): boolean {
  const { code } = systemError(error)
  return isAbsent(code) || code === 'ELOOP' || code === 'ENXIO' || code === 'EISDIR'
}

/** The system's failures as faults; faults, and what the other side's bytes ended with, as they are. */
function faultFrom(error: unknown, doing: string, path: string): unknown {
  return systemError(error).code === undefined ? error : diskFault(error, doing, path)
}
