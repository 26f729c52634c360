import { fail } from '../fault/fault.ts'
import type { Body, PublishOptions } from '../network/facets.ts'
import type { LeafAlgorithm } from './proof.ts'

/** Bytes hashed with one question, and questions open at once: both cores are busy, and progress moves. */
const batchBytes = 32 * 1024 * 1024
const batchesOpen = 3

/** How leaves are hashed: `leaf` is their length and `digestSize` that of a digest, in bytes. */
export interface Leaves {
  readonly leaf: number
  readonly algorithm: LeafAlgorithm
  readonly digestSize: number
}

/**
 * The digests of all leaves of what is published, one after another.
 * @throws FaultError `local` `publish/changed`
 */
export async function publishedDigests(
  body: Body,
  { leaf, algorithm, digestSize }: Leaves,
  options: Pick<PublishOptions, 'progress'>,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const { size } = body.layout
  const step = Math.max(1, Math.floor(batchBytes / leaf)) * leaf
  const all = new Uint8Array(Math.ceil(size / leaf) * digestSize)
  const open = new Set<Promise<void>>()
  let done = 0
  const batch = async (start: number): Promise<void> => {
    const end = Math.min(size, start + step)
    const { bytes, present } = await body.digests(start, end, leaf, algorithm, signal)
    if (present.includes(0)) throw fail('local', 'publish/changed', 'The files changed while they were read')
    all.set(bytes, (start / leaf) * digestSize)
    done += end - start
    options.progress?.(done)
  }
  for (let start = 0; start < size; start += step) {
    signal.throwIfAborted()
    // One that failed stays, so that the next wait for any of them ends with it.
    const task: Promise<void> = batch(start).then(() => void open.delete(task))
    open.add(task)
    if (open.size >= batchesOpen) await Promise.race(open)
  }
  await Promise.all(open)
  return all
}
