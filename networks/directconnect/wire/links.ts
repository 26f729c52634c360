import type { Content } from '@kith/core/content/content.ts'
import { digestBy } from '@kith/core/content/content.ts'
import type { LinkKind } from '@kith/core/network/links.ts'
import { formatMagnet as formatLink, parseMagnet } from '@kith/wire/magnet.ts'
import { encodeHint } from './hint.ts'

/** A magnet link with the root of a Tiger tree, as `urn:tree:tiger` or in a `urn:bitprint`. */
export const magnet: LinkKind = {
  scheme: 'magnet',
  parse(text) {
    const link = parseMagnet(text)
    const tth = digestBy(link, 'tth')
    if (tth === undefined) return undefined
    const { name, size } = link
    const said = { ...(name === undefined ? {} : { name }), ...(size === undefined ? {} : { size }) }
    return { content: { digests: [tth], ...said }, hints: { directconnect: encodeHint(said) } }
  },
}

/** Undefined for a content whose Tiger tree is not known. */
export function formatMagnet(content: Content): string | undefined {
  const tth = digestBy(content, 'tth')
  if (tth === undefined) return undefined
  const { name, size } = content
  return formatLink({
    digests: [tth],
    ...(name === undefined ? {} : { name }),
    ...(size === undefined ? {} : { size }),
  })
}
