import { fail } from '@kith/core/fault/fault.ts'
import type { Publication, Publish } from '@kith/core/network/facets.ts'
import type { Layout } from '@kith/core/transfer/layout.ts'
import type { Proof } from '@kith/core/transfer/proof.ts'
import { publishedDigests } from '@kith/core/transfer/published.ts'
import { encodeHint } from '../wire/hint.ts'
import { formatKithLink } from '../wire/links.ts'
import { chooseLeaf, encodeManifest, manifestDigest, parseManifest } from '../wire/manifest.ts'

/** Makes manifests of files on our own disk; `own` is the id of this device. */
export function publish(own: string): Publish {
  return {
    async publish(body, options, signal): Promise<Publication> {
      const leaf = options.leaf ?? chooseLeaf(body.layout.size)
      const leaves = { leaf, algorithm: 'blake3', digestSize: 32 } as const
      const expected = await publishedDigests(body, leaves, options, signal)
      const proof: Proof = { start: 0, end: body.layout.size, ...leaves, expected }
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
