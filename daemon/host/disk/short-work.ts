import { closeSync, fdatasyncSync, fstatSync, ftruncateSync, readSync, writeSync } from 'node:fs'
import { stampOf } from '../hash/stamp.ts'
import { leafHash } from './algorithms.ts'
import { readFlags, writeFlags } from './below.ts'
import { systemError } from './fault.ts'
import type { HeldFolders, Place } from './held.ts'
import type { Answer, CommitJob, FlushJob, OpenJob, OpenOptions, ReadJob, ReadPart } from './job.ts'
import { partsOf, placesOf, writesOf } from './packed.ts'
import type { Turns } from './turns.ts'

/** What a thread of the disk works with. */
export interface Tools {
  readonly folders: HeldFolders
  readonly turns: Turns
  readonly thread: number
}

/** Writes what is right. A short file is opened, written and closed in one go. */
export function commit({ memory, check, open: written, short }: CommitJob, tools: Tools): Answer {
  const digest = check && leafHash(check.algorithm).of(memory)
  if (digest !== undefined && check?.expected !== undefined && !equal(digest, check.expected)) {
    return { kind: 'committed', right: false }
  }
  for (const { fd, at: from, position, length } of written) {
    using _turn = tools.turns.take(fd, tools.thread)
    writeAll(fd, memory.subarray(from, from + length), position)
  }
  for (const write of short === undefined ? [] : writesOf(short)) {
    const fd = openToWrite(write, tools.folders)
    const bytes = memory.subarray(write.at, write.at + write.length)
    closing(fd, write.path, () => writeAll(fd, bytes, write.position))
  }
  return { kind: 'committed', right: true, ...(digest === undefined ? {} : { digest }) }
}

export function open(job: OpenJob, { folders }: Tools): Answer {
  return { kind: 'opened', fd: job.writable ? openToWrite(job, folders) : folders.open(job, readFlags) }
}

export function read({ memory, parts, stamps }: ReadJob, { folders }: Tools): Answer {
  let at = 0
  for (const part of partsOf(parts, stamps)) {
    const fd = folders.open(part, readFlags)
    const wrong = closing(fd, part.path, () => readPart(fd, memory.subarray(at, at + part.length), part))
    if (wrong !== undefined) return { kind: wrong, path: part.path }
    at += part.length
  }
  return { kind: 'read' }
}

function readPart(fd: number, into: Uint8Array, { position, stamp }: ReadPart): 'short' | 'changed' | undefined {
  for (let done = 0; done < into.length;) {
    const got = readSync(fd, into, done, into.length - done, position + done)
    if (got === 0) return stamp === undefined ? 'short' : 'changed'
    done += got
  }
  // Afterwards: what was changed before the read shows too.
  return stamp === undefined || stampOf(fstatSync(fd, { bigint: true })) === stamp ? undefined : 'changed'
}

export function flush({ files }: FlushJob, { folders }: Tools): Answer {
  for (const file of placesOf(files)) {
    const fd = folders.open(file, readFlags)
    closing(fd, file.path, () => fdatasyncSync(fd))
  }
  return { kind: 'flushed' }
}

function openToWrite(to: Place & OpenOptions, folders: HeldFolders): number {
  const { executable, stretch, path } = to
  const fd = folders.open(to, writeFlags, executable ? 0o777 : 0o666, true)
  if (stretch === undefined) return fd
  try {
    if (fstatSync(fd).size < stretch) ftruncateSync(fd, stretch)
    return fd
  } catch (error) {
    closeSync(fd)
    throw at(path, error)
  }
}

function writeAll(fd: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length;) {
    done += writeSync(fd, bytes, done, bytes.length - done, position + done)
  }
}

/** Closes the file after the work; what fails is told with its path. */
function closing<T>(fd: number, path: string, work: () => T): T {
  try {
    try {
      return work()
    } finally {
      closeSync(fd)
    }
  } catch (error) {
    throw at(path, error)
  }
}

/** Calls on a descriptor do not know where it leads. */
function at(path: string, error: unknown): Error {
  const { code, message } = systemError(error)
  return Object.assign(new Error(message), { code, path })
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}
