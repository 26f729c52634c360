import { fail } from '@kith/core/fault/fault.ts'
import type { Body, Publication, Publish, PublishOptions } from '@kith/core/network/facets.ts'
import type { Layout } from '@kith/core/transfer/layout.ts'
import type { Proof } from '@kith/core/transfer/proof.ts'
import { encodeHint } from '../wire/hint.ts'
import { formatKithLink } from '../wire/links.ts'
import { chooseLeaf, encodeManifest, manifestDigest, parseManifest } from '../wire/manifest.ts'

/** Bytes hashed with one question, and questions open at once: both cores are busy, and progress moves. */
const BATCH_BYTES = 32 * 1024 * 1024
const BATCHES_OPEN = 3

/** Makes manifests of files on our own disk; `own` is the id of this device. */
export function publish(own: string): Publish {
  return {
    async publish(body, options, signal): Promise<Publication> {
      const leaf = options.leaf ?? chooseLeaf(body.layout.size)
      const proof: Proof = {
        start: 0,
        end: body.layout.size,
        leaf,
        algorithm: 'sha256',
        digestSize: 32,
        expected: await digests(body, leaf, options, signal),
      }
      const manifest = encodeManifest({ layout: body.layout, proofs: [proof] })
      // Read back as anyone else will read it.
      const { layout } = parseManifest(manifest)
      checkNames(body.layout, layout)
      const content = { digests: [manifestDigest(manifest)], name: layout.name, size: layout.size }
      return {
        document: manifest,
        fileName: `${layout.name}.kith`,
        link: formatKithLink(content, { from: [own] })!,
        size: layout.size,
        wish: { content, hints: { neighbours: encodeHint({ manifest, from: [] }) } },
      }
    },
  }
}

/** Names that are made safe elsewhere would not be found here. @throws FaultError `input` `neighbours/name` */
function checkNames(here: Layout, there: Layout): void {
  const pathsOf = ({ name, files }: Layout): readonly string[] => [name, ...files.map(({ path }) => path.join('/'))]
  const others = pathsOf(there)
  const bad = pathsOf(here).find((path, index) => path !== others[index])
  if (bad === undefined) return
  throw fail('input', 'neighbours/name', `Not every system can have a file called “${bad.slice(0, 200)}”`, {
    hint: 'Rename it.',
  })
}

async function digests(body: Body, leaf: number, options: PublishOptions, signal: AbortSignal): Promise<Uint8Array> {
  const { size } = body.layout
  const step = Math.max(1, Math.floor(BATCH_BYTES / leaf)) * leaf
  const all = new Uint8Array(Math.ceil(size / leaf) * 32)
  const open = new Set<Promise<void>>()
  let done = 0
  const batch = async (start: number): Promise<void> => {
    const end = Math.min(size, start + step)
    const { bytes, present } = await body.digests(start, end, leaf, 'sha256', signal)
    if (present.includes(0)) throw fail('local', 'publish/changed', 'The files changed while they were read')
    all.set(bytes, (start / leaf) * 32)
    done += end - start
    options.progress?.(done)
  }
  for (let start = 0; start < size; start += step) {
    signal.throwIfAborted()
    const task = batch(start).finally(() => open.delete(task))
    open.add(task)
    if (open.size >= BATCHES_OPEN) await Promise.race(open)
  }
  await Promise.all(open)
  return all
}
