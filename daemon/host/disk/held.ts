import { closeSync, constants, existsSync, fstatSync, mkdirSync, openSync } from 'node:fs'
import { dirname, relative, sep } from 'node:path'
import { checkFoldersSync, makeFoldersSync } from './below.ts'
import { systemError } from './fault.ts'

/** Only to open what is in the folder: the right to list it is not needed. The same number on all machines of this name. */
const passOnly = process.platform === 'linux' ? 0x20_0000 : 0
const folderFlags = constants.O_RDONLY | (constants.O_DIRECTORY ?? 0) | passOnly
const noLink = constants.O_NOFOLLOW ?? 0

/** A file at or below a folder that the user chose, which may be a link; nothing between the two may be one. */
export interface Place {
  readonly root: string
  readonly path: string
}

/**
 * Opens files in folders that are held open from one to the next. On Linux each folder on the way is opened in the one
 * before it, so that a link that is put in the way meanwhile leads nowhere, and files of one folder are opened with one
 * call each; elsewhere the way is checked right before. Blocks: only for threads of their own.
 */
export class HeldFolders implements Disposable {
  readonly #holds: boolean
  #root = ''
  /** The folder that is held now, with those above it up to the root. */
  #folder: string | undefined
  readonly #names: string[] = []
  /** The root, then one for each name. */
  readonly #open: number[] = []

  constructor() {
    this.#holds = process.platform === 'linux' && existsSync('/proc/self/fd')
  }

  /** Opens a regular file, `make` with the folders below the root. The caller closes it.
   * @throws an Error as the system gives it, with the file's path; a link in the way has the code ELOOP or ENOTDIR */
  open({ root, path }: Place, flags: number, mode = 0o666, make = false): number {
    const open = this.#holds ? (): number => this.#openHeld(root, path, flags, mode, make) : openChecked
    try {
      const fd = open(root, path, flags, mode, make)
      try {
        if (fstatSync(fd).isFile()) return fd
      } catch (error) {
        closeSync(fd)
        throw error
      }
      closeSync(fd)
    } catch (error) {
      const { code, message } = systemError(error)
      throw Object.assign(new Error(message.replace(/'[^']*'/, `'${path}'`)), { code, path })
    }
    throw Object.assign(new Error('it is no file'), { code: 'ENXIO', path })
  }

  #openHeld(root: string, path: string, flags: number, mode: number, make: boolean): number {
    const before = this.#open.length
    try {
      return this.#openIn(root, path, flags, mode, make)
    } catch (error) {
      if (before === 0 || systemError(error).code !== 'ENOENT') throw error
      // A folder that was held may have been deleted or replaced meanwhile.
      this[Symbol.dispose]()
      return this.#openIn(root, path, flags, mode, make)
    }
  }

  #openIn(root: string, path: string, flags: number, mode: number, make: boolean): number {
    this.#enter(root, path, make)
    const name = path.slice(path.lastIndexOf(sep) + 1)
    return openSync(`/proc/self/fd/${this.#open.at(-1)!}/${name}`, flags, mode)
  }

  /** Holds the folder of a file. */
  #enter(root: string, path: string, make: boolean): void {
    const folder = dirname(path)
    if (folder === this.#folder && root === this.#root) return
    this.#folder = undefined
    if (root !== this.#root || this.#open.length === 0) {
      this[Symbol.dispose]()
      this.#open.push(openSync(root, folderFlags))
      this.#root = root
    }
    const between = relative(root, folder)
    const names = between === '' ? [] : between.split(sep)
    let same = 0
    while (same < names.length && names[same] === this.#names[same]) same++
    this.#leave(same)
    for (const name of names.slice(same)) {
      this.#open.push(this.#openFolder(name, make))
      this.#names.push(name)
    }
    this.#folder = folder
  }

  #openFolder(name: string, make: boolean): number {
    if (name === '..') throw Object.assign(new Error('it leads elsewhere'), { code: 'ELOOP' })
    const path = `/proc/self/fd/${this.#open.at(-1)!}/${name}`
    try {
      return openSync(path, folderFlags | noLink)
    } catch (error) {
      if (!make || systemError(error).code !== 'ENOENT') throw error
    }
    try {
      mkdirSync(path)
    } catch (error) {
      if (systemError(error).code !== 'EEXIST') throw error
    }
    return openSync(path, folderFlags | noLink)
  }

  /** Lets go of all but so many folders below the root. */
  #leave(depth: number): void {
    this.#names.length = Math.min(this.#names.length, depth)
    while (this.#open.length > depth + 1) closeSync(this.#open.pop()!)
  }

  /** Lets go of all; it can be used again. */
  [Symbol.dispose](): void {
    this.#folder = undefined
    this.#leave(0)
    const root = this.#open.pop()
    if (root !== undefined) closeSync(root)
  }
}

function openChecked(root: string, path: string, flags: number, mode: number, make: boolean): number {
  try {
    checkFoldersSync(root, path)
    return openSync(path, flags, mode)
  } catch (error) {
    if (!make || systemError(error).code !== 'ENOENT') throw error
    makeFoldersSync(root, path)
    return openSync(path, flags, mode)
  }
}
