import { fstatSync, readSync } from 'node:fs'
import { fail } from '@kith/core/fault/fault.ts'
import type { FileRun } from '@kith/core/transfer/storage.ts'
import {
  MOST_STREAM_BYTES,
  RECORD_BYTES,
  RECORD_HEAD_BYTES,
  RECORD_TAG_BYTES,
  writeRecordHead,
} from '@kith/wire/sealed/records.ts'
import { changed, shorter } from '../disk/read.ts'
import { stampOf } from '../hash/stamp.ts'
import { RECORD_AT, type RecordCipher, type RecordCiphers, RecordMemory } from './crypto.ts'
import { FileError } from './file-error.ts'
import type { BlockingSocket } from './socket.ts'

const PLAIN_AT = RECORD_AT + RECORD_HEAD_BYTES

/** Reads, seals and sends record by record, all in one memory, which stays in the cache of the core. */
export class Giver {
  readonly #socket: BlockingSocket
  readonly #cipher: RecordCipher
  readonly #memory = new RecordMemory(new Uint8Array(PLAIN_AT + RECORD_BYTES + RECORD_TAG_BYTES))
  #sealed = 0

  constructor(socket: BlockingSocket, key: Uint8Array, ciphers: RecordCiphers) {
    this.#socket = socket
    this.#cipher = ciphers(key, 'seal')
  }

  /** Blocks until all has left. @throws `SocketError`, `Stopped`, `FileError`, FaultError */
  give(run: FileRun): void {
    const { bytes } = this.#memory
    for (let at = 0; at < run.length; at += RECORD_BYTES) {
      const length = Math.min(RECORD_BYTES, run.length - at)
      this.#read(run, at, bytes.subarray(PLAIN_AT, PLAIN_AT + length))
      this.#sealed += length
      if (this.#sealed > MOST_STREAM_BYTES) {
        throw fail('gone', 'neighbours/data-ended', 'A data connection has carried all that it may')
      }
      writeRecordHead(bytes.subarray(RECORD_AT), { length, last: false })
      this.#cipher.seal(this.#memory, RECORD_AT, length)
      this.#socket.send(bytes.subarray(RECORD_AT, PLAIN_AT + length + RECORD_TAG_BYTES))
    }
  }

  close(): void {
    this.#cipher.close()
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
