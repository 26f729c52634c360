import { constants } from 'node:fs'
import { lstat, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { diskFault, isAbsent, systemError } from '../disk/fault.ts'
import { writeAll } from './write-all.ts'

const flags = constants.O_WRONLY | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/**
 * A file that comes in several goes, hidden in a folder until it is whole. What is there stays when its bytes break off and
 * when the daemon ends, and the file itself says how much that is.
 */
export class PartialFile {
  /** Of the file in the folder. */
  readonly name: string
  readonly #path: string

  /** `id`: sixteen digits in hex, drawn once for this file. */
  constructor(folder: string, id: string) {
    this.name = `.kith-${id}.part`
    this.#path = join(folder, this.name)
  }

  /** Bytes that are there, 0 when nothing is. @throws FaultError `disk/…` */
  async size(): Promise<number> {
    try {
      const stats = await lstat(this.#path)
      return stats.isFile() ? stats.size : 0
    } catch (error) {
      if (isAbsent(systemError(error).code)) return 0
      throw diskFault(error, 'look at the file', this.#path)
    }
  }

  /**
   * Goes on at `start`, which is where what is there ends, as long as bytes come.
   * @throws FaultError `disk/…`, or what the bytes end with
   */
  async write(start: number, bytes: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      const file = await open(this.#path, flags, 0o666)
      try {
        if (!(await file.stat()).isFile())
          throw diskFault({ code: 'ENXIO', message: 'no file' }, 'write the file', this.#path)
        await file.truncate(start)
        let at = start
        for await (const part of bytes) {
          await writeAll(file, part, at)
          at += part.length
        }
      } finally {
        await file.close()
      }
    } catch (error) {
      throw systemError(error).code === undefined ? error : diskFault(error, 'write the file', this.#path)
    }
  }

  /**
   * Whether it is in its place already, at `path`, and `size` bytes long: a run that ended while it was put there has left it under
   * that name, and perhaps hidden too. @throws FaultError `disk/…`
   */
  async isSettled(path: string, size: number): Promise<boolean> {
    try {
      const there = await lstat(path)
      if (!there.isFile() || there.size !== size) return false
      const hidden = await lstat(this.#path).catch((error: unknown) => {
        if (isAbsent(systemError(error).code)) return undefined
        throw error
      })
      // Another file may have taken the name before.
      return hidden === undefined || (hidden.ino === there.ino && hidden.dev === there.dev)
    } catch (error) {
      if (isAbsent(systemError(error).code)) return false
      throw diskFault(error, 'look at the file', path)
    }
  }

  /** Nothing of it is left. @throws FaultError `disk/…` */
  async remove(): Promise<void> {
    try {
      await rm(this.#path, { force: true })
    } catch (error) {
      throw diskFault(error, 'delete the file', this.#path)
    }
  }
}
