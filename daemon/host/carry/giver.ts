import { fstatSync, readSync } from 'node:fs'
import { fail } from '@kith/core/fault/fault.ts'
import type { FileRun } from '@kith/core/transfer/storage.ts'
import { free } from '@kith/wire/bytes.ts'
import { MOST_STREAM_BYTES, streamSealer } from '@kith/wire/sealed/stream.ts'
import { changed, shorter } from '../disk/read.ts'
import { stampOf } from '../hash/stamp.ts'
import { FileError } from './file-error.ts'
import type { BlockingSocket } from './socket.ts'

/** What is read, sealed and sent at once: one record, which fits the cache of a core. */
const READ_BYTES = 256 * 1024

/** Reads, seals and sends, while what was read is still in the cache of the core. */
export class Giver {
  readonly #socket: BlockingSocket
  readonly #sealer
  readonly #memory = new Uint8Array(READ_BYTES)

  constructor(socket: BlockingSocket, key: Uint8Array) {
    this.#socket = socket
    this.#sealer = streamSealer(key)
  }

  /** Blocks until all has left. @throws `SocketError`, `Stopped`, `FileError`, FaultError */
  give(run: FileRun): void {
    for (let at = 0; at < run.length; at += READ_BYTES) {
      const part = this.#memory.subarray(0, Math.min(READ_BYTES, run.length - at))
      this.#read(run, at, part)
      if (this.#sealer.sealed + part.length > MOST_STREAM_BYTES) {
        throw fail('gone', 'neighbours/data-ended', 'A data connection has carried all that it may')
      }
      const sealed = this.#sealer.seal(part)
      this.#socket.writeAll(sealed)
      for (const bytes of sealed) free(bytes)
    }
  }

  #read({ file, path, position, stamp }: FileRun, from: number, into: Uint8Array): void {
    for (let at = 0; at < into.length;) {
      const got = reading(path, () => readSync(file, into, at, into.length - at, position + from + at))
      if (got === 0) throw stamp === undefined ? shorter(path) : changed()
      at += got
    }
    // Afterwards: what was changed before the read shows too.
    if (stamp === undefined) return
    const now = reading(path, () => stampOf(fstatSync(file, { bigint: true })))
    if (now !== stamp) throw changed()
  }
}

function reading<T>(path: string, call: () => T): T {
  try {
    return call()
  } catch (error) {
    throw new FileError('read the file', path, error)
  }
}
