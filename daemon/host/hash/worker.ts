import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import type { BigIntStats } from 'node:fs'
import { setPriority } from 'node:os'
import type { MessagePort } from 'node:worker_threads'
import { parentPort } from 'node:worker_threads'
import type { Digester } from '@kith/wire/hash/digester.ts'
import type { Kernels } from '@kith/wire/hash/kernels.ts'
import { openKernels } from '@kith/wire/hash/kernels.ts'
import { shaDigester } from '@kith/wire/hash/sha.ts'
import type { SpanHash } from '@kith/wire/hash/span.ts'
import { joinSpans, spanBytes, spanHash } from '@kith/wire/hash/span.ts'
import { wholeDigests } from '@kith/wire/hash/whole.ts'
import { checkFoldersSync, readFlags } from '../disk/below.ts'
import { isAbsent, systemError } from '../disk/fault.ts'
import type { FileAt, HashAnswer, HashJob, HashOrder, HashReport } from './job.ts'
import { stampOf } from './stamp.ts'

/** Fits the caches, so that both hashes of the whole find in them what was read. */
const readBytes = 512 * 1024
/** Files that are read before they are hashed together; as much again is already under way in the caches. */
const groupBytes = 512 * 1024
/** Everything else goes first; only this thread gets the priority, not the process. */
const niceness = 10

/** Thrown when a file is not what it was. */
class Changed extends Error {}

interface Chain {
  readonly sha1: Digester
  readonly sha256: Digester
  next: number
}

/** Opens the file as it was found, and looks after the work whether it still is so. */
function within<T>(file: FileAt, work: (fd: number, stats: BigIntStats) => T): T {
  const fd = open(file)
  try {
    const before = fstatSync(fd, { bigint: true })
    if (!before.isFile() || stampOf(before) !== file.stamp) throw new Changed()
    const result = work(fd, before)
    const after = fstatSync(fd, { bigint: true })
    if (stampOf(after) !== file.stamp || after.ctimeNs !== before.ctimeNs) throw new Changed()
    return result
  } finally {
    closeSync(fd)
  }
}

function open({ root, path }: FileAt): number {
  try {
    checkFoldersSync(root, path)
    return openSync(path, readFlags)
  } catch (error) {
    const { code } = systemError(error)
    if (isAbsent(code) || code === 'ELOOP' || code === 'ENXIO') throw new Changed()
    throw error
  }
}

function readAll(fd: number, into: Uint8Array, position: number): void {
  for (let done = 0; done < into.length;) {
    const got = readSync(fd, into, done, into.length - done, position + done)
    if (got === 0) throw new Changed()
    done += got
  }
}

function failure(error: unknown): HashAnswer {
  return error instanceof Changed ? { kind: 'changed' } : { kind: 'failed', error: systemError(error) }
}

function serve(port: MessagePort): void {
  const kernels: Kernels = openKernels()
  const chains = new Map<number, Chain>()
  const memory = new Uint8Array(readBytes)
  let span: SpanHash | undefined

  /** Some files at once, each as a whole. */
  function whole(files: readonly FileAt[]): readonly HashAnswer[] {
    const room = kernels.memory.room(files.reduce((sum, { size }) => sum + size, 0))
    let at = 0
    const read = files.map((file) => {
      const into = room.subarray(at, (at += file.size))
      return attempt(() => {
        within(file, (fd) => readAll(fd, into, 0))
        return into
      })
    })
    const whole = read.filter((one) => one instanceof Uint8Array)
    const digests = wholeDigests(kernels, whole).values()
    return read.map((one) => (one instanceof Uint8Array ? { kind: 'digests', digests: digests.next().value! } : one))
  }

  function chain(file: FileAt, key: number, index: number): HashAnswer {
    if (index === 0) chains.set(key, { sha1: shaDigester('sha1'), sha256: shaDigester('sha256'), next: 0 })
    const running = chains.get(key)
    if (running?.next !== index) return { kind: 'lost' }
    const change = within(file, (fd, { ctimeNs }) => {
      const end = Math.min(file.size, (index + 1) * spanBytes)
      for (let at = index * spanBytes; at < end; at += readBytes) {
        const bytes = memory.subarray(0, Math.min(readBytes, end - at))
        readAll(fd, bytes, at)
        running.sha1.update(bytes)
        running.sha256.update(bytes)
      }
      return String(ctimeNs)
    })
    running.next++
    if (running.next * spanBytes < file.size) return { kind: 'chained', change }
    chains.delete(key)
    return { kind: 'chained', change, whole: { sha1: running.sha1.digest(), sha256: running.sha256.digest() } }
  }

  function work(job: HashJob): readonly HashAnswer[] {
    switch (job.kind) {
      case 'files':
        return inGroups(job.files).flatMap((files) => whole(files))
      case 'span':
        return [
          attempt(() => {
            const { file, index } = job
            span ??= spanHash(kernels)
            const hash = span
            return within(file, (fd, { ctimeNs }) => ({
              kind: 'span',
              span: hash(file.size, index, (into, at) => readAll(fd, into, at)),
              change: String(ctimeNs),
            }))
          }),
        ]
      case 'chain':
        return [attempt(() => chain(job.file, job.key, job.index))]
      case 'join':
        return [{ kind: 'digests', digests: joinSpans(kernels, job.size, job.spans, job.whole) }]
      case 'forget':
        chains.delete(job.key)
        return []
    }
  }

  port.on('message', ({ id, job }: HashOrder) => port.postMessage({ id, answers: work(job) } satisfies HashReport))
}

/** Short files side by side, as many as the caches hold. */
function inGroups(files: readonly FileAt[]): FileAt[][] {
  const groups: FileAt[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const file of files) {
    bytes += file.size
    if (bytes > groupBytes) {
      groups.push([])
      bytes = file.size
    }
    groups.at(-1)!.push(file)
  }
  return groups
}

function attempt<T>(work: () => T): T | HashAnswer {
  try {
    return work()
  } catch (error) {
    return failure(error)
  }
}

if (parentPort !== null) {
  // Elsewhere it would be the priority of the whole process.
  if (process.platform === 'linux') setPriority(niceness)
  serve(parentPort)
}
