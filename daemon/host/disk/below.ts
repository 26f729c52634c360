import { constants, lstatSync, mkdirSync } from 'node:fs'
import { lstat, mkdir } from 'node:fs/promises'
import { dirname, sep } from 'node:path'
import { fail } from '@kith/core/fault/fault.ts'
import { inTheWay, systemError } from './fault.ts'

/**
 * Files of a transfer stand below a root that the user chose (and that may well be a link). Nothing between the root
 * and the file may be one: whoever can place a link in there could otherwise have us write anywhere.
 */

/** A pipe that stands in the way must not hang the open: hence O_NONBLOCK, which does nothing to a regular file. */
const careful = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
export const readFlags: number = constants.O_RDONLY | careful
export const writeFlags: number = constants.O_RDWR | constants.O_CREAT | careful

/** Longest name that file systems hold, in bytes. */
const nameBytes = 255

/** @throws FaultError `disk/name` for what is not the name of a file */
export function checkName(name: string): void {
  const bad =
    name === '' ||
    name === '.' ||
    name === '..' ||
    name.includes('/') ||
    name.includes('\0') ||
    (sep === '\\' && /[\\:]/.test(name)) ||
    // A character has three bytes at the most.
    (name.length * 3 > nameBytes && Buffer.byteLength(name) > nameBytes)
  if (bad) throw fail('input', 'disk/name', `“${name.slice(0, 80)}” is no name for a file`)
}

/** The folders between root and path, outermost first; neither the root nor the path itself. */
export function* foldersBelow(root: string, path: string): Generator<string> {
  const end = dirname(path).length
  for (let at = root.length + 1; at <= end; at++) {
    at = path.indexOf(sep, at)
    if (at < 0 || at > end) return
    yield path.slice(0, at)
  }
}

/** @throws an Error as the system gives it (ENOENT), or FaultError `disk/in-the-way` for a link */
export async function checkFolders(root: string, path: string): Promise<void> {
  for (const folder of foldersBelow(root, path)) {
    if (!(await lstat(folder)).isDirectory()) throw inTheWay(folder, 'open the file')
  }
}

/** The same for a worker; a link is an Error with the code ELOOP. */
export function checkFoldersSync(root: string, path: string): void {
  for (const folder of foldersBelow(root, path)) {
    if (!lstatSync(folder).isDirectory()) throw Object.assign(new Error('a link in the way'), { code: 'ELOOP' })
  }
}

/** Makes the folders between root and path, but never the root: a disk that is not mounted stays empty. */
export async function makeFolders(root: string, path: string): Promise<void> {
  for (const folder of foldersBelow(root, path)) {
    try {
      await mkdir(folder)
    } catch (error) {
      if (systemError(error).code !== 'EEXIST') throw error
      if (!(await lstat(folder)).isDirectory()) throw inTheWay(folder, 'make the folder')
    }
  }
}

/** The same for a worker; a link is an Error with the code ELOOP. */
export function makeFoldersSync(root: string, path: string): void {
  for (const folder of foldersBelow(root, path)) {
    try {
      mkdirSync(folder)
    } catch (error) {
      if (systemError(error).code !== 'EEXIST') throw error
    }
  }
  checkFoldersSync(root, path)
}
