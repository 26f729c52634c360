import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import type { BigIntStats } from 'node:fs'
import { setPriority } from 'node:os'
import { dirname } from 'node:path'
import type { MessagePort } from 'node:worker_threads'
import { parentPort, workerData } from 'node:worker_threads'
import type { Digester } from '@kith/wire/hash/digester.ts'
import type { Kernels } from '@kith/wire/hash/kernels.ts'
import { openKernels } from '@kith/wire/hash/kernels.ts'
import { shaDigester } from '@kith/wire/hash/sha.ts'
import type { SpanHash } from '@kith/wire/hash/span.ts'
import { joinSpans, spanBytes, spanHash } from '@kith/wire/hash/span.ts'
import { packWhole, wholeDigests } from '@kith/wire/hash/whole.ts'
import { checkFoldersSync, readFlags } from '../disk/below.ts'
import { isAbsent, systemError } from '../disk/fault.ts'
import type { FileAt, HashAnswer, HashJob, HashOrder, HashReport, HashThread } from './job.ts'
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

/**
 * Opens the file as it was found, and looks after the work whether it still is so. `seen` are folders that were looked
 * at a moment ago.
 */
function within<T>(file: FileAt, work: (fd: number, stats: BigIntStats) => T, seen?: Set<string>): T {
  const fd = open(file, seen)
  try {
    const before = fstatSync(fd, { bigint: true })
    if (!before.isFile() || stampOf(before) !== file.stamp) throw new Changed()
    const result = work(fd, before)
    const after = fstatSync(fd, { bigint: true })
    const isSame = after.ctimeNs === before.ctimeNs && after.mtimeNs === before.mtimeNs && after.size === before.size
    if (!isSame) throw new Changed()
    return result
  } finally {
    closeSync(fd)
  }
}

function open({ root, path }: FileAt, seen?: Set<string>): number {
  try {
    const folder = dirname(path)
    if (seen?.has(folder) !== true) checkFoldersSync(root, path)
    seen?.add(folder)
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

function serve(port: MessagePort, { version2 }: HashThread): void {
  const kernels: Kernels = openKernels()
  const chains = new Map<number, Chain>()
  const memory = new Uint8Array(readBytes)
  let span: SpanHash | undefined

  /** Some files at once, each as a whole. */
  function whole(files: readonly FileAt[], seen: Set<string>): readonly HashAnswer[] {
    const room = kernels.memory.room(files.reduce((sum, { size }) => sum + size, 0))
    let at = 0
    const read = files.map((file) => {
      const into = room.subarray(at, (at += file.size))
      return attempt(() => {
        within(file, (fd) => readAll(fd, into, 0), seen)
        return into
      })
    })
    const whole = read.filter((one) => one instanceof Uint8Array)
    const digests = wholeDigests(kernels, whole, version2).values()
    return read.map((one) =>
      one instanceof Uint8Array ? { kind: 'whole', packed: packWhole(digests.next().value!) } : one,
    )
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
        return inGroups(job.files, whole)
      case 'span':
        return [
          attempt(() => {
            const { file, index } = job
            span ??= spanHash(kernels, version2)
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

/** Short files side by side, as many as the caches hold, and near in size: then none waits for a longer one. */
function inGroups(
  files: readonly FileAt[],
  work: (files: readonly FileAt[], seen: Set<string>) => readonly HashAnswer[],
): readonly HashAnswer[] {
  const order = Array.from(files.keys()).toSorted((a, b) => files[a]!.size - files[b]!.size)
  const seen = new Set<string>()
  const answers: HashAnswer[] = []
  for (let from = 0; from < order.length;) {
    let to = from
    for (let bytes = 0; to < order.length; to++) {
      bytes += files[order[to]!]!.size
      if (to > from && bytes > groupBytes) break
    }
    const group = order.slice(from, to)
    const some = work(
      group.map((index) => files[index]!),
      seen,
    )
    for (const [at, index] of group.entries()) answers[index] = some[at]!
    from = to
  }
  return answers
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
  serve(parentPort, workerData as HashThread)
}
